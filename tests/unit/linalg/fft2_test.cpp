#include "linalg/fft2.hpp"

#include "sample_matrix.hpp"

#include <gtest/gtest.h>

#include <numbers>

namespace thresher::linalg {
namespace {

class Fft2Test : public testing::TestWithParam<int> {};

TEST_P(Fft2Test, IsTheUnnormalisedTransform) {
  std::int64_t const side = GetParam();
  auto const image = normal_panel({0, side * side}, 1);
  Fft2 transform(side);
  auto const spectrum = transform.forward(image.column(0));
  for (std::int64_t k = 0; k < transform.half_size(); ++k) {
    auto const ky = k / (side / 2 + 1);
    auto const kx = k % (side / 2 + 1);
    std::complex<double> sum = 0;
    for (std::int64_t y = 0; y < side; ++y)
      for (std::int64_t x = 0; x < side; ++x)
        sum += image(y * side + x, 0) *
               std::polar(1.0, -2 * std::numbers::pi * static_cast<double>(ky * y + kx * x) /
                                   static_cast<double>(side));
    EXPECT_NEAR(std::abs(spectrum[static_cast<std::size_t>(k)] - sum), 0, 1e-10);
    EXPECT_EQ(transform.torus_index(k), ky * side + kx);
  }
}

TEST_P(Fft2Test, InverseUndoesIt) {
  std::int64_t const side = GetParam();
  auto const image = normal_panel({0, side * side}, 1);
  Fft2 transform(side);
  transform.forward(image.column(0));
  DenseMatrix back(side * side, 1);
  transform.inverse(back.column(0));
  EXPECT_LT(relative_difference(back.values(), image.values()), 1e-14);
}

TEST_P(Fft2Test, MultiplicitiesCountTheTorus) {
  std::int64_t const side = GetParam();
  Fft2 const transform(side);
  std::int64_t total = 0;
  for (std::int64_t k = 0; k < transform.half_size(); ++k) total += transform.multiplicity(k);
  EXPECT_EQ(total, side * side);
}
INSTANTIATE_TEST_SUITE_P(Sides, Fft2Test, testing::Values(2, 5, 8, 9));

TEST(Fft2, AnImageDoesNotKnowThoseBefore) {
  auto const images = normal_panel({0, 49}, 2);
  Fft2 transform(7);
  auto const spectrum = transform.forward(images.column(1));
  std::vector<std::complex<double>> const alone(spectrum.begin(), spectrum.end());
  transform.forward(images.column(0));
  EXPECT_TRUE(std::ranges::equal(transform.forward(images.column(1)), alone));
}

}  // namespace
}  // namespace thresher::linalg
