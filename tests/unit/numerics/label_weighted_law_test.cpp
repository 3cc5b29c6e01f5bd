#include "numerics/label_weighted_law.hpp"

#include <gtest/gtest.h>

#include <cmath>

namespace thresher::numerics {
namespace {

TEST(LabelWeightedLaw, EdgesOfFairSigns) {
  struct Case {
    double delta;
    double edge;
  };
  for (auto const& [delta, edge] :
       {Case{1, 3 * std::sqrt(3.0) / 2}, Case{0.5, 1.665095}, Case{0.05, 0.457780}}) {
    LabelWeightedLaw const law({-1, 1}, {0.5, 0.5}, delta);
    EXPECT_NEAR(law.edge(SpectrumSide::right), edge, 5e-7) << delta;
    EXPECT_NEAR(law.edge(SpectrumSide::left), -edge, 5e-7) << delta;
  }
}

TEST(LabelWeightedLaw, EqualWeightsGiveMarchenkoAndPastur) {
  for (double const delta : {0.01, 0.3, 0.9}) {
    LabelWeightedLaw const law({1}, {1}, delta);
    double const root = std::sqrt(delta);
    EXPECT_NEAR(law.edge(SpectrumSide::right), (1 + root) * (1 + root), 1e-12) << delta;
    EXPECT_NEAR(law.edge(SpectrumSide::left), (1 - root) * (1 - root), 1e-10) << delta;
    LabelWeightedLaw const negative({-2}, {1}, delta);
    EXPECT_NEAR(negative.edge(SpectrumSide::left), -2 * (1 + root) * (1 + root), 1e-12) << delta;
  }
}

// With equal weights the direction of variance 1 + theta is a spiked covariance: Baik, Ben Arous and Peche.
TEST(LabelWeightedLaw, EqualWeightsGiveTheSpikedCovariance) {
  double const delta = 0.2;
  LabelWeightedLaw const law({1}, {1}, delta);
  for (double const theta : {0.5, 1.0, 7.0}) {
    auto const outlier = law.outlier(SpectrumSide::right, std::vector<double>{theta});
    ASSERT_TRUE(outlier) << theta;
    EXPECT_NEAR(outlier->eigenvalue, (1 + theta) * (1 + delta / theta), 1e-10);
    EXPECT_NEAR(outlier->squared_cosine, (1 - delta / (theta * theta)) / (1 + delta / theta), 1e-10);
  }
  EXPECT_FALSE(law.outlier(SpectrumSide::right, std::vector<double>{0.99 * std::sqrt(delta)}));
  EXPECT_TRUE(law.outlier(SpectrumSide::right, std::vector<double>{1.01 * std::sqrt(delta)}));
  // A variance below 1 shows at the small end.
  auto const below = law.outlier(SpectrumSide::left, std::vector<double>{-0.9});
  ASSERT_TRUE(below);
  EXPECT_NEAR(below->eigenvalue, (1 - 0.9) * (1 - delta / 0.9), 1e-10);
}

TEST(LabelWeightedLaw, TwoSidesOfMixedWeights) {
  std::vector<double> const weights{-1, 0.5, 2};
  std::vector<double> const probabilities{0.5, 0.3, 0.2};
  std::vector<double> const excess{-0.8, 0.1, 1.2};
  LabelWeightedLaw const law(weights, probabilities, 0.1);
  LabelWeightedLaw const mirrored({1, -0.5, -2}, probabilities, 0.1);
  EXPECT_EQ(law.edge(SpectrumSide::right), -mirrored.edge(SpectrumSide::left));
  EXPECT_EQ(law.edge(SpectrumSide::left), -mirrored.edge(SpectrumSide::right));
  auto const outlier = law.outlier(SpectrumSide::right, excess);
  auto const image = mirrored.outlier(SpectrumSide::left, excess);
  ASSERT_TRUE(outlier && image);
  EXPECT_GT(outlier->eigenvalue, law.edge(SpectrumSide::right));
  EXPECT_EQ(outlier->eigenvalue, -image->eigenvalue);
  EXPECT_EQ(outlier->squared_cosine, image->squared_cosine);
  EXPECT_GT(outlier->squared_cosine, 0);
  EXPECT_LT(outlier->squared_cosine, 1);
  EXPECT_FALSE(law.outlier(SpectrumSide::left, excess));
}

// Few rows and weights of one sign: the kernel fills the smaller end.
TEST(LabelWeightedLaw, MoreDimensionsThanRowsEndAtZero) {
  LabelWeightedLaw const law({1, 3}, {0.5, 0.5}, 2);
  EXPECT_EQ(law.edge(SpectrumSide::left), 0);
  EXPECT_FALSE(law.outlier(SpectrumSide::left, std::vector<double>{-1, -1}));
  EXPECT_GT(law.edge(SpectrumSide::right), 6);
}

}  // namespace
}  // namespace thresher::numerics
