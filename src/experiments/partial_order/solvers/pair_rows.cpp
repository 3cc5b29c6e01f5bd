#include "experiments/partial_order/solvers/pair_rows.hpp"

#include "experiments/partial_order/solvers/pair_kernels.hpp"
#include "numerics/stable_functions.hpp"

#include <algorithm>
#include <cmath>
#include <vector>

namespace thresher::partial_order {

void PairRows::set(Latents const& latents, std::span<std::int32_t const> chosen, double tau) {
  items_ = chosen.size();
  width_ = padded(items_);
  auto const dimensions = static_cast<std::size_t>(dimensions_);
  scaled_.assign(width_ * dimensions, 0.0);
  for (std::size_t r = 0; r < items_; ++r) {
    auto const u = latents.row(chosen[r]);
    for (std::size_t k = 0; k < dimensions; ++k) scaled_[k * width_ + r] = u[k] / tau;
  }
}

void PairRows::set_all(Latents const& latents, double tau) {
  items_ = static_cast<std::size_t>(latents.items);
  width_ = padded(items_);
  auto const dimensions = static_cast<std::size_t>(dimensions_);
  scaled_.assign(width_ * dimensions, 0.0);
  for (std::size_t r = 0; r < items_; ++r)
    for (std::size_t k = 0; k < dimensions; ++k)
      scaled_[k * width_ + r] = latents.values[r * dimensions + k] / tau;
}

void PairRows::row(std::size_t q, double* out) const {
  RowInput const in{scaled_.data(), width_, static_cast<std::size_t>(dimensions_), q};
  if (dominance_ == Dominance::product) {
    if (product_row(in, out) > kWidestGap) mend_wide_gaps(q, out);
  } else {
    softmin_row(in, out);
  }
  for (std::size_t part = 0; part < parts(); ++part) out[part * width_ + q] = 0;
}

void PairRows::precedences(std::size_t q, double* out) const {
  RowInput const in{scaled_.data(), width_, static_cast<std::size_t>(dimensions_), q};
  (dominance_ == Dominance::product ? product_precedence_row : softmin_precedence_row)(in, out);
  out[q] = 0;
}

void PairRows::mend_wide_gaps(std::size_t q, double* out) const {
  // 1 - P = sum_k exp(-d_k) to the last digit.
  auto const dimensions = static_cast<std::size_t>(dimensions_);
  std::vector<double> minus(dimensions);
  for (std::size_t r = 0; r < items_; ++r) {
    for (std::size_t k = 0; k < dimensions; ++k) minus[k] = scaled(k)[r] - scaled(k)[q];
    if (*std::ranges::max_element(minus) > -kWidestGap) continue;
    double const free = numerics::log_sum_exp(minus);
    out[r] = free;
    for (std::size_t k = 0; k < dimensions; ++k) out[(2 + k) * width_ + r] = -std::exp(minus[k] - free);
  }
}

void PairRows::contract(std::size_t q, double const* row, double const* by_free, double const* by_after,
                        double* gradient) const {
  RowInput const in{scaled_.data(), width_, static_cast<std::size_t>(dimensions_), q};
  contract_row(in, row, by_free, by_after, gradient);
}

double soft_precedence(Dominance dominance, std::span<double const> first, std::span<double const> second,
                       double tau) {
  if (dominance == Dominance::product) {
    double p = 1;
    for (std::size_t k = 0; k < first.size(); ++k) p *= numerics::logistic((first[k] - second[k]) / tau);
    return p;
  }
  std::vector<double> minus(first.size());
  for (std::size_t k = 0; k < first.size(); ++k) minus[k] = (second[k] - first[k]) / tau;
  return numerics::logistic(-numerics::log_sum_exp(minus));
}

}  // namespace thresher::partial_order
