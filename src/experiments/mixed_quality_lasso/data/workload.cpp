#include "experiments/mixed_quality_lasso/data/workload.hpp"

#include "experiments/mixed_quality_lasso/data/row_chunks.hpp"
#include "experiments/mixed_quality_lasso/model/setting.hpp"

#include <cmath>

namespace thresher::mixed_quality_lasso {

namespace {

double rows_of_first_rank(std::int64_t rows, int ranks) {
  return static_cast<double>(RowChunks(0, ranks).held(rows));
}

}  // namespace

Workload::Workload(Parameters const& point, int team_size) : ranks(team_size) {
  auto const setting = realise(point);
  n = static_cast<double>(setting.n());
  p = static_cast<double>(point.p);
  s = static_cast<double>(point.s);
  rows_per_rank = rows_of_first_rank(setting.n1, ranks) + rows_of_first_rank(setting.n2, ranks);
  columns_per_rank = std::ceil(p / static_cast<double>(ranks));
}

study::Cost data_cost(Parameters const& point, int ranks) {
  Workload const work(point, ranks);
  double const data_sets = point.iso_level > 0 ? static_cast<double>(point.iso_draws) : 1;
  double const replicated = 6;  // vectors of n: noise, signal, response and copies in flight
  return {.bytes_per_rank =
              data_sets * kBytesPerNumber * (work.rows_per_rank * work.s + replicated * work.n + 4 * work.s),
          .normals = data_sets * (2 * work.n * work.s + work.n),  // a single column costs its pair
          .flops = data_sets * 2 * work.n * work.s,
          .bytes_streamed = data_sets * 2 * kBytesPerNumber * work.n * work.s};
}

}  // namespace thresher::mixed_quality_lasso
