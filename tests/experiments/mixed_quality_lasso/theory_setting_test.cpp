#include "experiments/mixed_quality_lasso/model/setting.hpp"

#include <gtest/gtest.h>

#include <cmath>

namespace {

using namespace thresher::mixed_quality_lasso;

TEST(Setting, ThresholdOfTheLasso) {
  EXPECT_NEAR(algorithmic_threshold(512, 8), 108.561220, 5e-7);
  EXPECT_DOUBLE_EQ(algorithmic_threshold(2, 1), 2);  // log(p-s) = 0 stays 0 here
}

TEST(Setting, RowsAreTakenAsGivenWithoutTheta) {
  Parameters point{.n1 = 7, .n2 = 0};
  auto const setting = realise(point);
  EXPECT_EQ(setting.n1, 7);
  EXPECT_EQ(setting.n2, 0);
  EXPECT_EQ(setting.n(), 7);
  EXPECT_EQ(setting.sigma2, point.sigma2);
}

TEST(Setting, ThetaOverridesTheRows) {
  Parameters point{.theta = 1.5, .hq_fraction = 0.3};
  auto const setting = realise(point);
  EXPECT_EQ(setting.n(), 163);  // 162.84
  EXPECT_EQ(setting.n1, 49);    // 48.9
}

TEST(Setting, HalvesAreRoundedToEven) {
  double const n_alg = algorithmic_threshold(512, 8);
  EXPECT_EQ(rows_at(2.5 / n_alg, 0, 512, 8).n2, 2);
  EXPECT_EQ(rows_at(3.5 / n_alg, 0, 512, 8).n2, 4);
  EXPECT_EQ(rows_at(5 / n_alg, 0.5, 512, 8).n1, 2);
  EXPECT_EQ(rows_at(5 / n_alg, 0.5, 512, 8).n2, 3);
}

TEST(Setting, HugeThetaStaysRepresentable) {
  auto const rows = rows_at(1e300, 0.5, 512, 8);
  EXPECT_EQ(rows.n1 + rows.n2, std::int64_t{1} << 53);
}

TEST(Setting, AverageNoiseFixesTheNoisyBlock) {
  Parameters point{.sigma1 = 0.1, .sigma_avg = 0.43};
  for (double const fraction : {0.0, 0.2, 0.5, 0.8}) {
    point.theta = 1.1;
    point.hq_fraction = fraction;
    auto const problem = recovery_problem(point);
    EXPECT_NEAR(average_noise_variance(problem.blocks), 0.43 * 0.43, 1e-15);
    EXPECT_GE(problem.blocks[1].sigma, 0.43);
    auto const setting = realise(point);
    auto const n1 = static_cast<double>(setting.n1), n2 = static_cast<double>(setting.n2);
    EXPECT_NEAR(setting.sigma2 * setting.sigma2, ((n1 + n2) * 0.43 * 0.43 - n1 * 0.01) / n2, 1e-14);
  }
}

TEST(Setting, EqualAverageNoiseIsHomogeneous) {
  Parameters point;
  point.sigma1 = point.sigma_avg = 0.3;
  point.n1 = 17;
  point.n2 = 5;
  EXPECT_EQ(realise(point).sigma2, 0.3);
}

TEST(Setting, ProblemCarriesBothBlocks) {
  Parameters point{.p = 1000000000000, .s = 5000, .rho = 2};
  auto const problem = recovery_problem(point);
  EXPECT_EQ(problem.p, 1e12);
  EXPECT_EQ(problem.s, 5000);
  EXPECT_EQ(problem.rho, 2);
  ASSERT_EQ(problem.blocks.size(), 2U);
  EXPECT_EQ(problem.blocks[0].rows, 100);
  EXPECT_EQ(problem.blocks[0].sigma, 0.25);
  EXPECT_EQ(problem.blocks[1].sigma, 1.0);
}

TEST(Setting, AveragesRunOverRowsOfAnyNumberOfBlocks) {
  std::vector<NoiseBlock> const blocks{{10, 1}, {0, 100}, {20, 2}, {30, 3}};
  EXPECT_EQ(total_rows(blocks), 60);
  EXPECT_DOUBLE_EQ(average_noise_variance(blocks), (10.0 + 80 + 270) / 60);
}

TEST(Setting, ASingleNullCoordinateCountsAsTwoInPenalties) {
  EXPECT_DOUBLE_EQ(log_null_count({2, 1, 1, {}}), std::log(2.0));
  EXPECT_DOUBLE_EQ(log_null_count({3, 1, 1, {}}), std::log(2.0));
  EXPECT_DOUBLE_EQ(log_null_count({512, 8, 1, {}}), std::log(504.0));
}

}  // namespace
