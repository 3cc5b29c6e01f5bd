#include "numerics/vector_math.hpp"

#include <gtest/gtest.h>

#include <cmath>

namespace thresher::numerics {
namespace {

constexpr std::size_t kNumbers = 16;

template <class Lanes>
[[gnu::always_inline]] inline void functions_of(double const* x, double* exponentials, double* logarithms) {
  for (std::size_t i = 0; i < kNumbers; i += Lanes::kLanes) {
    typename Lanes::Reals number;
    load<Lanes>(number, x + i);
    exponentiate<Lanes>(number);
    store<Lanes>(exponentials + i, number);
    take_logarithm<Lanes>(number);
    store<Lanes>(logarithms + i, number);
  }
}
THRESHER_WIDE_TARGET void wide_functions(double const* x, double* exponentials, double* logarithms) {
  functions_of<WideLanes>(x, exponentials, logarithms);
}
void narrow_functions(double const* x, double* exponentials, double* logarithms) {
  functions_of<NarrowLanes>(x, exponentials, logarithms);
}

void expect_the_library_values(void (*functions)(double const*, double*, double*)) {
  double x[kNumbers], exponentials[kNumbers], logarithms[kNumbers];
  for (int round = 0; round < 2000; ++round) {
    for (std::size_t i = 0; i < kNumbers; ++i) {
      double const place = 16.0 * round + static_cast<double>(i);
      x[i] = round % 2 == 0 ? -707 + 1416 * std::fmod(0.618033988749895 * place, 1.0)
                            : std::pow(-0.9, round) * std::fmod(0.754877666246693 * place, 1.0);
    }
    functions(x, exponentials, logarithms);
    for (std::size_t i = 0; i < kNumbers; ++i) {
      ASSERT_NEAR(exponentials[i] / std::exp(x[i]), 1, 5e-16) << x[i];
      double const expected = std::log(exponentials[i]);
      ASSERT_NEAR(logarithms[i], expected, 5e-16 * std::abs(expected)) << exponentials[i];
    }
  }
}

TEST(VectorMath, NarrowLanesGiveTheLibrarysValues) {
  expect_the_library_values(narrow_functions);
}

TEST(VectorMath, WideLanesGiveTheLibrarysValues) {
  if (!has_wide_lanes()) GTEST_SKIP() << "no AVX-512 here";
  expect_the_library_values(wide_functions);
}

}  // namespace
}  // namespace thresher::numerics
