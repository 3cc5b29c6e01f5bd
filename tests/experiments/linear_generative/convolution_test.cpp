#include "experiments/linear_generative/estimators/convolution.hpp"

#include "experiments/linear_generative/model/noise_schedule.hpp"
#include "linalg/fft2.hpp"
#include "trial.hpp"

#include <gtest/gtest.h>

#include <numbers>

namespace thresher::linear_generative {
namespace {

class ConvolutionTest : public testing::Test {
 protected:
  ConvolutionTest() {
    team_.begin_trial({"conv\n", 0});
    DataSets const sets(std::span(&point_, 1), team_);
    power_ = power_spectra(point_, sets, team_)[0];
  }
  Parameters point_ = field(400, 4, 0, Model::conv);
  mpi::Communicator comm_ = mpi::Communicator::self();
  study::Team team_{comm_};
  std::vector<double> power_;
};

TEST_F(ConvolutionTest, FullFilterIsTheRootOfThePower) {
  point_.noise_steps = 4096;
  auto const response = convolutional_response(point_, power_);
  for (std::size_t k = 0; k < power_.size(); ++k) EXPECT_NEAR(response[k] / std::sqrt(power_[k]), 1, 0.005);
}

TEST_F(ConvolutionTest, FewStepsShrinkUniformly) {
  auto const response = convolutional_response(point_, power_);
  double mean = 0;
  for (std::size_t k = 0; k < power_.size(); ++k)
    mean += response[k] / std::sqrt(power_[k]) / static_cast<double>(power_.size());
  double square = 0;
  for (std::size_t k = 0; k < power_.size(); ++k)
    square += std::pow(response[k] / std::sqrt(power_[k]) - mean, 2) / static_cast<double>(power_.size());
  EXPECT_NEAR(mean, 0.965, 0.003);
  EXPECT_LT(std::sqrt(square) / mean, 1e-3);
}

TEST_F(ConvolutionTest, TheLargestFilterIsTheFullTorus) {
  // An odd torus has a window that covers it: the same minimiser from another computation.
  Parameters point = field(81, 8, 0, Model::conv);
  point.ridge = 0.05;
  DataSets const sets(std::span(&point, 1), team_);
  auto const power = power_spectra(point, sets, team_)[0];
  auto const full = convolutional_response(point, power);
  point.kernel = 9;
  auto const window = convolutional_response(point, power);
  for (std::size_t k = 0; k < power.size(); ++k) EXPECT_NEAR(window[k] / full[k], 1, 1e-6);
}

/// A 3 x 3 filter on the 9 x 9 torus from its normal equations (R + sigma^2 I) h = r, solved by Cholesky.
class SmallFilter {
 public:
  SmallFilter(std::vector<double> const& power, double sigma) : taps_(9, 1) {
    std::vector<double> autocovariance(81);
    std::ranges::copy(power, transform_.spectrum().begin());
    transform_.inverse(autocovariance);
    auto const at = [&](std::int64_t y, std::int64_t x) {
      return autocovariance[static_cast<std::size_t>((y + 9) % 9 * 9 + (x + 9) % 9)];
    };
    linalg::DenseMatrix normal(9, 9);
    for (std::int64_t a = 0; a < 9; ++a) {
      for (std::int64_t b = 0; b < 9; ++b)
        normal(a, b) = at(a / 3 - b / 3, a % 3 - b % 3) + (a == b ? sigma * sigma : 0.0);
      taps_(a, 0) = at(a / 3 - 1, a % 3 - 1);
    }
    EXPECT_TRUE(linalg::potrf(linalg::Triangle::lower, normal.view()));
    linalg::potrs(linalg::Triangle::lower, normal.view(), taps_.view());
  }
  double& tap(std::int64_t a) { return taps_(a, 0); }
  std::vector<double> response() {
    std::vector<double> image(81);
    for (std::int64_t a = 0; a < 9; ++a)
      image[static_cast<std::size_t>((a / 3 + 8) % 9 * 9 + (a % 3 + 8) % 9)] = taps_(a, 0);
    std::vector<double> result;
    for (auto const& value : transform_.forward(image)) result.push_back(value.real());
    return result;
  }
  /// sum_k (P (1 - H)^2 + sigma^2 H^2).
  double denoising_error(std::vector<double> const& power, double sigma) {
    auto const filter = response();
    double sum = 0;
    for (std::size_t k = 0; k < power.size(); ++k)
      sum += transform_.multiplicity(static_cast<std::int64_t>(k)) *
             (power[k] * std::pow(1 - filter[k], 2) + sigma * sigma * filter[k] * filter[k]);
    return sum;
  }

 private:
  linalg::Fft2 transform_{9};
  linalg::DenseMatrix taps_;
};

TEST_F(ConvolutionTest, ASmallFilterMinimisesTheDenoisingError) {
  Parameters point = field(81, 8, 0, Model::conv);
  DataSets const sets(std::span(&point, 1), team_);
  auto const power = power_spectra(point, sets, team_)[0];
  double const best = SmallFilter(power, 1).denoising_error(power, 1);
  for (std::int64_t a = 0; a < 9; ++a) {
    SmallFilter other(power, 1);
    other.tap(a) += 0.01;
    other.tap(8 - a) += 0.01;  // stays even
    EXPECT_GT(other.denoising_error(power, 1), best);
  }
  // The sampler takes these filters, here at the noise levels 1 and 1/2.
  point.kernel = 3;
  point.noise_steps = 2;
  point.sigma_max = 1;
  point.sigma_min = 0.25;
  auto const sampler = convolutional_response(point, power);
  auto const first = SmallFilter(power, 1).response();
  auto const second = SmallFilter(power, 0.5).response();
  for (std::size_t k = 0; k < sampler.size(); ++k)
    EXPECT_NEAR(sampler[k], (1 - 0.5 * (1 - first[k])) * (1 - 0.5 * (1 - second[k])), 1e-12);
}

TEST_F(ConvolutionTest, ModesOfMaximalResponseAreFound) {
  // A response with one maximal conjugate pair, and an image made of it.
  linalg::Fft2 transform(20);
  std::vector<double> response(static_cast<std::size_t>(transform.half_size()), 0.5);
  response[3] = 2;  // frequency (0, 3) and its conjugate
  std::vector<double> wave(400);
  for (std::size_t j = 0; j < 400; ++j)
    wave[j] = std::cos(2 * std::numbers::pi * 3 * static_cast<double>(j % 20) / 20) / std::sqrt(200.0);
  EXPECT_NEAR(recovery_by_modes(response, wave), 1, 1e-12);
  std::vector<double> other(400);
  other[0] = 1;  // white: 2 of 400 modes
  EXPECT_NEAR(recovery_by_modes(response, other), 2.0 / 400, 1e-12);
}

}  // namespace
}  // namespace thresher::linear_generative
