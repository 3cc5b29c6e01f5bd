#include "experiments/partial_order/model/latents.hpp"

#include "experiments/partial_order/model/bit_rows.hpp"

#include <algorithm>
#include <cmath>

namespace thresher::partial_order {

RootFactors root_factors(double rho, std::int64_t dimensions) {
  auto const k = static_cast<double>(dimensions);
  double const a = std::sqrt(1 - rho);
  return {a, (std::sqrt(1 - rho + k * rho) - a) / k};
}

void multiply_by_root(std::span<double const> rows, std::int64_t dimensions, double rho,
                      std::span<double> result) {
  auto const [own, shared] = root_factors(rho, dimensions);
  auto const k = static_cast<std::size_t>(dimensions);
  for (std::size_t at = 0; at < rows.size(); at += k) {
    double sum = 0;
    for (std::size_t c = 0; c < k; ++c) sum += rows[at + c];
    for (std::size_t c = 0; c < k; ++c) result[at + c] = own * rows[at + c] + shared * sum;
  }
}

Latents coloured(std::span<double const> whitened, std::int64_t dimensions, double rho) {
  Latents latents{static_cast<std::int64_t>(whitened.size()) / dimensions, dimensions,
                  std::vector<double>(whitened.size())};
  multiply_by_root(whitened, dimensions, rho, latents.values);
  return latents;
}

bool ProductOrder::precedes(std::int64_t i, std::int64_t j) const {
  auto const a = latents_.row(i);
  auto const b = latents_.row(j);
  for (std::size_t k = 0; k < a.size(); ++k)
    if (!(a[k] > b[k])) return false;
  return true;
}

void ProductOrder::successors(std::int64_t i, std::span<bits::Word> row) const {
  std::ranges::fill(row, bits::Word{0});
  for (std::int64_t j = 0; j < latents_.items; ++j)
    if (j != i && precedes(i, j)) set_bit(row, j);
}

}  // namespace thresher::partial_order
