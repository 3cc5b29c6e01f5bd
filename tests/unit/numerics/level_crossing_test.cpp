#include "numerics/level_crossing.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <vector>

namespace thresher::numerics {
namespace {

using Values = std::function<std::optional<double>(std::int64_t)>;

double place(std::int64_t lower, std::int64_t upper, double level, Values const& values) {
  auto const found = level_crossing(lower, upper, level, values);
  EXPECT_EQ(found.state, Crossing::crossed);
  return found.place;
}

TEST(LevelCrossing, InterpolatesBetweenNeighbours) {
  int calls = 0;
  auto const rise = [&](std::int64_t n) {
    ++calls;
    return static_cast<double>(n) / 1000;
  };
  EXPECT_NEAR(place(0, 1000, 0.3335, rise), 333.5, 1e-9);
  EXPECT_LE(calls, 13);
  EXPECT_EQ(place(0, 1000, 0.25, rise), 250.0);
  auto const step = [](std::int64_t n) { return n >= 7 ? 1.0 : 0.0; };
  EXPECT_EQ(place(0, 9, 0.5, step), 6.5);
  EXPECT_EQ(place(-20, 9, 0.5, step), 6.5);
}

TEST(LevelCrossing, FindsTheDirection) {
  auto const fall = [](std::int64_t n) { return 1 - static_cast<double>(n) / 1000; };
  EXPECT_NEAR(place(0, 1000, 0.3335, fall), 666.5, 1e-9);
  auto const error = [](std::int64_t n) { return 1 / static_cast<double>(n); };
  EXPECT_NEAR(place(9, 2000, 0.05, error), 20, 1e-9);
}

TEST(LevelCrossing, WhatTheRangeDoesNotHoldIsAStateAndNoNumber) {
  auto const rise = [](std::int64_t n) { return static_cast<double>(n) / 1000; };
  auto const fall = [](std::int64_t n) { return 1 - static_cast<double>(n) / 1000; };
  auto const state = [](double level, Values const& values) {
    auto const found = level_crossing(200, 700, level, values);
    EXPECT_TRUE(std::isnan(found.place));
    return found.state;
  };
  EXPECT_EQ(state(0.1, rise), Crossing::below);
  EXPECT_EQ(state(0.8, rise), Crossing::above);
  EXPECT_EQ(state(0.1, fall), Crossing::above);
  EXPECT_EQ(state(0.9, fall), Crossing::below);
  EXPECT_EQ(state(0.5, [](std::int64_t) { return 0.2; }), Crossing::outside) << "no direction is seen";
  EXPECT_EQ(state(0.5, [](std::int64_t) { return 1.0; }), Crossing::outside);
  EXPECT_EQ(state(0.5, [](std::int64_t) { return std::nan(""); }), Crossing::outside);
  EXPECT_EQ(state(0.5, [](std::int64_t n) { return n == 200 ? std::nan("") : 0.2; }), Crossing::outside);
}

TEST(LevelCrossing, APointWithoutAValueDoesNotReachTheLevel) {
  auto const from_5_on = [](std::int64_t n) { return n < 5 ? std::nan("") : 0.5 + static_cast<double>(n); };
  EXPECT_EQ(place(0, 10, 2, from_5_on), 5);
  auto const up_to_5 = [](std::int64_t n) { return n > 5 ? std::nan("") : 20 - static_cast<double>(n); };
  EXPECT_EQ(place(0, 10, 2, up_to_5), 5);
}

TEST(LevelCrossing, AsksForBothEndsAndStopsWhereAValueIsUnknown) {
  std::vector<std::int64_t> asked;
  std::int64_t unknown = 5;
  auto const known = [&](std::int64_t n) -> std::optional<double> {
    asked.push_back(n);
    if (n == unknown) return std::nullopt;
    return static_cast<double>(n);
  };
  EXPECT_EQ(level_crossing(0, 10, 4.5, known).state, Crossing::unfinished);
  EXPECT_EQ(asked, (std::vector<std::int64_t>{0, 10, 5}));
  asked.clear();
  unknown = 0;
  EXPECT_EQ(level_crossing(0, 10, 4.5, known).state, Crossing::unfinished);
  EXPECT_EQ(asked, (std::vector<std::int64_t>{0, 10})) << "both are run in one round";
}

}  // namespace
}  // namespace thresher::numerics
