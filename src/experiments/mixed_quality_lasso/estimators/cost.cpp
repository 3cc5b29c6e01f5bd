#include "experiments/mixed_quality_lasso/estimators/cost.hpp"

#include "linalg/tiled_matrix.hpp"
#include "prox/spread_panel_gram.hpp"

#include <algorithm>

namespace thresher::mixed_quality_lasso {

namespace {

/// Bytes of the two Gram matrices of the support, of one quality each, and of a factor: on rank 0, or spread
/// over the team.
double support_gram_bytes(double s, int ranks) {
  if (!linalg::is_worth_tiling(ranks, static_cast<std::int64_t>(s))) return 3 * kBytesPerNumber * s * s;
  return 3 * linalg::TiledMatrix::bytes_per_rank(s, ranks) + linalg::TiledMatrix::buffer_bytes(s);
}

}  // namespace

void add_passes(Parameters const& point, Workload const& work, double passes, study::Cost& cost) {
  double const entries = work.n * work.p;
  cost.flops += 2 * entries * passes;
  if (point.storage == Storage::dense) {
    cost.normals += entries;
    cost.bytes_per_rank += kBytesPerNumber * work.n * work.columns_per_rank;
    cost.bytes_streamed += kBytesPerNumber * entries * passes;
    cost.remedy = "storage = regenerate, estimator = pdw";
  } else {
    cost.normals += entries * passes;
  }
  // Norms, correlations, bounds and lists of columns; weightings that share the making of columns have their
  // own.
  double const vectors = point.storage == Storage::dense ? 8 : 32;
  cost.bytes_per_rank += vectors * kBytesPerNumber * work.columns_per_rank;
}

void add_witness(Workload const& work, double draws, double steps, study::Cost& cost) {
  double const flops = work.n * work.s * work.s + work.s * work.s * work.s / 3 + 4 * work.n * work.s;
  cost.flops += draws * steps * flops;
  cost.bytes_per_rank += draws * support_gram_bytes(work.s, work.ranks);
}

double working_set_size(Workload const& work) {
  return std::min(work.p, std::max(512.0, 8 * std::min(2 * work.s, work.n)));
}

double working_set_bytes(double columns, double rows_per_rank, int ranks) {
  bool const spread = linalg::is_worth_tiling(ranks, static_cast<std::int64_t>(columns));
  return kBytesPerNumber * rows_per_rank * columns +
         (spread ? prox::SpreadPanelGram::bytes_per_rank(columns, ranks)
                 : 3 * kBytesPerNumber * columns * columns);
}

}  // namespace thresher::mixed_quality_lasso
