#include "experiments/implicit_regularization/validity.hpp"

#include "experiments/implicit_regularization/model/candidates.hpp"
#include "experiments/implicit_regularization/model/own_snapshots.hpp"
#include "experiments/implicit_regularization/model/setting.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <string>

namespace thresher::implicit_regularization {

namespace {

constexpr std::size_t kMostJoint = 12;

/// The first refusal counts; `when` says that something is wrong.
class Refusals {
 public:
  explicit Refusals(study::Verdict& verdict) : verdict_(verdict) {}
  void when(bool wrong, std::string const& name, std::string const& allowed) {
    if (wrong && verdict_.refusal().empty()) verdict_.refuse(name, allowed);
  }

 private:
  study::Verdict& verdict_;
};

void refuse_observation(Parameters const& p, Refusals& refuse) {
  using enum Modification;
  using enum Observation;
  bool const diagonal = p.model == Model::diagonal;
  refuse.when(diagonal && p.observation != integrated, "observation",
              "model = diagonal allows integrated only");
  refuse.when(diagonal && p.modification != none, "modification", "model = diagonal allows none only");
  refuse.when(diagonal && p.loss != Loss::squared, "loss", "model = diagonal allows squared only");
  refuse.when(diagonal && p.teacher_units > 0, "teacher_units", "model = diagonal allows 0 only");
  refuse.when(!diagonal && p.observation == integrated, "observation", "integrated needs model = diagonal");
  refuse.when(p.modification == explicit_penalty && p.observation != endpoint, "observation",
              "modification = explicit allows endpoint only");
  refuse.when(p.modification == early_stop && p.observation != endpoint, "observation",
              "modification = early_stop allows endpoint only");
  bool const flows = p.modification == step_size || p.modification == minibatch;
  refuse.when(flows && p.observation != flow, "observation",
              "modification = step_size and minibatch allow flow only");
  refuse.when(!flows && p.observation == flow, "observation",
              "flow needs modification = step_size or minibatch");
  refuse.when(p.observation == update && p.modification != dropout, "observation",
              "update needs modification = dropout");
  refuse.when(p.observation == update && p.dropout == 0, "dropout", "observation = update needs more than 0");
  refuse.when(p.replicates > 1 && p.observation != endpoint, "replicates",
              "only observation = endpoint allows more than 1");
  refuse.when(p.horizon > 0 && p.modification != step_size, "horizon",
              "allowed is 0 but for modification = step_size");
}

void refuse_data(Parameters const& p, Refusals& refuse) {
  refuse.when(p.sparsity > p.d, "sparsity", fmt::format("allowed are 0 to d = {}", p.d));
  refuse.when(p.batch > p.n, "batch", fmt::format("allowed are 0 to n = {}", p.n));
  refuse.when(p.modification == Modification::minibatch && (p.batch == 0 || p.batch == p.n), "batch",
              fmt::format("modification = minibatch needs a divisor of n = {} below it", p.n));
  refuse.when(p.modification == Modification::minibatch && p.batch > 0 && p.n % p.batch != 0, "batch",
              fmt::format("modification = minibatch needs a divisor of n = {}", p.n));
}

void refuse_penalties(Parameters const& p, Refusals& refuse) {
  bool const is_explicit = p.modification == Modification::explicit_penalty;
  refuse.when(is_explicit && p.l1 == 0 && p.l2 == 0 && p.group == 0, "l2",
              "modification = explicit needs l1, l2 or group above 0");
  for (auto const& [name, value] : {std::pair{"l1", p.l1}, {"l2", p.l2}, {"group", p.group}})
    refuse.when(!is_explicit && value > 0, name, "only modification = explicit allows more than 0");
  refuse.when(p.group > 0 && p.model != Model::mlp, "group", "needs model = mlp");
  bool const sharp = is_explicit && p.smooth == 0;
  refuse.when(sharp && p.group > 0, "smooth", "group > 0 needs more than 0");
  refuse.when(sharp && p.l1 > 0 && p.model != Model::linear, "smooth",
              "0 is allowed for model = linear only: exact l1 needs it");
  refuse.when(sharp && p.l1 > 0 && (p.loss != Loss::squared || optimizer_of(p) != Optimizer::lbfgs), "smooth",
              "0 with l1 > 0 needs loss = squared and optimizer = lbfgs (or auto)");
}

void refuse_training(Parameters const& p, Refusals& refuse) {
  using enum Modification;
  bool const lbfgs = p.optimizer == Optimizer::lbfgs;
  refuse.when(
      lbfgs && (p.modification == early_stop || p.modification == step_size || p.modification == minibatch),
      "optimizer", "lbfgs is not allowed with modification = early_stop, step_size, minibatch");
  refuse.when(lbfgs && p.modification == dropout && p.observation == Observation::endpoint &&
                  (p.loss == Loss::logistic || (p.model == Model::mlp && p.depth > 1)),
              "optimizer", "lbfgs with dropout needs loss = squared and depth = 1");
  refuse.when(lbfgs && p.observation == Observation::update && p.burn_in > 0, "optimizer",
              "burn_in > 0 needs gd, sgd or adam");
  refuse.when(p.stop == Stop::patience && p.modification != early_stop, "stop",
              "patience needs modification = early_stop");
  refuse.when(p.stop == Stop::patience && p.tail_average > 0, "tail_average",
              "stop = patience allows 0 only");
  refuse.when(p.engine == Engine::spectral && !spectral_allowed(p), "engine",
              "spectral needs model = linear, loss = squared, modification = early_stop, optimizer = gd, "
              "stop = fixed, no momentum, no batches, no tail_average");
  bool const plain_steps =
      p.model == Model::linear && p.loss == Loss::squared && p.momentum == 0 && !takes_batches(p) &&
      (p.modification == step_size ||
       ((p.modification == early_stop || p.modification == none) && optimizer_of(p) == Optimizer::gd));
  if (!plain_steps) return;
  auto const variances = input_variances(p);
  double const edge = 1 + std::sqrt(static_cast<double>(p.d) / static_cast<double>(p.n));
  double const steepest = edge * edge * *std::max_element(variances.begin(), variances.end());
  double const limit = (p.matrix_fit == MatrixFit::none ? 2 : 1) / steepest;
  refuse.when(
      p.eta >= limit, "eta",
      fmt::format("gradient descent {} below {:.4g}: the largest eigenvalue of X^T X / n is about "
                  "{:.4g}",
                  p.matrix_fit == MatrixFit::none ? "converges" : "has a penalty matrix", limit, steepest));
}

/// Whether the gradient of a penalty exists at the point.
bool is_available(Candidate name, Parameters const& p) {
  bool const network = is_network(p);
  bool const diagonal = p.model == Model::diagonal;
  bool const endpoint = p.observation == Observation::endpoint;
  bool const has_rows = p.input == nullptr || p.input->rows > 0;
  switch (name) {
    case Candidate::l2_init:
      return p.input != nullptr ? p.input->has_start : endpoint && !diagonal;
    case Candidate::group:
    case Candidate::path:
      return network;
    case Candidate::data_l2:
    case Candidate::dropout:
      return !diagonal && has_rows;
    case Candidate::gradnorm:
      return !diagonal && has_rows && (endpoint || p.observation == Observation::flow || p.input != nullptr);
    case Candidate::batchnoise:
      return p.modification == Modification::minibatch && p.input == nullptr;
    case Candidate::hypentropy:
      return diagonal;
    default:
      return true;
  }
}

void refuse_fits(Parameters const& p, Refusals& refuse) {
  for (auto const name : members(candidates_of(p)))
    refuse.when(!is_available(name, p), "candidates", fmt::format("{} is not available here", name_of(name)));
  auto const joint = members(joint_of(p));
  for (auto const name : joint)
    refuse.when(!is_available(name, p), "joint", fmt::format("{} is not available here", name_of(name)));
  refuse.when(members(candidates_of(p)).empty(), "candidates", "allowed is at least one name");
  refuse.when(joint.size() > kMostJoint, "joint", fmt::format("allowed are at most {} names", kMostJoint));
  refuse.when(joint.empty(), "joint", "allowed is at least one name");
  refuse.when(p.fit == Fit::subgradient && (p.model != Model::linear || p.smooth != 0 ||
                                            joint_of(p) != Candidates{Candidate::l1, Candidate::l2}),
              "fit", "subgradient needs model = linear, smooth = 0 and joint = l1+l2");
  refuse.when(p.matrix_fit != MatrixFit::none && (p.input != nullptr || !stops_early_on_least_squares(p)),
              "matrix_fit", "needs model = linear, loss = squared and modification = early_stop");
  refuse.when(p.exponent_min >= p.exponent_max, "exponent_min",
              fmt::format("allowed is less than exponent_max = {:g}", p.exponent_max));
  if (!p.retrain || p.matrix_fit != MatrixFit::none) return;
  refuse.when(p.observation != Observation::endpoint || p.input != nullptr, "retrain",
              "needs observation = endpoint of simulated data");
  for (auto const name : joint)
    refuse.when(name != Candidate::l1 && name != Candidate::l2 && name != Candidate::path &&
                    name != Candidate::dropout,
                "retrain", "needs joint to be among l1, l2, path, dropout");
  refuse.when(joint_of(p).contains(Candidate::dropout) &&
                  (p.loss != Loss::squared || (p.model == Model::mlp && p.depth > 1)),
              "retrain", "joint with dropout needs loss = squared and depth = 1");
}

}  // namespace

void refuse_invalid(Parameters const& point, study::Verdict& verdict) {
  Refusals refuse(verdict);
  if (point.input != nullptr) {
    refuse.when(verdict.given("modification") && point.modification != Modification::none, "modification",
                "own data allow none only: they tell what was done");
    refuse.when(verdict.given("model"), "model", "the file says which network it is");
  } else {
    refuse_observation(point, refuse);
    refuse_data(point, refuse);
    refuse_penalties(point, refuse);
    refuse_training(point, refuse);
  }
  refuse_fits(point, refuse);
}

void adopt_snapshots(Parameters& point) {
  auto const& own = *point.input;
  point.loss = own.loss;
  point.activation = own.activation;
  point.bias = own.has_biases;
  point.d = own.layers.front();
  if (own.rows > 0) point.n = own.rows;
  point.model = own.has_hidden_layers() ? Model::mlp : Model::linear;
  point.depth = std::max<std::int64_t>(static_cast<std::int64_t>(own.layers.size()) - 2, 1);
  if (own.has_hidden_layers()) point.width = *std::max_element(own.layers.begin() + 1, own.layers.end() - 1);
  point.modification = Modification::none;
  point.observation = own.has_next ? Observation::update : Observation::endpoint;
  point.snapshots = own.snapshots;
  if (own.has_next) point.eta = own.eta;
}

}  // namespace thresher::implicit_regularization
