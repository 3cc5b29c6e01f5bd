#include "numerics/exponentials.hpp"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstring>

namespace thresher::numerics {

namespace {

// Numbers in a register of AVX-512 or AVX2. Spelled out: compilers take a loop with a choice in it one number
// at a time.
struct Wide {
  using Reals [[gnu::vector_size(64)]] = double;
  using Integers [[gnu::vector_size(64)]] = std::uint64_t;
  static constexpr std::size_t kLanes = 8;
};
struct Narrow {
  using Reals [[gnu::vector_size(32)]] = double;
  using Integers [[gnu::vector_size(32)]] = std::uint64_t;
  static constexpr std::size_t kLanes = 4;
};

template <class Lanes>
[[gnu::always_inline]] inline void exponentials_at(double* values) {
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
  Reals x;
  std::memcpy(&x, values, sizeof(x));
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
  std::memcpy(values, &x, sizeof(x));
}

template <class Lanes>
[[gnu::always_inline]] inline void replace_by_exponentials(std::span<double> x) {
  constexpr auto kLanes = Lanes::kLanes;
  std::size_t const whole = x.size() / kLanes * kLanes;
  for (std::size_t i = 0; i < whole; i += kLanes) exponentials_at<Lanes>(x.data() + i);
  double rest[kLanes] = {};
  std::ranges::copy(x.subspan(whole), rest);
  exponentials_at<Lanes>(rest);
  std::copy_n(rest, x.size() - whole, x.data() + whole);
}

[[gnu::target("avx512f,avx512dq,avx512vl")]] void replace_wide(std::span<double> x) {
  replace_by_exponentials<Wide>(x);
}
void replace_narrow(std::span<double> x) {
  replace_by_exponentials<Narrow>(x);
}

}  // namespace

void exponentials_in_place(std::span<double> x) {
  static bool const wide = __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512dq") &&
                           __builtin_cpu_supports("avx512vl");
  (wide ? replace_wide : replace_narrow)(x);
}

}  // namespace thresher::numerics
