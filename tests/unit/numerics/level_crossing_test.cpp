#include "numerics/level_crossing.hpp"

#include <gtest/gtest.h>

#include <limits>
#include <vector>

namespace thresher::numerics {
namespace {

TEST(LevelCrossing, InterpolatesBetweenNeighbours) {
  int calls = 0;
  auto const rise = [&](std::int64_t n) {
    ++calls;
    return static_cast<double>(n) / 1000;
  };
  EXPECT_NEAR(level_crossing(0, 1000, 0.3335, rise).value(), 333.5, 1e-9);
  EXPECT_LE(calls, 13);
  EXPECT_EQ(level_crossing(0, 1000, 0.25, rise), 250.0);
  auto const step = [](std::int64_t n) { return n >= 7 ? 1.0 : 0.0; };
  EXPECT_EQ(level_crossing(0, 9, 0.5, step), 6.5);
  EXPECT_EQ(level_crossing(-20, 9, 0.5, step), 6.5);
}

TEST(LevelCrossing, EndsOfTheRange) {
  double const infinity = std::numeric_limits<double>::infinity();
  EXPECT_EQ(level_crossing(2, 10, 0.5, [](std::int64_t) { return 0.9; }), 2);
  EXPECT_EQ(level_crossing(0, 10, 0.5, [](std::int64_t) { return 0.1; }), infinity);
  EXPECT_EQ(level_crossing(0, 0, 0.5, [](std::int64_t) { return 0.1; }), infinity);
  double const undefined = std::numeric_limits<double>::quiet_NaN();
  EXPECT_EQ(level_crossing(0, 10, 0.5, [&](std::int64_t) { return undefined; }), infinity);
}

TEST(LevelCrossing, StopsWhereAValueIsUnknown) {
  std::vector<std::int64_t> asked;
  auto const known_but_at_5 = [&](std::int64_t n) -> std::optional<double> {
    asked.push_back(n);
    if (n == 5) return std::nullopt;
    return static_cast<double>(n);
  };
  EXPECT_EQ(level_crossing(0, 10, 4.5, known_but_at_5), std::nullopt);
  EXPECT_EQ(asked, (std::vector<std::int64_t>{0, 10, 5}));
}

}  // namespace
}  // namespace thresher::numerics
