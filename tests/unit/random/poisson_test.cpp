#include "random/poisson_probability.hpp"
#include "random/stream.hpp"
#include "statistics.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <cstddef>
#include <cstdint>
#include <stdexcept>
#include <vector>

namespace thresher::random {
namespace {

Stream const poisson_stream(hash_identity("poisson_test"), "poisson");

double probability(double k, double mean) {
  return std::exp(k * std::log(mean) - mean - std::lgamma(k + 1));
}

class Poisson : public testing::TestWithParam<double> {};

// Values that are expected less than ten times share a cell with their neighbours.
TEST_P(Poisson, HasThePublishedProbabilities) {
  double const mean = GetParam();
  constexpr double draws = 1'000'000;
  Sequence sequence = poisson_stream.sequence({}, 0);
  std::vector<double> observed(static_cast<std::size_t>(mean + 20 * std::sqrt(mean) + 30), 0.0);
  for (int k = 0; k < draws; ++k) {
    std::uint64_t const value = sequence.poisson(mean);
    ASSERT_LT(value, observed.size());
    ++observed[value];
  }
  std::vector<double> counts(1, 0.0);
  std::vector<double> expected(1, 0.0);
  double expected_left = draws;
  for (std::size_t k = 0; k < observed.size(); ++k) {
    if (expected.back() >= 10 && expected_left >= 10) {
      counts.push_back(0);
      expected.push_back(0);
    }
    double const here = draws * probability(static_cast<double>(k), mean);
    counts.back() += observed[k];
    expected.back() += here;
    expected_left -= here;
  }
  test::ChiSquare const chi_square = test::chi_square(counts, expected);
  EXPECT_LT(chi_square.value, chi_square.bound()) << chi_square.degrees << " degrees of freedom";
}

INSTANTIATE_TEST_SUITE_P(Means, Poisson, testing::Values(0.1, 3.0, 9.99, 10.0, 12.0, 60.0, 1000.0));

TEST(Poisson, LargeMeansHaveTheirMoments) {
  for (double mean : {1e6, 1e12}) {
    Sequence sequence = poisson_stream.sequence({}, static_cast<std::uint64_t>(mean));
    std::vector<double> scaled(200'000);
    test::KolmogorovDistance distance;
    for (double& value : scaled) {
      value = (static_cast<double>(sequence.poisson(mean)) - mean) / std::sqrt(mean);
      distance.add(test::normal_probability(value));
    }
    auto const root = std::sqrt(static_cast<double>(scaled.size()));
    test::Moments const found = test::moments(scaled);
    EXPECT_NEAR(found.mean, 0, 5 / root);
    EXPECT_NEAR(found.variance, 1, 5 * std::sqrt(2.0) / root);
    EXPECT_LT(distance.value(), distance.bound());
  }
}

TEST(Poisson, LogProbabilityIsAccurate) {
  for (long double mean : {10.0L, 11.75L, 60.0L, 1000.0L, 123456.75L}) {
    for (long double distance = -9; distance <= 9; distance += 0.01L) {
      long double const k = std::floor(mean + distance * std::sqrt(mean));
      if (k < 0) continue;
      long double const exact = k * std::log(mean) - mean - std::lgamma(k + 1);
      double const found = log_poisson_probability(static_cast<double>(k), static_cast<double>(mean));
      // The reference itself cancels numbers of the size of the first term.
      double const tolerance = static_cast<double>(5e-13L + 4e-19L * k * std::log(mean));
      EXPECT_NEAR(found, static_cast<double>(exact), tolerance) << k << " of " << mean;
    }
  }
}

TEST(Poisson, MeanZeroGivesZero) {
  Sequence sequence = poisson_stream.sequence({}, 1);
  for (int k = 0; k < 100; ++k) EXPECT_EQ(sequence.poisson(0), 0U);
}

TEST(Poisson, RefusesMeansWithoutADistribution) {
  Sequence sequence = poisson_stream.sequence({}, 2);
  EXPECT_THROW(sequence.poisson(-1e-9), std::invalid_argument);
  EXPECT_THROW(sequence.poisson(std::nan("")), std::invalid_argument);
  EXPECT_THROW(sequence.poisson(1e300), std::invalid_argument);
}

}  // namespace
}  // namespace thresher::random
