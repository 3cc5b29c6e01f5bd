#include "experiments/implicit_regularization/data/own_snapshots.hpp"
#include "experiments/implicit_regularization/model/setting.hpp"
#include "experiments/implicit_regularization/solvers/batches.hpp"
#include "experiments/implicit_regularization/solvers/descent.hpp"
#include "experiments/implicit_regularization/solvers/diagonal_network.hpp"
#include "experiments/implicit_regularization/solvers/exact_linear.hpp"
#include "experiments/implicit_regularization/solvers/gram_loss.hpp"
#include "experiments/implicit_regularization/solvers/minimisation.hpp"
#include "experiments/implicit_regularization/solvers/penalties.hpp"
#include "experiments/implicit_regularization/solvers/spectral_descent.hpp"
#include "experiments/implicit_regularization/solvers/stages.hpp"
#include "study/kept_work.hpp"
#include "study/rates.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cstddef>
#include <memory>
#include <optional>
#include <string>
#include <utility>

namespace thresher::implicit_regularization {

namespace {

/// Training that takes longer keeps its state.
constexpr double kSecondsWorthKeeping = 120;
/// Work between two questions whether to stop.
constexpr double kFlopsBetweenQuestions = 2e8;

/// How far descent goes: `steps` updates to an endpoint, `burn_in` before probing.
std::int64_t updates_of(Parameters const& point) {
  return point.observation == Observation::endpoint ? point.steps : point.burn_in;
}

/// Trains the replicates of one point, one after another.
class Training {
 public:
  Training(Parameters const& point, StartStage const& start, study::Team& team)
      : point_(point),
        data_(start.data()),
        team_(team),
        model_(make_model(point, team.communicator())),
        flops_per_update_(6 * static_cast<double>(batch_rows()) * static_cast<double>(model_->own().total)),
        work_(team, length(), name()) {}

  std::vector<Endpoint> operator()(std::int64_t replicates) {
    work_.lead_with([&](bytes::Writer& writer) { writer.put(done_); });
    if (work_.left() != nullptr) work_.left()->read(done_);
    auto* left = work_.left();
    replicates_ = replicates;
    for (auto r = static_cast<std::int64_t>(done_.size()); r < replicates; ++r) {
      auto const sample = data_.sample(r, team_);
      done_.push_back(train(sample.rows(), r, left));
      left = nullptr;
    }
    return std::move(done_);
  }

 private:
  std::int64_t batch_rows() const { return takes_batches(point_) ? point_.batch : data_.count(); }
  study::Length length() const {
    double const updates = static_cast<double>(updates_of(point_) * point_.replicates);
    double const seconds = study::Rates{}.seconds({.flops = flops_per_update_ * updates});
    return seconds / team_.communicator().size() > kSecondsWorthKeeping ? study::Length::lengthy
                                                                        : study::Length::brief;
  }
  /// What the state of an interrupted training belongs to.
  std::string name() const {
    auto const& p = point_;
    return fmt::format(
        "implicit training 1 {} {} {} {} {} {} {} {} {} {} {} {} {} {} {} {} {} {} {} {} {} {} {}",
        static_cast<int>(p.model), p.width, p.depth, static_cast<int>(p.activation), p.bias, p.init_scale,
        static_cast<int>(p.modification), static_cast<int>(p.observation), static_cast<int>(optimizer_of(p)),
        p.eta, p.steps, p.batch, p.momentum, p.tail_average, p.burn_in, p.l1, p.l2, p.group, p.smooth,
        p.dropout, static_cast<int>(p.stop), p.patience, p.min_delta);
  }

  Endpoint train(Rows const& rows, std::int64_t replicate, bytes::Reader* left) {
    switch (point_.observation) {
      case Observation::flow:
        return own_part(descent(rows, replicate, left, Optimizer::gd));
      case Observation::update:
        if (point_.burn_in > 0) return own_part(descent(rows, replicate, left, optimizer_of(point_)));
        return own_part(update_weights(rows, replicate));
      default:
        break;
    }
    if (optimizer_of(point_) == Optimizer::lbfgs) return own_part(minimum(rows, replicate));
    return own_part(descent(rows, replicate, left, optimizer_of(point_)));
  }

  Endpoint own_part(Endpoint endpoint) const {
    endpoint.theta = model_->own_part(endpoint.theta);
    return endpoint;
  }

  /// Weights at which single updates are observed without training before.
  Endpoint update_weights(Rows const& rows, std::int64_t replicate) {
    auto start = start_of(point_, *model_, replicate, team_);
    if (point_.model == Model::mlp) return {std::move(start), {}, -1, true};
    if (point_.loss == Loss::squared)
      return {ridge_solution(team_.communicator(), rows, dropout_odds(point_), 0), {}, -1, true};
    auto found = minimise(*model_, rows, {}, start, point_, team_);
    return {std::move(found.theta), {}, -1, found.converged};
  }

