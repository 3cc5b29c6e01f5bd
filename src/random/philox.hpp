#pragma once

#include "random/stream.hpp"
#include "random/substream.hpp"

#include <array>
#include <cstdint>
#include <span>

namespace thresher::random {

/// Random123's Philox4x32-10 and Philox4x64-10 (Salmon et al. 2011).
std::array<std::uint32_t, 4> philox4x32_10(std::array<std::uint32_t, 4> counter,
                                           std::array<std::uint32_t, 2> key);
std::array<std::uint64_t, 4> philox4x64_10(std::array<std::uint64_t, 4> counter,
                                           std::array<std::uint64_t, 2> key);

/// Fourth counter word of the first level, telling its uses apart.
inline constexpr std::uint64_t for_rows = 1;
inline constexpr std::uint64_t for_sequences = 2;

/// First level: identity of the address `counter` under `key`, one Philox4x64-10 call.
Substream substream(Key key, std::array<std::uint64_t, 4> counter);

/// substreams[k] = substream(key, counter + {k, 0, 0, 0}). Independent calls overlap in the processor:
/// several times faster than one at a time.
void consecutive_substreams(Key key, std::array<std::uint64_t, 4> counter, std::span<Substream> substreams);

/// Two 64-bit words of a substream, those of its elements 2 * pair and 2 * pair + 1.
struct WordPair {
  std::uint64_t first = 0;
  std::uint64_t second = 0;
};

/// Second level: Philox4x32-10 of the counter (pair, prefix) gives x0..x3; the words are x0 * 2^32 + x1 and
/// x2 * 2^32 + x3 (that order comes for free in 64-bit vector lanes).
WordPair word_pair(Substream substream, std::uint64_t pair);

}  // namespace thresher::random
