#pragma once

#include "random/elementary.hpp"

#include <cstdint>

// What a 64-bit word of a stream means, kind by kind. `pair(first, second)` maps the two words of a pair to
// its values. Templates over the lanes, for the reasons given in elementary.hpp.

namespace thresher::random {

template <class L>
struct RealPair {
  typename L::Reals first;
  typename L::Reals second;
};

/// The upper 52 bits name one of 2^52 equal cells of (0, 1); the value is its midpoint, an odd multiple of
/// 2^-53. So 0 and 1 never occur, and u and 1 - u have the same distribution.
struct UniformDraw {
  template <class L>
  static THRESHER_INLINE typename L::Reals value(typename L::Words word) {
    // Bits below the exponent of 1 make a number of [1, 2); both roundings are exact.
    auto const shifted =
        L::as_reals(L::bit_or(L::template shift_right<12>(word), L::word(0x3ff0000000000000U)));
    return L::subtract(shifted, L::real(1 - 0x1p-53));
  }

  template <class L>
  static THRESHER_INLINE RealPair<L> pair(typename L::Words first, typename L::Words second) {
    return {value<L>(first), value<L>(second)};
  }
};

/// Minus the logarithm of the uniform of the same word.
struct ExponentialDraw {
  template <class L>
  static THRESHER_INLINE typename L::Reals value(typename L::Words word) {
    return L::multiply(logarithm<L>(UniformDraw::value<L>(word)), L::real(-1));
  }

  template <class L>
  static THRESHER_INLINE RealPair<L> pair(typename L::Words first, typename L::Words second) {
    return {value<L>(first), value<L>(second)};
  }
};

/// -1 where the highest bit is set, else +1.
struct SignDraw {
  template <class L>
  static THRESHER_INLINE typename L::Reals value(typename L::Words word) {
    return L::as_reals(
        L::bit_or(L::bit_and(word, L::word(0x8000000000000000U)), L::word(0x3ff0000000000000U)));
  }

  template <class L>
  static THRESHER_INLINE RealPair<L> pair(typename L::Words first, typename L::Words second) {
    return {value<L>(first), value<L>(second)};
  }
};

/// Box-Muller: the first word gives the radius, the second the angle. Its upper 52 bits place the angle in
/// the quarter (-pi/4, pi/4), where the polynomials need no reduction; bit 0 mirrors it to the other side,
/// bit 1 swaps the two coordinates: together the whole circle.
struct NormalDraw {
  template <class L>
  static THRESHER_INLINE RealPair<L> pair(typename L::Words first, typename L::Words second) {
    auto const radius = L::square_root(L::multiply(logarithm<L>(UniformDraw::value<L>(first)), L::real(-2)));
    auto const angle = L::multiply(L::subtract(UniformDraw::value<L>(second), L::real(0.5)),
                                   L::real(1.57079632679489661923));
    auto const on_circle = sine_cosine<L>(angle);
    auto const mirrored =
        L::as_reals(L::bit_xor(L::as_words(on_circle.cosine), L::template shift_left<63>(second)));
    auto const swap = L::template shift_left<62>(second);
    return {L::multiply(radius, L::select(swap, mirrored, on_circle.sine)),
            L::multiply(radius, L::select(swap, on_circle.sine, mirrored))};
  }
};

}  // namespace thresher::random
