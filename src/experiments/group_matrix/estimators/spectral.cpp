#include "experiments/group_matrix/estimators/spectral.hpp"

#include <algorithm>
#include <cmath>
#include <utility>

namespace thresher::group_matrix {

namespace {

/// A singular value y of a matrix whose larger side is N and aspect beta, in noise of variance tau^2.
double shrunk(double y, double noise_square, double larger, double aspect) {
  double const scale = larger * noise_square;
  if (!(scale > 0)) return y;
  double const z = y * y / scale;
  double const edge = 1 + std::sqrt(aspect);
  if (z <= edge * edge) return 0;
  double const inner = (z - aspect - 1) * (z - aspect - 1) - 4 * aspect;
  return std::sqrt(scale) * std::sqrt(std::max(inner, 0.0)) / std::sqrt(z);
}

}  // namespace

void SpectralMethod::check(Parameters const& point, study::Verdict& verdict) const {
  if (point.input != nullptr)
    return verdict.refuse("method",
                          "spectral methods are told the ranks, which own data do not tell: allowed are "
                          "game, global, separate and side_info");
  check_ranks(point, verdict);
}

study::Cost SpectralMethod::cost(Parameters const& point, int ranks) const {
  auto const size = extents_of(point);
  double const order = std::min(size.columns, 1500.0);
  study::Cost cost;
  double const groups = static_cast<double>(point.levels_1 + point.levels_2);
  cost.flops = 4 * size.entries * order + 10 * groups * order * order * order;
  cost.bytes_per_rank = size.observed / ranks * 40 + 8 * (4 * size.entries / ranks + 5 * order * order) +
                        800 * size.columns + 8 * groups * (size.columns * 40) + 400 * size.rows / ranks;
  return cost;
}

std::vector<double> scaled_entries(MatrixData const& data) {
  auto const& observations = data.observations();
  std::vector<double> counts(data.blocks().size());
  for (std::size_t b = 0; b < counts.size(); ++b)
    for (auto const i : data.blocks()[b].own)
      counts[b] += static_cast<double>(observations.entries(i).size());
  mpi::sum_in_place(data.communicator(), counts);
  std::vector<double> values(observations.values().begin(), observations.values().end());
  for (std::size_t b = 0; b < counts.size(); ++b) {
    double const cells =
        static_cast<double>(data.blocks()[b].size) * static_cast<double>(observations.columns());
    for (auto const i : data.blocks()[b].own) {
      auto const entries = observations.entries(i);
      for (auto k = entries.begin; k < entries.end; ++k)
        values[static_cast<std::size_t>(k)] *= cells / counts[b];
    }
  }
  return values;
}

ShrunkGroup shrunk_rows(MatrixData const& data, GroupRows const& rows, std::span<double const> entries,
                        std::int64_t rank) {
  auto const& observations = data.observations();
  SparseAndFactoredRows const x(observations, entries, {&rows}, {});
  GroupThreshold decomposition(data.communicator(), observations.columns(), {&rows}, {});
  auto leading = decomposition.leading(x, 0, rank);
  double square = 0;
  for (auto const i : rows.own) {
    auto const range = observations.entries(i);
    for (auto k = range.begin; k < range.end; ++k)
      square += entries[static_cast<std::size_t>(k)] * entries[static_cast<std::size_t>(k)];
  }
  square = mpi::sum(data.communicator(), square);
  for (double const y : leading.singular_values) square -= y * y;
  auto const n = static_cast<double>(rows.size);
  auto const d = static_cast<double>(observations.columns());
  auto const q = static_cast<double>(rank);
  double const noise_square = std::max(square, 0.0) / ((n - q) * (d - q));
  for (std::int64_t k = 0; k < leading.rank(); ++k) {
    double const y = leading.singular_values[static_cast<std::size_t>(k)];
    double const part =
        y > 0 ? shrunk(y, noise_square, std::max(n, d), std::min(n, d) / std::max(n, d)) / y : 0;
    for (std::int64_t s = 0; s < leading.coefficients.columns(); ++s) leading.coefficients(k, s) *= part;
  }
  return {{&rows, leading.vectors, std::move(leading.coefficients)}, leading.vectors};
}

}  // namespace thresher::group_matrix
