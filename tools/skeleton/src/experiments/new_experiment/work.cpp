#include "experiments/new_experiment/work.hpp"

namespace thresher::new_experiment {

namespace {

double own_bytes(Parameters const& point, int ranks) {
  double const blocks = 256;  // a rank holds whole blocks of a sum of fixed order
  double const n = static_cast<double>(point.n);
  return 8 * (n / ranks + n / blocks + blocks);
}

}  // namespace

study::Cost data_cost(Parameters const& point, int ranks) {
  return {.bytes_per_rank = own_bytes(point, ranks), .normals = static_cast<double>(point.n)};
}

study::Cost measurement_cost(Parameters const& point, int ranks) {
  double const n = static_cast<double>(point.n);
  return {.bytes_per_rank = own_bytes(point, ranks), .flops = n, .bytes_streamed = 8 * n};
}

}  // namespace thresher::new_experiment
