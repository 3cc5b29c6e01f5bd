#include "numerics/exponentials.hpp"

#include <bit>
#include <cstddef>
#include <cstdint>

namespace thresher::numerics {

void exponentials_in_place(std::span<double> x) {
  // exp(x) = 2^n exp(r), n the nearest integer to x / log 2, |r| <= log(2) / 2: Cody and Waite's reduction
  // and the Taylor polynomial of degree 13, whose remainder is below 1e-17. Adding 1.5 2^52 leaves n in the
  // low bits of the sum.
  constexpr double kShift = 6755399441055744.0;
  constexpr double kLog2High = 6.93147180369123816490e-01;
  constexpr double kLog2Low = 1.90821492927058770002e-10;
  constexpr double kInverseLog2 = 1.44269504088896338700;
  constexpr double kLowest = -708;
  double* const values = x.data();
  std::size_t const count = x.size();
  for (std::size_t i = 0; i < count; ++i) {
    double const argument = values[i] < kLowest ? kLowest : values[i];
    double const shifted = argument * kInverseLog2 + kShift;
    double const n = shifted - kShift;
    double const r = (argument - n * kLog2High) - n * kLog2Low;
    double p = 1.0 / 6227020800;
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
    auto const power =
        std::bit_cast<double>((std::bit_cast<std::uint64_t>(shifted) << 52) + (std::uint64_t{1023} << 52));
    values[i] = values[i] < kLowest ? 0 : p * power;
  }
}

}  // namespace thresher::numerics
