#include "experiments/partial_order/solvers/hard_sweep.hpp"

#include "numerics/ascending_order.hpp"

#include <algorithm>
#include <array>
#include <cmath>

namespace thresher::partial_order {

namespace {

constexpr std::array<double, 3> kScales{0.1, 0.3, 1.0};

}  // namespace

HardChain::HardChain(MovingLikelihood& likelihood, std::int64_t items, std::int64_t dimension, double rho,
                     SweepStreams const& streams, std::uint64_t chain)
    : likelihood_(likelihood),
      items_(items),
      dimension_(dimension),
      own_part_(std::sqrt(1 - rho)),
      shared_part_((std::sqrt(1 - rho + static_cast<double>(dimension) * rho) - own_part_) /
                   static_cast<double>(dimension)),
      streams_(streams),
      chain_(chain),
      order_(items),
      after_(static_cast<std::size_t>(order_.words())),
      before_(after_.size()),
      step_(static_cast<std::size_t>(dimension)) {}

void HardChain::colour(std::span<double const> whitened, std::span<double> utilities) const {
  double sum = 0;
  for (double const z : whitened) sum += z;
  for (std::size_t k = 0; k < whitened.size(); ++k)
    utilities[k] = own_part_ * whitened[k] + shared_part_ * sum;
}

void HardChain::place(std::span<double const> whitened) {
  whitened_.assign(whitened.begin(), whitened.end());
  utilities_.resize(whitened_.size());
  auto const width = static_cast<std::size_t>(dimension_);
  for (std::size_t i = 0; i < static_cast<std::size_t>(items_); ++i)
    colour(std::span(whitened_).subspan(i * width, width), std::span(utilities_).subspan(i * width, width));
  order_ = PartialOrder(items_);
  for (std::int32_t i = 0; i < items_; ++i) relate_again(i);
  likelihood_.reset(order_);
}

void HardChain::relate_again(std::int32_t item) {
  std::ranges::fill(after_, 0);
  std::ranges::fill(before_, 0);
  auto const width = static_cast<std::size_t>(dimension_);
  double const* const own = utilities_.data() + static_cast<std::size_t>(item) * width;
  double const* other = utilities_.data();
  for (std::int64_t j = 0; j < items_; ++j, other += width) {
    // Without a branch: the comparison of items is hard to foresee.
    unsigned above = j != item ? 1 : 0;
    unsigned below = above;
    for (std::size_t k = 0; k < width; ++k) {
      above &= static_cast<unsigned>(own[k] > other[k]);
      below &= static_cast<unsigned>(own[k] < other[k]);
    }
    auto const word = static_cast<std::size_t>(j / 64);
    after_[word] |= bits::Word{above} << (j % 64);
    before_[word] |= bits::Word{below} << (j % 64);
  }
  changed_.clear();
  for (std::size_t w = 0; w < after_.size(); ++w) {
    auto differs = (order_.after(item)[w] ^ after_[w]) | (order_.before(item)[w] ^ before_[w]);
    for (; differs != 0; differs &= differs - 1)
      changed_.push_back(static_cast<std::int32_t>(w * 64) + __builtin_ctzll(differs));
  }
  for (auto const j : changed_) {
    order_.remove_pair(item, j);
    order_.remove_pair(j, item);
    auto const word = static_cast<std::size_t>(j / 64);
    if ((after_[word] >> (j % 64) & 1U) != 0) order_.add_pair(item, j);
    if ((before_[word] >> (j % 64) & 1U) != 0) order_.add_pair(j, item);
  }
}

bool HardChain::try_item(std::uint64_t iteration, std::int32_t item, double scale, double threshold) {
  auto const width = static_cast<std::size_t>(dimension_);
  auto const at = static_cast<std::size_t>(item) * width;
  auto const z = std::span(whitened_).subspan(at, width);
  auto const u = std::span(utilities_).subspan(at, width);
  streams_.row.normals({chain_, iteration, static_cast<std::uint64_t>(item)}, 0, step_);
  double const kept = std::sqrt(1 - scale * scale);
  for (std::size_t k = 0; k < width; ++k) step_[k] = kept * z[k] + scale * step_[k];
  auto const exchange = [&] {
    std::swap_ranges(z.begin(), z.end(), step_.begin());
    colour(z, u);
  };
  exchange();
  relate_again(item);
  if (changed_.empty()) return true;
  ++evaluations_;
  if (std::log(threshold) < likelihood_.propose(order_, item, changed_) - likelihood_.value()) {
    likelihood_.accept();
    return true;
  }
  exchange();
  relate_again(item);
  return false;
}

std::int64_t HardChain::sweep(std::uint64_t iteration) {
  std::vector<double> keys(static_cast<std::size_t>(items_));
  std::vector<double> scales(keys.size());
  std::vector<double> thresholds(keys.size());
  random::Row const row{chain_, iteration};
  streams_.order.uniforms(row, 0, keys);
  streams_.scale.uniforms(row, 0, scales);
  streams_.accept.uniforms(row, 0, thresholds);
  std::int64_t accepted = 0;
  for (auto const item : numerics::ascending_order(keys)) {
    double const scale = kScales[static_cast<std::size_t>(scales[item] * kScales.size())];
    if (try_item(iteration, static_cast<std::int32_t>(item), scale, thresholds[item])) ++accepted;
  }
  return accepted;
}

}  // namespace thresher::partial_order
