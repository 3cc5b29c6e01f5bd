#include "experiments/partial_order/solvers/soft_order.hpp"

#include <algorithm>
#include <utility>
#include <vector>

namespace thresher::partial_order {

SoftRelation::SoftRelation(Dominance dominance, Latents latents, double tau)
    : dominance_(dominance), latents_(std::move(latents)), tau_(tau), pairs_(dominance, latents_.dimensions) {
  pairs_.set_all(latents_, tau);
}

void SoftRelation::row(std::int64_t i, std::span<double> row) const {
  numerics::AlignedVector padded_row(pairs_.width());
  pairs_.precedences(static_cast<std::size_t>(i), padded_row.data());
  std::copy_n(padded_row.begin(), row.size(), row.begin());
}

void SoftOrder::successors(std::int64_t i, std::span<bits::Word> row) const {
  std::vector<double> p(static_cast<std::size_t>(items()));
  relation_.row(i, p);
  for (std::size_t w = 0; w < row.size(); ++w) {
    auto const begin = 64 * w;
    auto const end = std::min(begin + 64, p.size());
    bits::Word word = 0;
    for (auto j = begin; j < end; ++j) word |= bits::Word{p[j] >= threshold_} << (j - begin);
    row[w] = word;
  }
}

}  // namespace thresher::partial_order
