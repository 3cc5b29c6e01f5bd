#pragma once

#include "numerics/aligned_vector.hpp"

#include <cstddef>
#include <cstdint>
#include <cstring>

/// Elementary functions of several numbers at once, for loops that are written over lanes: compilers take a
/// loop with a choice or a call in it one number at a time. Everything here is inlined into its caller, which
/// is compiled twice: as it stands over NarrowLanes, and, marked THRESHER_WIDE_TARGET, over WideLanes, which
/// is called only where `has_wide_lanes()`. Vectors go by reference: by value they would cross the two ABIs.
namespace thresher::numerics {

/// Numbers in a register of AVX-512, or of AVX2.
struct WideLanes {
  using Reals [[gnu::vector_size(64)]] = double;
  using Integers [[gnu::vector_size(64)]] = std::uint64_t;
  static constexpr std::size_t kLanes = 8;
};
struct NarrowLanes {
  using Reals [[gnu::vector_size(32)]] = double;
  using Integers [[gnu::vector_size(32)]] = std::uint64_t;
  static constexpr std::size_t kLanes = 4;
};

#define THRESHER_WIDE_TARGET [[gnu::target("avx512f,avx512dq,avx512vl")]]

inline bool has_wide_lanes() {
  static bool const wide = __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512dq") &&
                           __builtin_cpu_supports("avx512vl");
  return wide;
}

template <class Lanes>
[[gnu::always_inline]] inline void load(typename Lanes::Reals& x, double const* from) {
  std::memcpy(&x, from, sizeof(x));
}
template <class Lanes>
[[gnu::always_inline]] inline void store(double* to, typename Lanes::Reals const& x) {
  std::memcpy(to, &x, sizeof(x));
}

/// Sum of eight partial sums, one per row modulo 8, in one tree whatever registers held them.
template <class Lanes>
[[gnu::always_inline]] inline double sum_of_eight(typename Lanes::Reals const* parts) {
  alignas(kCacheLine) double sums[8];
#pragma GCC unroll 2
  for (std::size_t p = 0; p < 8 / Lanes::kLanes; ++p) store<Lanes>(sums + p * Lanes::kLanes, parts[p]);
  NarrowLanes::Reals low, high;
  load<NarrowLanes>(low, sums);
  load<NarrowLanes>(high, sums + 4);
  low += high;
  return (low[0] + low[2]) + (low[1] + low[3]);
}

/// x <- exp(x) to 2 units in the last place for x <= 709; 0 below -708.
template <class Lanes>
[[gnu::always_inline]] inline void exponentiate(typename Lanes::Reals& x) {
  // exp(x) = 2^n exp(r), n the nearest integer to x / log 2, |r| <= log(2) / 2: Cody and Waite's reduction
  // and the Taylor polynomial of degree 13, whose remainder is below 1e-17. Adding 1.5 2^52 leaves n in the
  // low bits of the sum.
  constexpr double kShift = 6755399441055744.0;
  constexpr double kLog2High = 6.93147180369123816490e-01;
  constexpr double kLog2Low = 1.90821492927058770002e-10;
  constexpr double kInverseLog2 = 1.44269504088896338700;
  constexpr double kLowest = -708;
  using Reals = typename Lanes::Reals;
  using Integers = typename Lanes::Integers;
  auto const below = x < kLowest;
  Reals const argument = below ? Reals{} + kLowest : x;
  Reals const shifted = argument * kInverseLog2 + kShift;
  Reals const n = shifted - kShift;
  Reals const r = (argument - n * kLog2High) - n * kLog2Low;
  Reals p = Reals{} + 1.0 / 6227020800;
  p = p * r + 1.0 / 479001600;
  p = p * r + 1.0 / 39916800;
  p = p * r + 1.0 / 3628800;
  p = p * r + 1.0 / 362880;
  p = p * r + 1.0 / 40320;
  p = p * r + 1.0 / 5040;
  p = p * r + 1.0 / 720;
  p = p * r + 1.0 / 120;
  p = p * r + 1.0 / 24;
  p = p * r + 1.0 / 6;
  p = p * r + 0.5;
  p = p * r + 1;
  p = p * r + 1;
  Integers power;
  std::memcpy(&power, &shifted, sizeof(power));
  power = (power << 52) + (std::uint64_t{1023} << 52);
  Reals factor;
  std::memcpy(&factor, &power, sizeof(factor));
  x = below ? Reals{} : p * factor;
}

/// x <- log(x) for positive normal numbers, to 2 units in the last place: FreeBSD msun's method, x = 2^k (1 +
/// f) with sqrt(1/2) <= 1 + f < sqrt(2), log(1 + f) = f - f^2/2 + s (f^2/2 + R(s^2)), s = f / (2 + f).
template <class Lanes>
[[gnu::always_inline]] inline void take_logarithm(typename Lanes::Reals& x) {
  constexpr std::uint64_t kOne = 0x3ff0000000000000U;
  constexpr std::uint64_t kRootHalf = 0x3fe6a09e00000000U;
  constexpr double kLog2High = 6.93147180369123816490e-01;
  constexpr double kLog2Low = 1.90821492927058770002e-10;
  using Reals = typename Lanes::Reals;
  using Integers = typename Lanes::Integers;
  Integers shifted;
  std::memcpy(&shifted, &x, sizeof(shifted));
  shifted += kOne - kRootHalf;
  // An integer below 2^52 in the fraction of 2^52 converts by one subtraction.
  Integers const exponent = (shifted >> 52) | 0x4330000000000000U;
  Integers const fraction = (shifted & 0x000fffffffffffffU) + kRootHalf;
  Reals k, mantissa;
  std::memcpy(&k, &exponent, sizeof(k));
  std::memcpy(&mantissa, &fraction, sizeof(mantissa));
  k -= 0x1p52 + 1023;
  Reals const f = mantissa - 1.0;
  Reals const s = f / (mantissa + 1.0);
  Reals const z = s * s;
  Reals const w = z * z;
  Reals const even =
      w * (w * (w * 1.531383769920937332e-01 + 2.222219843214978396e-01) + 3.999999999940941908e-01);
  Reals const odd =
      z * (w * (w * (w * 1.479819860511658591e-01 + 1.818357216161805012e-01) + 2.857142874366239149e-01) +
           6.666666666666735130e-01);
  Reals const half = 0.5 * f * f;
  x = k * kLog2High - ((half - (s * (half + (even + odd)) + k * kLog2Low)) - f);
}

}  // namespace thresher::numerics
