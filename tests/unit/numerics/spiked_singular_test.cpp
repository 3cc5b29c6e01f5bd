#include "numerics/spiked_singular.hpp"

#include <gtest/gtest.h>

namespace {

using namespace thresher::numerics;

TEST(SpikedSingular, TransposingTheMatrixSwapsTheSides) {
  // In units of the other side, l / aspect at aspect 1 / aspect.
  for (double const aspect : {0.2, 1.0, 3.5})
    for (double const l : {0.1, 0.9, 2.0, 10.0}) {
      SpikedSingular const law{aspect}, transposed{1 / aspect};
      EXPECT_NEAR(law.left_overlap(l), transposed.right_overlap(l / aspect), 1e-14);
      EXPECT_NEAR(law.squared_value(l), aspect * transposed.squared_value(l / aspect), 1e-13);
    }
}

TEST(SpikedSingular, IsContinuousAtTheTransition) {
  SpikedSingular const law{0.49};
  EXPECT_FALSE(law.detectable(0.7));
  EXPECT_NEAR(law.squared_value(0.7 + 1e-9), law.squared_edge(), 1e-8);
  EXPECT_NEAR(law.squared_edge(), 1.7 * 1.7, 1e-14);
  EXPECT_EQ(law.left_overlap(0.6), 0);
  EXPECT_NEAR(law.left_overlap(0.7 + 1e-9), 0, 1e-8);
}

TEST(SpikedSingular, StrongSpikesAreSeenClearly) {
  // Perturbation theory: |tan|^2 = (d - 1)/n / l, (n - 1)/n / l for l -> infinity.
  SpikedSingular const law{0.3};
  double const l = 1e5;
  EXPECT_NEAR((1 - law.left_overlap(l)) * l, 0.3, 1e-4);
  EXPECT_NEAR((1 - law.right_overlap(l)) * l, 1, 1e-4);
}

}  // namespace
