#include "experiments/hawkes_network/data/bit_planes.hpp"

#include <algorithm>
#include <cassert>

namespace thresher::hawkes_network {

void clipped_counts(std::span<double const> times, Bins const& bins, std::int64_t clip,
                    std::span<std::uint8_t> counts) {
  std::ranges::fill(counts, std::uint8_t{0});
  for (double const time : times) {
    auto const bin = static_cast<std::int64_t>(time / bins.width);
    if (bin >= bins.count) break;
    auto& count = counts[static_cast<std::size_t>(bin)];
    if (count < clip) ++count;
  }
}

int digits_for(std::int64_t clip) {
  int digits = 0;
  for (auto rest = clip; rest > 0; rest /= 2) ++digits;
  return digits;
}

BinSums BitPlanes::add(std::span<double const> times, Bins const& bins) {
  assert(bins.count == bins_);
  counts_.resize(static_cast<std::size_t>(bins_));
  clipped_counts(times, bins, clip_, counts_);
  auto const before = data_.size();
  data_.resize(before + static_cast<std::size_t>(node_words()));
  bits::Word* const planes = data_.data() + before;
  BinSums sums;
  for (std::int64_t k = 0; k < bins_; ++k) {
    auto const count = counts_[static_cast<std::size_t>(k)];
    if (count == 0) continue;
    sums.counts += count;
    sums.squares += std::int64_t{count} * count;
    for (int c = 0; c < digits_; ++c)
      planes[c * words() + k / 64] |= static_cast<bits::Word>((count >> c) & 1) << (k % 64);
  }
  return sums;
}

void shift_down(std::span<bits::Word const> words, std::int64_t lag, std::span<bits::Word> shifted) {
  auto const skip = static_cast<std::size_t>(lag / 64);
  auto const by = static_cast<unsigned>(lag % 64);
  for (std::size_t w = 0; w < shifted.size(); ++w) {
    bits::Word const low = w + skip < words.size() ? words[w + skip] : 0;
    bits::Word const high = w + skip + 1 < words.size() ? words[w + skip + 1] : 0;
    shifted[w] = by == 0 ? low : (low >> by) | (high << (64 - by));
  }
}

}  // namespace thresher::hawkes_network
