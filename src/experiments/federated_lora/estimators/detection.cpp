#include "experiments/federated_lora/estimators/detection.hpp"

#include "experiments/federated_lora/data/stack_passes.hpp"
#include "experiments/federated_lora/model/sizes.hpp"
#include "numerics/quantile.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <utility>

namespace thresher::federated_lora {

std::vector<char> flag(std::span<double const> scores, std::span<double const> distances,
                       Parameters const& point) {
  double const threshold =
      std::max(point.threshold_factor * numerics::quantile(scores, point.threshold_quantile),
               point.threshold_floor * numerics::median(distances));
  std::vector<char> flags;
  for (double const score : scores) flags.push_back(score > threshold ? 1 : 0);
  return flags;
}

Readings combined(std::span<Readings const> adapters, Parameters const& point) {
  if (adapters.size() == 1) return adapters.front();
  std::size_t const clients = adapters.front().scores.size();
  Readings sum{std::vector<double>(clients), std::vector<double>(clients)};
  for (auto const& adapter : adapters) {
    std::vector<double> squares;
    for (double const score : adapter.scores) squares.push_back(score * score);
    double const floor = point.threshold_floor * numerics::median(adapter.distances);
    double const unit = std::max({numerics::quantile(squares, point.threshold_quantile), floor * floor,
                                  std::numeric_limits<double>::min()});
    for (std::size_t k = 0; k < clients; ++k) {
      sum.scores[k] += squares[k] / unit;
      sum.distances[k] += adapter.distances[k] * adapter.distances[k] / unit;
    }
  }
  for (auto* const values : {&sum.scores, &sum.distances})
    for (double& value : *values) value = std::sqrt(value);
  return sum;
}

namespace {

/// Scores and flags from the readings of all matrices. Collective.
void decide(std::span<Readings const> readings, mpi::Communicator const& comm, Parameters const& point,
            Recoveries& recoveries) {
  auto const all = combined(readings, point);
  auto flags = flag(all.scores, all.distances, point);
  mpi::broadcast(comm, std::span(flags));
  for (std::size_t a = 0; a < recoveries.size(); ++a) {
    recoveries[a].scores = all.scores;
    recoveries[a].flags = flags;
    recoveries[a].own_scores = readings[a].scores;
  }
}

}  // namespace

void detect(Stacks const& stacks, Parameters const& point, Recoveries& recoveries) {
  std::vector<Readings> readings;
  for (std::size_t a = 0; a < stacks.size(); ++a) {
    auto measured = residuals(*stacks[a], recoveries[a].common, recoveries[a].frame);
    readings.push_back({std::move(measured.off_subspace), std::move(measured.norms)});
  }
  decide(readings, stacks.front()->communicator(), point, recoveries);
}

void detect_by(std::vector<std::vector<double>> scores, Stacks const& stacks, Parameters const& point,
               Recoveries& recoveries) {
  std::vector<Readings> readings;
  for (std::size_t a = 0; a < stacks.size(); ++a)
    readings.push_back({std::move(scores[a]), distances(*stacks[a], recoveries[a].common)});
  decide(readings, stacks.front()->communicator(), point, recoveries);
}

void refit(ClientStack const& stack, std::span<char const> marked, Parameters const& point,
           Recovery& recovery) {
  recovery.common = point.centering == Centering::common ? mean_of(stack, marked)
                                                         : linalg::DenseMatrix(stack.rows(), stack.columns());
  std::vector<double> weights(marked.begin(), marked.end());
  recovery.frame = leading_left_vectors({stack, recovery.common, weights}, fitted_rank(point)).vectors;
}

void polish(Stacks const& stacks, Parameters const& point, Recoveries& recoveries) {
  std::int64_t const r = fitted_rank(point);
  std::int64_t fewest = 2;
  for (auto const* stack : stacks)
    fewest = std::max(fewest, (r + stack->columns() - 1) / stack->columns() + 1);
  for (std::int64_t pass = 0; pass < point.polish; ++pass) {
    auto const before = recoveries.front().flags;
    std::vector<char> clean;
    for (char const mark : before) clean.push_back(mark == 0 ? 1 : 0);
    if (std::ranges::count(clean, 1) < fewest) return;
    for (std::size_t a = 0; a < stacks.size(); ++a) refit(*stacks[a], clean, point, recoveries[a]);
    detect(stacks, point, recoveries);
    if (recoveries.front().flags == before) return;
  }
}

linalg::DenseMatrix completed_frame(linalg::ConstMatrixView vectors, std::int64_t columns) {
  constexpr double kSmallestRemainder = 1e-6;
  linalg::DenseMatrix frame(vectors.rows, columns);
  std::int64_t filled = std::min(columns, vectors.columns);
  for (std::int64_t k = 0; k < filled; ++k) std::ranges::copy(vectors.column(k), frame.column(k).begin());
  for (std::int64_t unit = 0; unit < vectors.rows && filled < columns; ++unit) {
    auto const column = frame.column(filled);
    std::ranges::fill(column, 0.0);
    column[static_cast<std::size_t>(unit)] = 1;
    double square = 0;
    for (int pass = 0; pass < 2; ++pass) {
      for (std::int64_t k = 0; k < filled; ++k) {
        double overlap = 0;
        for (std::int64_t i = 0; i < vectors.rows; ++i) overlap += frame(i, k) * frame(i, filled);
        for (std::int64_t i = 0; i < vectors.rows; ++i) frame(i, filled) -= overlap * frame(i, k);
      }
      square = 0;
      for (double const entry : column) square += entry * entry;
      if (std::sqrt(square) < kSmallestRemainder) break;
    }
    if (std::sqrt(square) < kSmallestRemainder) continue;
    for (double& entry : column) entry /= std::sqrt(square);
    ++filled;
  }
  return frame;
}

}  // namespace thresher::federated_lora
