#include "results/result_layout.hpp"

#include <gtest/gtest.h>

#include <cmath>

namespace thresher::results {
namespace {

TEST(Summaries, AreThoseOfTheFiniteValues) {
  auto const summary = summarise({1, std::nan(""), 4, INFINITY, 2});
  EXPECT_EQ(summary.count, 3);
  EXPECT_DOUBLE_EQ(summary.mean, 7.0 / 3);
  EXPECT_DOUBLE_EQ(summary.median, 2);
  EXPECT_NEAR(summary.standard_error, std::sqrt(7.0 / 3 / 3), 1e-15);
  EXPECT_DOUBLE_EQ(summarise({3, 1, 2, 10}).median, 2.5);
  EXPECT_TRUE(std::isnan(summarise({5}).standard_error));
  EXPECT_TRUE(std::isnan(summarise({}).mean));
}

}  // namespace
}  // namespace thresher::results
