#include "random/exponential_function.hpp"

#include <array>
#include <cmath>

namespace thresher::random {
namespace {

constexpr std::array<double, 14> inverse_factorials() {
  std::array<double, 14> values{};
  double factorial = 1;  // exact up to 22!
  for (int k = 0; k < 14; ++k) {
    values[static_cast<unsigned>(k)] = 1 / factorial;
    factorial *= k + 1;
  }
  return values;
}

}  // namespace

// x = k log 2 + r with |r| <= log(2) / 2, where the Taylor polynomial of degree 13 errs by less than 2^-57.
double exponential_function(double x) {
  constexpr double log2_high = 6.93147180369123816490e-01;  // 32 bits: k * log2_high is exact
  constexpr double log2_low = 1.90821492927058770002e-10;
  static constexpr auto coefficient = inverse_factorials();
  if (x < -745.2) return 0;
  double const k = std::nearbyint(x * 1.44269504088896338700e+00);
  double const r = std::fma(-k, log2_low, std::fma(-k, log2_high, x));
  double sum = coefficient.back();
  for (unsigned power = coefficient.size() - 1; power-- > 0;) sum = std::fma(sum, r, coefficient[power]);
  return std::ldexp(sum, static_cast<int>(k));
}

}  // namespace thresher::random
