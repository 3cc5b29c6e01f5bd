#include "experiments/hawkes_network/estimators/decay_factors.hpp"

#include <array>
#include <bit>
#include <cassert>
#include <cmath>
#include <cstdint>

namespace thresher::hawkes_network {

namespace {

constexpr std::array<double, 14> inverse_factorials() {
  std::array<double, 14> values{};
  double factorial = 1;
  for (unsigned k = 0; k < 14; ++k) {
    values[k] = 1 / factorial;
    factorial *= k + 1;
  }
  return values;
}

}  // namespace

// -x = k log 2 + r with |r| <= log(2)/2, and the Taylor polynomial of degree 13. Written without a branch or
// a call, so that the loop is vectorised.
void decay_factors(std::span<double const> x, std::span<double> out) {
  assert(x.size() == out.size());
  constexpr double kShift = 0x1.8p52;  // a number of that size holds an integer in its last bits
  constexpr double kLog2High = 6.93147180369123816490e-01;
  constexpr double kLog2Low = 1.90821492927058770002e-10;
  constexpr auto c = inverse_factorials();
  double const* const in = x.data();
  double* const result = out.data();
  std::size_t const size = x.size();
  for (std::size_t i = 0; i < size; ++i) {
    double const shifted = std::fma(in[i], -1.44269504088896338700, kShift);
    double const k = shifted - kShift;
    double const r = std::fma(-k, kLog2Low, std::fma(-k, kLog2High, -in[i]));
    double sum = c[13];
    for (unsigned power = 13; power-- > 0;) sum = std::fma(sum, r, c[power]);
    auto const exponent = (std::bit_cast<std::uint64_t>(shifted) + 1023) << 52;
    result[i] = sum * std::bit_cast<double>(exponent);
  }
}

}  // namespace thresher::hawkes_network
