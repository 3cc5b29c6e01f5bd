#include "random/philox.hpp"

#include <Random123/philox.h>

#include <cstddef>

namespace thresher::random {
namespace {

inline Substream first_level(Key key, std::array<std::uint64_t, 4> const& counter) {
  auto const hashed =
      philox4x64_R(10, {{counter[0], counter[1], counter[2], counter[3]}}, {{key.low, key.high}});
  return {hashed.v[0], hashed.v[1]};
}

std::uint32_t low_half(std::uint64_t word) {
  return static_cast<std::uint32_t>(word);
}
std::uint32_t high_half(std::uint64_t word) {
  return static_cast<std::uint32_t>(word >> 32);
}

}  // namespace

std::array<std::uint32_t, 4> philox4x32_10(std::array<std::uint32_t, 4> counter,
                                           std::array<std::uint32_t, 2> key) {
  auto const x = philox4x32_R(10, {{counter[0], counter[1], counter[2], counter[3]}}, {{key[0], key[1]}});
  return {x.v[0], x.v[1], x.v[2], x.v[3]};
}

std::array<std::uint64_t, 4> philox4x64_10(std::array<std::uint64_t, 4> counter,
                                           std::array<std::uint64_t, 2> key) {
  auto const x = philox4x64_R(10, {{counter[0], counter[1], counter[2], counter[3]}}, {{key[0], key[1]}});
  return {x.v[0], x.v[1], x.v[2], x.v[3]};
}

Substream substream(Key key, std::array<std::uint64_t, 4> counter) {
  return first_level(key, counter);
}

void consecutive_substreams(Key key, std::array<std::uint64_t, 4> counter, std::span<Substream> substreams) {
  for (Substream& each : substreams) {
    each = first_level(key, counter);
    ++counter[0];
  }
}

WordPair word_pair(Substream substream, std::uint64_t pair) {
  auto const x = philox4x32_10(
      {low_half(pair), high_half(pair), low_half(substream.prefix), high_half(substream.prefix)},
      {low_half(substream.key), high_half(substream.key)});
  return {std::uint64_t{x[0]} << 32 | x[1], std::uint64_t{x[2]} << 32 | x[3]};
}

}  // namespace thresher::random
