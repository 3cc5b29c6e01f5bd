#include "numerics/sample_moments.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <vector>

namespace thresher::numerics {
namespace {

TEST(SampleMoments, OfKnownValues) {
  auto const [mean, error] = sample_moments(std::vector<double>{1, 2, 4, 5});
  EXPECT_EQ(mean, 3);
  EXPECT_DOUBLE_EQ(error, std::sqrt(10.0 / 3 / 4));
  EXPECT_TRUE(std::isnan(sample_moments({}).mean));
  EXPECT_EQ(sample_moments(std::vector<double>{7}).mean, 7);
  EXPECT_TRUE(std::isnan(sample_moments(std::vector<double>{7}).standard_error));
  EXPECT_EQ(sample_moments(std::vector<double>{7, 7, 7}).standard_error, 0);
}

TEST(SampleMoments, ScaleDoesNotMatter) {
  std::vector<double> const values{1, 2, 4, 5, 0.3};
  auto const usual = sample_moments(values);
  for (int const power : {-1000, -600, -500, 600, 1020}) {
    std::vector<double> scaled;
    for (double const v : values) scaled.push_back(std::scalbn(v, power));
    auto const [mean, error] = sample_moments(scaled);
    EXPECT_DOUBLE_EQ(mean, std::scalbn(usual.mean, power)) << power;
    EXPECT_DOUBLE_EQ(error, std::scalbn(usual.standard_error, power)) << power;
  }
}

}  // namespace
}  // namespace thresher::numerics
