#include "numerics/logarithms.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <vector>

namespace thresher::numerics {
namespace {

TEST(Logarithms, AreThoseOfTheLibrary) {
  std::vector<double> x;
  for (int k = 0; k < 1003; ++k) x.push_back(std::exp(-700 + 1.4 * k) * (1 + 1e-3 * k));
  for (double const close : {1.0, 1 + 1e-12, 1 - 1e-9, 0.7071067811865476}) x.push_back(close);
  auto const arguments = x;
  logarithms_in_place(x);
  for (std::size_t k = 0; k < x.size(); ++k)
    EXPECT_NEAR(x[k], std::log(arguments[k]), 4e-16 * std::abs(std::log(arguments[k])) + 1e-300);
}

// A number has the same bits wherever it stands in the span.
TEST(Logarithms, DoNotDependOnTheirPlace) {
  std::vector<double> x;
  for (int k = 0; k < 40; ++k) x.push_back(0.013 + 0.37 * k);
  auto whole = x;
  logarithms_in_place(whole);
  for (std::size_t begin = 0; begin < x.size(); ++begin) {
    std::vector<double> rest(x.begin() + static_cast<std::ptrdiff_t>(begin), x.end());
    logarithms_in_place(rest);
    for (std::size_t k = 0; k < rest.size(); ++k) EXPECT_EQ(rest[k], whole[begin + k]);
  }
}

}  // namespace
}  // namespace thresher::numerics
