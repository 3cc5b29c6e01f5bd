#include "numerics/exponentials.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <cstddef>
#include <span>
#include <vector>

namespace {

using namespace thresher::numerics;

TEST(Exponentials, AgreeWithTheLibrary) {
  std::vector<double> values;
  for (double x = -707.9; x <= 0; x += 0.0371) values.push_back(x);
  values.insert(values.end(), {0.0, -1e-300, -0.34657359, -0.34657360, -1.0});
  auto results = values;
  exponentials_in_place(results);
  for (std::size_t k = 0; k < values.size(); ++k)
    EXPECT_NEAR(results[k] / std::exp(values[k]), 1, 5e-16) << values[k];
}

TEST(Exponentials, VanishFarBelow) {
  std::vector<double> values{-709, -1e5, -INFINITY};
  exponentials_in_place(values);
  for (double const value : values) EXPECT_EQ(value, 0);
}

// Several numbers are taken at once: what stands beside a number changes nothing, and what comes after stays.
TEST(Exponentials, OfEveryCountHaveTheSameBits) {
  for (std::size_t count = 0; count < 20; ++count) {
    std::vector<double> together;
    for (std::size_t k = 0; k < 21; ++k) together.push_back(-0.37 * static_cast<double>(k * k));
    auto alone = together;
    exponentials_in_place(std::span(together).first(count));
    for (std::size_t k = 0; k < count; ++k) exponentials_in_place(std::span(alone).subspan(k, 1));
    EXPECT_EQ(together, alone) << count;
  }
}

}  // namespace
