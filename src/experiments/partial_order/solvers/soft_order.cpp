#include "experiments/partial_order/solvers/soft_order.hpp"

#include "experiments/partial_order/model/bit_rows.hpp"

#include <algorithm>
#include <utility>
#include <vector>

namespace thresher::partial_order {

SoftRelation::SoftRelation(Dominance dominance, Latents latents, double tau)
    : dominance_(dominance),
      latents_(std::move(latents)),
      tau_(tau),
      turned_(dominance, latents_.dimensions) {
  auto turned = latents_;
  for (double& value : turned.values) value = -value;
  turned_.set_all(turned, tau);
}

void SoftRelation::row(std::int64_t i, std::span<double> row) const {
  numerics::AlignedVector parts(turned_.parts() * turned_.width());
  turned_.row(static_cast<std::size_t>(i), parts.data());
  std::copy_n(parts.begin() + static_cast<std::ptrdiff_t>(turned_.width()), row.size(), row.begin());
}

void SoftOrder::successors(std::int64_t i, std::span<bits::Word> row) const {
  std::vector<double> p(static_cast<std::size_t>(items()));
  relation_.row(i, p);
  std::ranges::fill(row, bits::Word{0});
  for (std::int64_t j = 0; j < items(); ++j)
    if (j != i && p[static_cast<std::size_t>(j)] >= threshold_) set_bit(row, j);
}

}  // namespace thresher::partial_order
