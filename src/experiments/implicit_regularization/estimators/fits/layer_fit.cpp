#include "experiments/implicit_regularization/estimators/fits/layer_fit.hpp"

#include "experiments/implicit_regularization/model/inner_product.hpp"

#include <algorithm>

namespace thresher::implicit_regularization {

void LayerSums::add(std::span<double const> theta, std::span<double const> b) {
  for (std::size_t piece = 0; piece < order_.own_pieces(); ++piece) {
    auto const weights = order_.part(theta, piece), deviation = order_.part(b, piece);
    double* const sum = &sums_[3 * piece];
    sum[0] += inner_product(weights, deviation);
    sum[1] += inner_product(weights, weights);
    sum[2] += inner_product(deviation, deviation);
  }
}

LayerSums::LayerFit LayerSums::fit(Sign sign) const {
  auto const all = order_.gather(sums_);
  std::vector<double> sums;  // per layer
  for (std::size_t k = 0; k < order_.pieces().size(); ++k) {
    auto const layer = static_cast<std::size_t>(order_.pieces()[k].layer);
    if (sums.size() < 3 * (layer + 1)) sums.resize(3 * (layer + 1));
    for (std::size_t i = 0; i < 3; ++i) sums[3 * layer + i] += all[3 * k + i];
  }
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