  Endpoint minimum(Rows const& rows, std::int64_t replicate) {
    auto const& comm = team_.communicator();
    bool const exact = point_.model == Model::linear && point_.loss == Loss::squared;
    if (exact && point_.modification == Modification::dropout)
      return {ridge_solution(comm, rows, dropout_odds(point_), 0), {}, -1, true};
    auto terms = explicit_terms(point_);
    if (exact && terms.l1 > 0 && terms.smooth == 0) {
      bool converged = false;
      auto theta = elastic_net(comm, rows, terms.l1, terms.l2, converged);
      return {std::move(theta), {}, -1, converged};
    }
    if (exact && terms.l1 == 0 && terms.l2 > 0)
      return {ridge_solution(comm, rows, 0, terms.l2), {}, -1, true};
    if (point_.modification == Modification::dropout) terms.dropout = dropout_odds(point_);
    auto found = minimise(*model_, rows, terms, start_of(point_, *model_, replicate, team_), point_, team_);
    return {std::move(found.theta), {}, -1, found.converged};
  }

  Endpoint descent(Rows const& rows, std::int64_t replicate, bytes::Reader* left, Optimizer optimizer) {
    bool const flows = point_.observation == Observation::flow;  // all rows, no momentum
    bool const batches = takes_batches(point_) && !flows;
    auto const number = static_cast<std::uint64_t>(replicate);
    DescentSetting setting{.optimizer = optimizer,
                           .eta = point_.eta,
                           .momentum = flows ? 0 : point_.momentum,
                           .steps = updates_of(point_),
                           .tail_average = flows ? 0 : point_.tail_average,
                           .has_patience = point_.stop == Stop::patience && !flows,
                           .patience = point_.patience,
                           .min_delta = point_.min_delta};
    setting.ask_every = std::clamp<std::int64_t>(
        static_cast<std::int64_t>(kFlopsBetweenQuestions / flops_per_update_), 1, 4096);
    DescentInputs inputs;
    inputs.all = &rows;
    std::optional<Batches> chosen;
    if (batches) {
      chosen.emplace(rows, point_.batch, team_.stream("order"), number);
      inputs.batch = [&](std::int64_t step) { return chosen->of(step); };
    }
    if (point_.modification == Modification::dropout)
      inputs.masks = MaskDraw{team_.stream("update_mask"), number, 0, point_.dropout};
    auto const terms = explicit_terms(point_);
    if (terms.any())
      inputs.penalties = [&](std::span<double const> theta, Rows const& part, std::span<double> gradient) {
        add_penalties(terms, *model_, theta, part, gradient);
      };
    auto const progress = [&](double part) {
      return (static_cast<double>(replicate) + part) / static_cast<double>(replicates_);
    };
    auto start = start_of(point_, *model_, replicate, team_);
    if (setting.steps == 0) return {std::move(start), {}, 0, true};
    // Many steps on all rows go through the moments.
    bool const by_moments = point_.model == Model::linear && point_.loss == Loss::squared && !batches &&
                            !inputs.masks && point_.d <= data_.count() && 2 * setting.steps >= point_.d;
    std::optional<GramLoss> moments;
    if (by_moments) moments.emplace(team_.communicator(), rows);
    DescendedLoss& loss = by_moments ? static_cast<DescendedLoss&>(*moments) : *model_;
    auto result = descend(loss, setting, inputs, std::move(start), work_, left, progress);
    return {std::move(result.theta), {}, result.updates, true};
  }

  Parameters const& point_;
  TrialData const& data_;
  study::Team& team_;
  std::unique_ptr<LossModel> model_;
  double flops_per_update_;
  study::KeptWork work_;
  std::vector<Endpoint> done_;
  std::int64_t replicates_ = 1;
};

std::vector<Endpoint> read_snapshots(Parameters const& point, study::Team& team) {
  auto const model = make_model(point, team.communicator());
  std::vector<Endpoint> endpoints;
  mpi::agree(team.communicator(), [&] {
    for (std::int64_t k = 0; k < point.input->snapshots; ++k)
      endpoints.push_back({read_own_entries(*team.input(), "theta", k, model->own()), {}, -1, true});
  });
  return endpoints;
}

}  // namespace

TrainStage::TrainStage(std::span<Parameters const> points, StartStage const& start, study::Team& team)
    : start_(start) {
  auto const& point = points.front();
  auto const replicates = most_replicates(points);
  if (point.input != nullptr)
    endpoints_ = read_snapshots(point, team);
  else if (point.model == Model::diagonal)
    endpoints_ = {diagonal_endpoint(point, start.data(), team)};
  else if (is_spectral(point))
    endpoints_ = spectral_endpoints(point, replicates, start, team);
  else
    endpoints_ = Training(point, start, team)(replicates);
}

}  // namespace thresher::implicit_regularization
