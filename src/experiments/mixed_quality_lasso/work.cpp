#include "experiments/mixed_quality_lasso/work.hpp"

#include "experiments/mixed_quality_lasso/data/row_chunks.hpp"
#include "experiments/mixed_quality_lasso/model/setting.hpp"
#include "linalg/tiled_matrix.hpp"
#include "numerics/log_binomial.hpp"
#include "prox/spread_panel_gram.hpp"

#include <algorithm>
#include <cmath>

namespace thresher::mixed_quality_lasso {

namespace {

struct Sizes {
  double n, p, s, ranks;
  double rows_per_rank;
  double columns_per_rank;
};

Sizes sizes_of(Parameters const& point, int ranks) {
  auto const setting = realise(point);
  auto const held = [&](std::int64_t rows) { return static_cast<double>(RowChunks(0, ranks).held(rows)); };
  double const p = static_cast<double>(point.p);
  return {static_cast<double>(setting.n()),    p,
          static_cast<double>(point.s),        static_cast<double>(ranks),
          held(setting.n1) + held(setting.n2), std::ceil(p / static_cast<double>(ranks))};
}

constexpr double kBytes = sizeof(double);
/// Full passes that a solve takes, as measured.
constexpr double kPasses = 8;

/// Columns in the working set of a LASSO and its Gram matrix.
double working_set_size(Sizes const& size) {
  return std::min(size.p, std::max(512.0, 8 * std::min(2 * size.s, size.n)));
}

/// Bytes of the two Gram matrices of the support, of one quality each, and of a factor: on rank 0, or spread
/// over the team.
double support_gram_bytes(double s, int ranks) {
  if (!linalg::is_worth_tiling(ranks, static_cast<std::int64_t>(s))) return 3 * kBytes * s * s;
  return 3 * linalg::TiledMatrix::bytes_per_rank(s, ranks) + linalg::TiledMatrix::buffer_bytes(s);
}

/// Bytes of the columns of a working set, rows over the ranks, and of their Gram matrix with its factor.
double working_set_bytes(double columns, double rows_per_rank, int ranks) {
  bool const spread = linalg::is_worth_tiling(ranks, static_cast<std::int64_t>(columns));
  return kBytes * rows_per_rank * columns +
         (spread ? prox::SpreadPanelGram::bytes_per_rank(columns, ranks) : 3 * kBytes * columns * columns);
}

/// Passes over X that an estimator takes, and what each of them costs.
void add_passes(Parameters const& point, Sizes const& size, double passes, study::Cost& cost) {
  double const entries = size.n * size.p;
  cost.flops += 2 * entries * passes;
  if (point.storage == Storage::dense) {
    cost.normals += entries;
    cost.bytes_per_rank += kBytes * size.n * size.columns_per_rank;
    cost.bytes_streamed += kBytes * entries * passes;
    cost.remedy = "storage = regenerate, estimator = pdw";
  } else {
    cost.normals += entries * passes;
  }
  // Norms, correlations, bounds and lists of columns; weightings that share the making of columns have their
  // own.
  double const vectors = point.storage == Storage::dense ? 8 : 32;
  cost.bytes_per_rank += vectors * kBytes * size.columns_per_rank;
}

}  // namespace

study::Cost data_cost(Parameters const& point, int ranks) {
  auto const size = sizes_of(point, ranks);
  study::Cost cost;
  double const data_sets = point.iso_level > 0 ? static_cast<double>(point.iso_draws) : 1;
  double const replicated = 6;  // vectors of n: noise, signal, response and copies in flight
  cost.bytes_per_rank = kBytes * (size.rows_per_rank * size.s + replicated * size.n + 4 * size.s);
  cost.normals = 2 * size.n * size.s + size.n;  // a single column costs its pair
  cost.flops = 2 * size.n * size.s;
  cost.bytes_streamed = 2 * kBytes * size.n * size.s;
  cost.bytes_per_rank *= data_sets;
  cost.normals *= data_sets;
  cost.flops *= data_sets;
  cost.bytes_streamed *= data_sets;
  return cost;
}

study::Cost analysis_cost(Parameters const& point, int ranks) {
  auto const size = sizes_of(point, ranks);
  study::Cost cost;
  cost.bytes_per_rank = data_cost(point, ranks).bytes_per_rank;
  double const witness_flops = size.n * size.s * size.s + size.s * size.s * size.s / 3 + 4 * size.n * size.s;
  double const witness_bytes = support_gram_bytes(size.s, ranks);
  double const working_set = working_set_size(size);
  double const panel_bytes = working_set_bytes(working_set, size.rows_per_rank, ranks);
  double const fit_flops = size.n * working_set * working_set;
  switch (point.estimator) {
    case Estimator::pdw: {
      bool const traces = point.iso_level > 0;
      double const draws = traces ? static_cast<double>(point.iso_draws) : 1;
      double const steps = traces ? 3 * (2 + std::log2(size.n + 2)) : 1;
      cost.flops += draws * steps * witness_flops;
      cost.bytes_per_rank += draws * witness_bytes;
      break;
    }
    case Estimator::lasso: {
      double const fits = point.weighting == Weighting::residual ? 2 : 1;
      double const passes = point.solver == Solver::fista ? 500 : kPasses;
      add_passes(point, size, fits * passes, cost);
      cost.flops += fits * fit_flops + witness_flops;
      cost.bytes_per_rank += panel_bytes + witness_bytes;
      break;
    }
    case Estimator::lasso_path:
      add_passes(point, size, static_cast<double>(point.n_lambda) * 2, cost);
      cost.flops += 4 * fit_flops;
      cost.bytes_per_rank += panel_bytes;
      break;
    case Estimator::amp:
      add_passes(point, size, static_cast<double>(std::min<std::int64_t>(point.amp_iters, 60)), cost);
      break;
    case Estimator::omp:
      add_passes(point, size, size.s, cost);
      cost.bytes_per_rank += 2 * kBytes * size.rows_per_rank * size.s;
      break;
    case Estimator::max_corr:
      add_passes(point, size, 1, cost);
      cost.bytes_per_rank += kBytes * size.n * size.s;
      break;
    case Estimator::ml_exhaustive:
      add_passes(point, size, 1, cost);
      cost.flops +=
          size.n * size.p * size.p + 2 * std::exp(numerics::log_binomial(size.p, size.s)) / size.ranks;
      cost.bytes_per_rank += kBytes * (size.p * size.p + size.n * size.p);
      break;
    case Estimator::ml_swap: {
      double const swaps = static_cast<double>(point.ml_restarts) * 2 * size.s;
      add_passes(point, size, size.s + swaps, cost);
      cost.flops += swaps * size.s * size.p;
      cost.bytes_per_rank += kBytes * size.s * size.columns_per_rank;
      break;
    }
  }
  return cost;
}

double expected_seconds(study::Cost const& cost, int ranks) {
  double const flops_per_second = 1e10, normals_per_second = 2.5e8, bytes_per_second = 5e9;
  return (cost.flops / flops_per_second + cost.normals / normals_per_second +
          cost.bytes_streamed / bytes_per_second) /
         ranks;
}

study::Cost user_cost(UserShape const& shape, Parameters const& point, int ranks) {
  double const n = static_cast<double>(shape.n);
  double const columns = std::ceil(static_cast<double>(shape.p) / ranks);
  double const working_set = std::min(static_cast<double>(shape.p), std::max(512.0, n));
  double const passes = 2 * static_cast<double>(point.n_lambda);
  study::Cost cost;
  cost.bytes_per_rank = kBytes * (n * columns + 32 * 1024 * 1024 / kBytes + 8 * columns + 8 * n) +
                        working_set_bytes(working_set, n / ranks, ranks);
  cost.flops = 2 * n * static_cast<double>(shape.p) * passes;
  cost.bytes_streamed = kBytes * n * static_cast<double>(shape.p) * passes;
  return cost;
}

}  // namespace thresher::mixed_quality_lasso
