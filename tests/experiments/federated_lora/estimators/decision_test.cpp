#include "../stacks.hpp"
#include "experiments/federated_lora/data/geometric_median.hpp"
#include "experiments/federated_lora/data/stack_passes.hpp"
#include "experiments/federated_lora/estimators/client_errors.hpp"
#include "experiments/federated_lora/estimators/detection.hpp"
#include "experiments/federated_lora/estimators/score_metrics.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <vector>

namespace thresher::federated_lora {
namespace {

using namespace testing;

TEST(Detection, FlagsAboveQuantileAndFloor) {
  Parameters point;
  std::vector<double> const scores{1, 1.1, 0.9, 1.4, 1.6, 3};
  std::vector<double> const distances(6, 1.0);
  // The 0.1 quantile is 0.95, times 1.5: 1.425.
  EXPECT_EQ(flag(scores, distances, point), (std::vector<char>{0, 0, 0, 0, 1, 1}));
  point.threshold_floor = 2;
  EXPECT_EQ(flag(scores, distances, point), (std::vector<char>{0, 0, 0, 0, 0, 1}));
}

TEST(Detection, MissingDirectionsDoNotLookAtTheData) {
  std::mt19937_64 generator(3);
  auto const given = frame(5, 2, generator);
  auto const whole = completed_frame(given.view(), 4);
  auto const gram = product(whole, whole, Transpose::yes);
  for (std::int64_t i = 0; i < 4; ++i)
    for (std::int64_t j = 0; j < 4; ++j) EXPECT_NEAR(gram(i, j), i == j, 1e-14);
  auto const none = completed_frame(DenseMatrix(5, 0).view(), 2);
  EXPECT_EQ(none(0, 0), 1);
  EXPECT_EQ(none(1, 1), 1);
  EXPECT_EQ(completed_frame(none.view(), 3)(2, 2), 1);  // e_1, e_2 leave no remainder
}

TEST(Detection, PolishingRemovesTheColluders) {
  auto const stack = stack_of(alone(), noisy_blocks(16, 4, 0.05, 1));
  Parameters point;
  point.d1 = 14;
  point.d2 = 7;
  point.rank = 2;
  Recoveries recoveries(1);
  auto& recovery = recoveries.front();
  std::vector<char> all(16, 1);
  refit(stack, all, point, recovery);
  detect({&stack}, point, recoveries);
  recovery.flags.assign(16, 0);
  recovery.flags[0] = recovery.flags[1] = recovery.flags[2] = 1;  // one colluder is missed
  polish({&stack}, point, recoveries);
  std::vector<char> truth(16, 0);
  std::fill_n(truth.begin(), 4, 1);
  EXPECT_EQ(recovery.flags, truth);
}

TEST(Detection, CombinesMatricesInUnitsOfTheirLowQuantiles) {
  Parameters point;
  point.threshold_quantile = 0.5;
  std::vector<Readings> const one{{{3, 1, 2}, {4, 4, 4}}};
  EXPECT_EQ(combined(one, point).scores, one.front().scores);
  // Squares 9, 1, 4 over 4; 0.01, 0.04, 0.25 over 0.04.
  std::vector<Readings> const two{{{3, 1, 2}, {4, 4, 4}}, {{0.1, 0.2, 0.5}, {1, 1, 1}}};
  auto const both = combined(two, point);
  EXPECT_NEAR(both.scores[0], std::sqrt(9 / 4.0 + 0.25), 1e-14);
  EXPECT_NEAR(both.scores[1], std::sqrt(1 / 4.0 + 1), 1e-14);
  EXPECT_NEAR(both.scores[2], std::sqrt(1 + 6.25), 1e-14);
  EXPECT_NEAR(both.distances[1], std::sqrt(4 + 25), 1e-14);
  // Without noise the unit is the floor: rounding of clean clients counts for nothing.
  std::vector<Readings> const exact{{{1e-16, 3e-16, 1}, {1, 1, 1}}, {{2e-16, 1e-16, 3e-16}, {1, 1, 1}}};
  auto const flags = flag(combined(exact, point).scores, combined(exact, point).distances, point);
  EXPECT_EQ(flags, (std::vector<char>{0, 0, 1}));
}

TEST(GeometricMedian, IsStationary) {
  auto const blocks = noisy_blocks(9, 3, 0.3, 7);
  auto const median = geometric_median(stack_of(alone(), blocks));
  DenseMatrix sum(14, 7);
  for (auto const& block : blocks) {
    double const far = distance(block, median);
    for (std::size_t i = 0; i < 98; ++i) sum.values()[i] += (block.values()[i] - median.values()[i]) / far;
  }
  EXPECT_LT(norm(sum.view()), 1e-5);
}

TEST(Refinement, KeepsMeansAndSubspaceAndIsIdempotent) {
  auto const blocks = noisy_blocks(6, 0, 0.3, 2);
  auto const stack = stack_of(alone(), blocks);
  std::mt19937_64 generator(4);
  Estimate estimate{mean_of(stack), frame(14, 2, generator), 0, std::vector<char>(6, 0)};
  auto const refine = [&](std::vector<DenseMatrix> const& from) {
    std::vector<DenseMatrix> refined;
    for (std::size_t k = 0; k < from.size(); ++k) {
      refined.emplace_back(14, 7);
      estimate_client(estimate, static_cast<std::int64_t>(k), from[k].view(), estimate.centre.view(),
                      refined.back().view());
    }
    return refined;
  };
  auto const once = refine(blocks);
  DenseMatrix mean(14, 7);
  for (std::size_t k = 0; k < 6; ++k) {
    for (std::size_t i = 0; i < 98; ++i) mean.values()[i] += once[k].values()[i] / 6;
    EXPECT_LT(distance(product(estimate.frame, once[k], Transpose::yes),
                       product(estimate.frame, blocks[k], Transpose::yes)),
              1e-13);
  }
  EXPECT_LT(distance(mean, estimate.centre), 1e-13);
  auto const twice = refine(once);
  for (std::size_t k = 0; k < 6; ++k) EXPECT_LT(distance(once[k], twice[k]), 1e-13);

  auto const plain = estimate;
  estimate.off_subspace = 1;  // everything is kept
  auto const local = refine(blocks);
  for (std::size_t k = 0; k < 6; ++k) EXPECT_LT(distance(local[k], blocks[k]), 1e-13);
  estimate = plain;
  estimate.frame = DenseMatrix(14, 0);  // nothing is
  for (auto const& refined : refine(blocks)) EXPECT_LT(distance(refined, estimate.centre), 1e-14);
  estimate = plain;
  estimate.frame = frame(14, 14, generator);
  auto const whole = refine(blocks);
  for (std::size_t k = 0; k < 6; ++k) EXPECT_LT(distance(whole[k], blocks[k]), 1e-12);
  estimate.keeps_own[3] = 1;
  estimate.frame = DenseMatrix(14, 0);
  EXPECT_LT(distance(refine(blocks)[3], blocks[3]), 1e-15);
}

TEST(ScoreMetrics, CountTiesAsHalves) {
  Metrics metrics;
  std::vector<double> const scores{1, 2, 2, 5};
  measure_detection(scores, std::vector<char>{0, 1, 0, 1}, std::vector<char>{0, 0, 1, 1}, metrics);
  EXPECT_EQ(metrics.auc, (1 + 0.5 + 1 + 1) / 4);
  EXPECT_EQ(metrics.tpr, 0.5);
  EXPECT_EQ(metrics.fpr, 0.5);
  EXPECT_EQ(metrics.set_recovered, 0);
  EXPECT_EQ(metrics.score_gap, 1);
  EXPECT_NEAR(metrics.score_benign, std::sqrt(2.5), 1e-15);
  EXPECT_NEAR(metrics.score_contaminated, std::sqrt(14.5), 1e-15);
}

}  // namespace
}  // namespace thresher::federated_lora
