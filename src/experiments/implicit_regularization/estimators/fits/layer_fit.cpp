#include "experiments/implicit_regularization/estimators/fits/layer_fit.hpp"

#include <algorithm>
#include <cassert>

namespace thresher::implicit_regularization {

void LayerSums::add(std::size_t layer, std::span<double const> theta, std::span<double const> b) {
  assert(theta.size() == b.size() && 3 * layer < sums_.size());
  double* const sum = &sums_[3 * layer];
  for (std::size_t i = 0; i < theta.size(); ++i) {
    sum[0] += theta[i] * b[i];
    sum[1] += theta[i] * theta[i];
    sum[2] += b[i] * b[i];
  }
}

LayerSums::LayerFit LayerSums::fit(mpi::Communicator const& comm, Sign sign) const {
  auto sums = sums_;
  mpi::sum_in_place(comm, sums);
  LayerFit result;
  double explained = 0, target = 0;
  for (std::size_t at = 0; at < sums.size(); at += 3) {
    bool const is_bound = sign == Sign::nonnegative && sums[at] <= 0;
    double const coefficient = is_bound || sums[at + 1] == 0 ? 0 : sums[at] / sums[at + 1];
    result.coefficients.push_back(coefficient);
    explained += coefficient * sums[at];
    target += sums[at + 2];
  }
  result.r2 = target > 0 ? std::clamp(explained / target, 0.0, 1.0) : 0;
  return result;
}

}  // namespace thresher::implicit_regularization
