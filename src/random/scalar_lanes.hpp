#pragma once

#include "random/draws.hpp"
#include "random/elementary.hpp"
#include "random/philox.hpp"

#include <bit>
#include <cmath>
#include <cstdint>

namespace thresher::random {

/// One double: the arithmetic of single draws, and the yardstick for the vector paths.
struct ScalarLanes {
  using Words = std::uint64_t;
  using Reals = double;
  static constexpr int width = 1;

  static Words word(std::uint64_t bits) { return bits; }
  static Reals real(double value) { return value; }
  static Words add(Words a, Words b) { return a + b; }
  static Words bit_and(Words a, Words b) { return a & b; }
  static Words bit_or(Words a, Words b) { return a | b; }
  static Words bit_xor(Words a, Words b) { return a ^ b; }
  template <int count>
  static Words shift_left(Words a) {
    return a << count;
  }
  template <int count>
  static Words shift_right(Words a) {
    return a >> count;
  }
  static Reals as_reals(Words a) { return std::bit_cast<double>(a); }
  static Words as_words(Reals a) { return std::bit_cast<std::uint64_t>(a); }
  static Reals add(Reals a, Reals b) { return a + b; }
  static Reals subtract(Reals a, Reals b) { return a - b; }
  static Reals multiply(Reals a, Reals b) { return a * b; }
  static Reals divide(Reals a, Reals b) { return a / b; }
  static Reals square_root(Reals a) { return std::sqrt(a); }
  static Reals multiply_add(Reals a, Reals b, Reals c) { return std::fma(a, b, c); }
  static Reals multiply_subtract(Reals a, Reals b, Reals c) { return std::fma(a, b, -c); }
  /// b where the highest bit of the word is set, else a.
  static Reals select(Words highest_bit, Reals a, Reals b) { return highest_bit >> 63 != 0 ? b : a; }
};

inline double logarithm(double x) {
  return logarithm<ScalarLanes>(x);
}

/// Draw `Kind` at one address.
template <class Kind>
double single_draw(Substream substream, std::uint64_t index) {
  WordPair const words = word_pair(substream, index / 2);
  auto const values = Kind::template pair<ScalarLanes>(words.first, words.second);
  return index % 2 == 0 ? values.first : values.second;
}

}  // namespace thresher::random
