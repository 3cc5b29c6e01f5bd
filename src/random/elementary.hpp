#pragma once

#include <cstdint>

// Elementary functions whose bits depend on nothing but IEEE arithmetic: not on the C library, a vector
// library's version, the compiler or the instruction set. They are templates over the lanes (one double, or
// several vectors).
//
// SLEEF's deterministic functions have the same bits on every path too. These are written out because they
// are inlined and need no reduction of their arguments: normals come 1.3 (AVX-512) to 1.7 (AVX2) times as
// fast as with SLEEF 3.5, and no other version of it on another cluster can change them.
//
// Two rules keep the bits: every operation is written out (`multiply_add` is one rounding, everywhere), and
// no product of `multiply` is ever an operand of `add` or `subtract`, which compilers would be free to fuse.
//
// This header is also compiled for AVX-512. Whatever it defines is a template over types local to one source
// file, so that no linker can hand AVX-512 code to a processor that lacks it; for the same reason it uses no
// standard library.

namespace thresher::random {

// The sanitizers would follow every register of the unrolled loops (ten times the time to compile). The tests
// look at the memory around each block instead.
#define THRESHER_KERNEL __attribute__((no_sanitize("address", "undefined")))
#define THRESHER_INLINE THRESHER_KERNEL inline __attribute__((always_inline))

/// Natural logarithm of positive normal numbers, error below 1.5 units in the last place. FreeBSD msun's
/// method: x = 2^k (1 + f) with sqrt(1/2) <= 1 + f < sqrt(2), log(1 + f) = f - f^2/2 + s (f^2/2 + R(s^2)), s
/// = f / (2 + f).
template <class L>
THRESHER_INLINE typename L::Reals logarithm(typename L::Reals x) {
  constexpr std::uint64_t one = 0x3ff0000000000000U;
  constexpr std::uint64_t root_half = 0x3fe6a09e00000000U;
  constexpr double log2_high = 6.93147180369123816490e-01;  // 32 bits: k * log2_high is exact
  constexpr double log2_low = 1.90821492927058770002e-10;

  auto const shifted = L::add(L::as_words(x), L::word(one - root_half));
  // An integer below 2^52 in the fraction of 2^52 converts by one subtraction.
  auto const k =
      L::subtract(L::as_reals(L::bit_or(L::template shift_right<52>(shifted), L::word(0x4330000000000000U))),
                  L::real(0x1p52 + 1023));
  auto const mantissa =
      L::as_reals(L::add(L::bit_and(shifted, L::word(0x000fffffffffffffU)), L::word(root_half)));

  auto const f = L::subtract(mantissa, L::real(1));
  auto const s = L::divide(f, L::add(mantissa, L::real(1)));
  auto const z = L::multiply(s, s);
  auto const w = L::multiply(z, z);
  auto const even = L::multiply_add(
      w, L::multiply_add(w, L::real(1.531383769920937332e-01), L::real(2.222219843214978396e-01)),
      L::real(3.999999999940941908e-01));
  auto const odd = L::multiply_add(
      w,
      L::multiply_add(
          w, L::multiply_add(w, L::real(1.479819860511658591e-01), L::real(1.818357216161805012e-01)),
          L::real(2.857142874366239149e-01)),
      L::real(6.666666666666735130e-01));
  auto const half = L::multiply(f, L::real(0.5));
  auto const tail = L::multiply_add(half, f, L::multiply_add(w, even, L::multiply(z, odd)));
  auto const low = L::multiply_add(s, tail, L::multiply(k, L::real(log2_low)));
  return L::multiply_add(k, L::real(log2_high), L::subtract(f, L::multiply_subtract(half, f, low)));
}

template <class L>
struct SineCosine {
  typename L::Reals sine;
  typename L::Reals cosine;
};

/// Sine and cosine for |x| <= pi/4, error below 1 unit in the last place: FreeBSD msun's kernel polynomials.
template <class L>
THRESHER_INLINE SineCosine<L> sine_cosine(typename L::Reals x) {
  auto const z = L::multiply(x, x);
  auto const w = L::multiply(z, z);

  auto const sine_high = L::multiply_add(
      z, L::multiply_add(z, L::real(1.58969099521155010221e-10), L::real(-2.50507602534068634195e-08)),
      L::real(2.75573137070700676789e-06));
  auto const sine_low =
      L::multiply_add(z, L::real(-1.98412698298579493134e-04), L::real(8.33333333332248946124e-03));
  auto const sine_rest =
      L::multiply_add(z, L::multiply_add(w, sine_high, sine_low), L::real(-1.66666666666666324348e-01));

  auto const cosine_high = L::multiply_add(
      z, L::multiply_add(z, L::real(-1.13596475577881948265e-11), L::real(2.08757232129817482790e-09)),
      L::real(-2.75573143513906633035e-07));
  auto const cosine_low = L::multiply_add(
      z, L::multiply_add(z, L::real(2.48015872894767294178e-05), L::real(-1.38888888888741095749e-03)),
      L::real(4.16666666666666019037e-02));
  auto const cosine_rest = L::multiply_add(L::multiply(w, z), cosine_high, cosine_low);

  return {L::multiply_add(L::multiply(z, x), sine_rest, x),
          L::multiply_add(z, L::multiply_add(z, cosine_rest, L::real(-0.5)), L::real(1))};
}

}  // namespace thresher::random
