#pragma once

#include "random/elementary.hpp"

#include <cstdint>

namespace thresher::random {

/// `count` vectors treated as one: every operation is issued for all of them in turn, so that the long
/// dependency chains of Philox and of the polynomials overlap. `Vector` holds the operations on one vector of
/// an instruction set.
template <class Vector, int count>
struct Lanes {
  struct Words {
    typename Vector::Words part[count];
  };
  struct Reals {
    typename Vector::Reals part[count];
  };
  static constexpr int width = count * Vector::width;

#define THRESHER_FOR_EACH_PART(Result, expression)                                     \
  Result result;                                                                       \
  _Pragma("GCC unroll 8") for (int n = 0; n < count; ++n) result.part[n] = expression; \
  return result

  using One = Lanes<Vector, 1>;
  static THRESHER_INLINE Words spread(typename Vector::Words word) {
    THRESHER_FOR_EACH_PART(Words, word);
  }

  static THRESHER_INLINE Words word(std::uint64_t bits) {
    THRESHER_FOR_EACH_PART(Words, Vector::word(bits));
  }
  static THRESHER_INLINE Reals real(double value) {
    THRESHER_FOR_EACH_PART(Reals, Vector::real(value));
  }
  /// first, first + 1, ...
  static THRESHER_INLINE Words count_from(std::uint64_t first) {
    THRESHER_FOR_EACH_PART(Words, Vector::count_from(first + static_cast<unsigned>(n) * Vector::width));
  }
  static THRESHER_INLINE Words load(std::uint64_t const* words) {
    THRESHER_FOR_EACH_PART(Words, Vector::load(words + n * Vector::width));
  }

  static THRESHER_INLINE Words add(Words a, Words b) {
    THRESHER_FOR_EACH_PART(Words, Vector::add(a.part[n], b.part[n]));
  }
  /// Full products of the lower halves; the upper halves of the operands do not matter.
  static THRESHER_INLINE Words multiply_low_halves(Words a, Words b) {
    THRESHER_FOR_EACH_PART(Words, Vector::multiply_low_halves(a.part[n], b.part[n]));
  }
  static THRESHER_INLINE Words bit_and(Words a, Words b) {
    THRESHER_FOR_EACH_PART(Words, Vector::bit_and(a.part[n], b.part[n]));
  }
  static THRESHER_INLINE Words bit_or(Words a, Words b) {
    THRESHER_FOR_EACH_PART(Words, Vector::bit_or(a.part[n], b.part[n]));
  }
  static THRESHER_INLINE Words bit_xor(Words a, Words b) {
    THRESHER_FOR_EACH_PART(Words, Vector::bit_xor(a.part[n], b.part[n]));
  }
  static THRESHER_INLINE Words bit_xor(Words a, Words b, Words c) {
    THRESHER_FOR_EACH_PART(Words, Vector::bit_xor(a.part[n], b.part[n], c.part[n]));
  }
  template <int bits>
  static THRESHER_INLINE Words shift_left(Words a) {
    THRESHER_FOR_EACH_PART(Words, Vector::template shift_left<bits>(a.part[n]));
  }
  template <int bits>
  static THRESHER_INLINE Words shift_right(Words a) {
    THRESHER_FOR_EACH_PART(Words, Vector::template shift_right<bits>(a.part[n]));
  }
  static THRESHER_INLINE Reals as_reals(Words a) {
    THRESHER_FOR_EACH_PART(Reals, Vector::as_reals(a.part[n]));
  }
  static THRESHER_INLINE Words as_words(Reals a) {
    THRESHER_FOR_EACH_PART(Words, Vector::as_words(a.part[n]));
  }

  static THRESHER_INLINE Reals add(Reals a, Reals b) {
    THRESHER_FOR_EACH_PART(Reals, Vector::add(a.part[n], b.part[n]));
  }
  static THRESHER_INLINE Reals subtract(Reals a, Reals b) {
    THRESHER_FOR_EACH_PART(Reals, Vector::subtract(a.part[n], b.part[n]));
  }
  static THRESHER_INLINE Reals multiply(Reals a, Reals b) {
    THRESHER_FOR_EACH_PART(Reals, Vector::multiply(a.part[n], b.part[n]));
  }
  static THRESHER_INLINE Reals divide(Reals a, Reals b) {
    THRESHER_FOR_EACH_PART(Reals, Vector::divide(a.part[n], b.part[n]));
  }
  static THRESHER_INLINE Reals square_root(Reals a) {
    THRESHER_FOR_EACH_PART(Reals, Vector::square_root(a.part[n]));
  }
  static THRESHER_INLINE Reals multiply_add(Reals a, Reals b, Reals c) {
    THRESHER_FOR_EACH_PART(Reals, Vector::multiply_add(a.part[n], b.part[n], c.part[n]));
  }
  static THRESHER_INLINE Reals multiply_subtract(Reals a, Reals b, Reals c) {
    THRESHER_FOR_EACH_PART(Reals, Vector::multiply_subtract(a.part[n], b.part[n], c.part[n]));
  }
  static THRESHER_INLINE Reals select(Words highest_bit, Reals a, Reals b) {
    THRESHER_FOR_EACH_PART(Reals, Vector::select(highest_bit.part[n], a.part[n], b.part[n]));
  }
#undef THRESHER_FOR_EACH_PART

  /// out = a0 b0 a1 b1 ...
  template <class Real>
  static THRESHER_INLINE void store_interleaved(Real* out, Reals a, Reals b) {
    for (int n = 0; n < count; ++n) {
      Vector::store_interleaved(out + 2 * n * Vector::width, a.part[n], b.part[n]);
    }
  }
  template <class Real>
  static THRESHER_INLINE void store(Real* out, Reals a) {
    for (int n = 0; n < count; ++n) Vector::store(out + n * Vector::width, a.part[n]);
  }
};

}  // namespace thresher::random
