#pragma once

#include "bits/popcount.hpp"
#include "experiments/hawkes_network/model/setting.hpp"

#include <cstdint>
#include <span>
#include <vector>

namespace thresher::hawkes_network {

/// min(number of events in a bin, clip) for every bin; events behind the last bin are left out.
void clipped_counts(std::span<double const> times, Bins const& bins, std::int64_t clip,
                    std::span<std::uint8_t> counts);

/// Binary digits that counts up to `clip` have.
int digits_for(std::int64_t clip);

/// Sums over the bins of a node.
struct BinSums {
  std::int64_t counts = 0;
  std::int64_t squares = 0;
};

/// Clipped counts of nodes as planes of bits: bit k of plane c of a node is digit c of its count in bin k.
/// Words behind the last bin's are not there, bits behind it are 0.
class BitPlanes {
 public:
  BitPlanes(std::int64_t bins, std::int64_t clip) : bins_(bins), clip_(clip), digits_(digits_for(clip)) {}

  /// Appends a node. Returns its sums.
  BinSums add(std::span<double const> times, Bins const& bins);

  std::int64_t words() const { return bits::words_for(bins_); }
  int digits() const { return digits_; }
  /// Words of a node: its planes one after the other.
  std::int64_t node_words() const { return digits_ * words(); }
  std::vector<bits::Word> const& data() const { return data_; }
  std::vector<bits::Word> release() { return std::move(data_); }

 private:
  std::int64_t bins_;
  std::int64_t clip_;
  int digits_;
  std::vector<bits::Word> data_;
  std::vector<std::uint8_t> counts_;
};

/// `words` shifted down by `lag` bits: bit k of the result is bit k + lag.
void shift_down(std::span<bits::Word const> words, std::int64_t lag, std::span<bits::Word> shifted);

}  // namespace thresher::hawkes_network
