#include "experiments/implicit_regularization/solvers/own_deviation.hpp"

#include "experiments/implicit_regularization/data/own_snapshots.hpp"
#include "experiments/implicit_regularization/model/own_snapshots.hpp"
#include "experiments/implicit_regularization/solvers/stored_columns.hpp"

#include <array>
#include <cmath>
#include <cstddef>
#include <string>
#include <utility>

namespace thresher::implicit_regularization {

namespace {

constexpr int kParts = 10;  ///< of the jackknife

/// Columns that are averages over rows.
constexpr std::array kAverages{Candidate::data_l2, Candidate::dropout};

std::size_t at(Candidate name) {
  return static_cast<std::size_t>(name);
}

std::vector<double> read_vector(study::Team& team, LossModel const& model, std::string const& name,
                                std::int64_t snapshot) {
  std::vector<double> entries;
  mpi::agree(team.communicator(),
             [&] { entries = read_own_entries(*team.input(), name, snapshot, model.own()); });
  return entries;
}

/// `all` is an average over n rows, `part` over m of them: what remains of the others' average.
std::vector<double> without(std::vector<double> const& all, std::vector<double> const& part, double n,
                            double m) {
  std::vector<double> rest(all.size());
  for (std::size_t j = 0; j < rest.size(); ++j) rest[j] = (n * all[j] - m * part[j]) / (n - m);
  return rest;
}

/// One snapshot with its rows.
class Snapshot {
 public:
  Snapshot(Parameters const& point, Candidates needed, LossModel& model, Rows const& rows,
           std::vector<double> theta)
      : point_(point), model_(model), rows_(rows), theta_(std::move(theta)), gradient_(theta_.size()) {
    for (auto const name : kAverages)
      if (needed.contains(name)) averages_.insert(name);
    wants_gradnorm_ = needed.contains(Candidate::gradnorm);
    loss_ = model_.gradient(theta_, rows_, nullptr, gradient_);
    columns_ = stored_columns(needed, point_, model_, rows_, theta_);
  }

  DeviationBlock block() const { return finished(gradient_, columns_); }
  double loss() const { return loss_; }

  /// Without rows `part`.
  DeviationBlock block_without(mpi::Range part) const {
    auto const n = static_cast<double>(rows_.count), m = static_cast<double>(part.size());
    auto const left_out = rows_.part(part);
    std::vector<double> gradient(theta_.size()), product(theta_.size()), whole(theta_.size());
    model_.gradient(theta_, left_out, nullptr, gradient);
    auto const rest = without(gradient_, gradient, n, m);
    auto columns = columns_;
    auto const parts = stored_columns(averages_, point_, model_, left_out, theta_);
    for (auto const name : kAverages)
      if (averages_.contains(name)) columns[at(name)] = without(columns_[at(name)], parts[at(name)], n, m);
    if (wants_gradnorm_) {
      model_.hessian_product(theta_, rows_, rest, whole);
      model_.hessian_product(theta_, left_out, rest, product);
      columns[at(Candidate::gradnorm)] = without(whole, product, n, m);
    }
    return finished(rest, columns);
  }

 private:
  DeviationBlock finished(std::vector<double> const& gradient,
                          std::array<std::vector<double>, kCandidates> const& columns) const {
    DeviationBlock block{{}, model_.own_part(gradient), {}, {}};
    for (double& entry : block.b) entry = -entry;
    for (std::size_t k = 0; k < kCandidates; ++k)
      if (!columns[k].empty()) block.columns[k] = model_.own_part(columns[k]);
    return block;
  }

  Parameters const& point_;
  LossModel& model_;
  Rows const& rows_;
  std::vector<double> theta_, gradient_;
  Candidates averages_;
  bool wants_gradnorm_ = false;
  double loss_ = 0;
  std::array<std::vector<double>, kCandidates> columns_;
};

}  // namespace

void observe_own(Parameters const& point, Candidates needed, TrainStage const& trained, LossModel& model,
                 study::Team& team, Deviation& deviation) {
  auto const& own = *point.input;
  auto const sample = trained.start().data().sample(0, team);
  auto const rows = sample.rows();
  auto const parts = own.rows >= kParts ? kParts : 0;
  deviation.without_part.resize(static_cast<std::size_t>(parts));
  double size = 0;
  for (std::int64_t k = 0; k < own.snapshots; ++k) {
    if (team.stopping()) throw study::Interrupted();
    auto const& mine = trained.endpoints()[static_cast<std::size_t>(k)].theta;
    // What the weights moved by beyond the gradient.
    std::vector<double> update(mine.size());
    if (own.has_next) {
      auto const next = read_vector(team, model, "theta_next", k);
      for (std::size_t j = 0; j < mine.size(); ++j) update[j] = -(next[j] - mine[j]) / own.eta;
    }
    auto const add_update = [&](DeviationBlock& block) {
      for (std::size_t j = 0; j < update.size(); ++j) block.b[j] += update[j];
    };
    DeviationBlock block;
    auto const theta = model.from_own(mine);
    if (own.rows > 0) {
      Snapshot const snapshot(point, needed, model, rows, theta);
      block = snapshot.block();
      if (k == 0) deviation.facts.train_loss = snapshot.loss();
      for (int part = 0; part < parts; ++part) {
        auto rest = snapshot.block_without(mpi::share(own.rows, part, parts));
        add_update(rest);
        deviation.without_part[static_cast<std::size_t>(part)].push_back(std::move(rest));
      }
    } else {
      auto const columns = stored_columns(needed, point, model, rows, theta);
      block.b = read_vector(team, model, "neg_loss_grad", k);
      for (std::size_t c = 0; c < kCandidates; ++c)
        if (!columns[c].empty()) block.columns[c] = model.own_part(columns[c]);
    }
    for (double const entry : block.b) size += entry * entry;
    add_update(block);
    block.theta = mine;
    if (own.has_start) block.start = read_vector(team, model, "theta0", 0);
    deviation.blocks.push_back(std::move(block));
  }
  deviation.facts.reference = own.has_next ? std::sqrt(mpi::sum(team.communicator(), size)) : 0;
}

}  // namespace thresher::implicit_regularization
