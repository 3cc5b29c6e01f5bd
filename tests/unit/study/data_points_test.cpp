#include "study/data_points.hpp"

#include "small_experiment.hpp"

#include <gtest/gtest.h>

namespace thresher::study {
namespace {

/// Normals in one trial of the only data point of these inputs: each stage of the small experiment costs
/// `size`.
double normals_of_trial(Texts const& inputs) {
  SmallStudy const small(inputs);
  auto const all = data_points(small.study, small.ledger.survey(), {.seconds_per_normal = 1});
  EXPECT_EQ(all.size(), 1u);
  return all.at(0).seconds;
}

TEST(DataPoints, SharedStagesCountOncePerTrial) {
  EXPECT_EQ(normals_of_trial({{"size", "10"}}), 10 + 10 + 10) << "data, fit, read";
  EXPECT_EQ(normals_of_trial({{"size", "10"}, {"rule", "squared"}, {"level", "1,2,3,4"}}), 10 + 10 + 4 * 10);
  EXPECT_EQ(normals_of_trial({{"size", "10"}, {"rule", "plain,squared"}, {"level", "0"}}),
            10 + 2 * 10 + 2 * 10);
}

TEST(DataPoints, NestedDataAreGeneratedOnceForTheLargest) {
  EXPECT_EQ(normals_of_trial({{"size", "10,30,20"}, {"common_random_numbers", "true"}}),
            30 + 2 * (10 + 30 + 20));
}

}  // namespace
}  // namespace thresher::study
