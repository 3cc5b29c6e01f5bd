#include "experiments/federated_lora/estimators/detection.hpp"

#include "experiments/federated_lora/data/stack_passes.hpp"
#include "experiments/federated_lora/model/sizes.hpp"
#include "numerics/quantile.hpp"

#include <algorithm>
#include <cmath>
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

void detect(ClientStack const& stack, Parameters const& point, Recovery& recovery) {
  auto measured = residuals(stack, recovery.common, recovery.frame);
  recovery.scores = std::move(measured.off_subspace);
  recovery.flags = flag(recovery.scores, measured.norms, point);
  mpi::broadcast(stack.communicator(), std::span(recovery.flags));
}

void detect_by(std::vector<double> scores, ClientStack const& stack, Parameters const& point,
               Recovery& recovery) {
  recovery.scores = std::move(scores);
  recovery.flags = flag(recovery.scores, distances(stack, recovery.common), point);
  mpi::broadcast(stack.communicator(), std::span(recovery.flags));
}

void refit(ClientStack const& stack, std::span<char const> marked, Parameters const& point,
           Recovery& recovery) {
  recovery.common = point.centering == Centering::common ? mean_of(stack, marked)
                                                         : linalg::DenseMatrix(stack.rows(), stack.columns());
  std::vector<double> weights(marked.begin(), marked.end());
  recovery.frame = leading_left_vectors({stack, recovery.common, weights}, fitted_rank(point)).vectors;
}

void polish(ClientStack const& stack, Parameters const& point, Recovery& recovery) {
  std::int64_t const r = fitted_rank(point);
  std::int64_t const fewest = std::max<std::int64_t>(2, (r + point.d2 - 1) / point.d2 + 1);
  for (std::int64_t pass = 0; pass < point.polish; ++pass) {
    std::vector<char> clean;
    for (char const mark : recovery.flags) clean.push_back(mark == 0 ? 1 : 0);
    if (std::ranges::count(clean, 1) < fewest) return;
    auto const before = recovery.flags;
    refit(stack, clean, point, recovery);
    detect(stack, point, recovery);
    if (recovery.flags == before) return;
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
