#include "experiments/group_matrix/theory/masked_spectrum.hpp"

#include "../trial.hpp"
#include "experiments/group_matrix/theory/predictions.hpp"
#include "linalg/polar_factor.hpp"
#include "linalg/singular_values.hpp"
#include "numerics/spiked_singular.hpp"
#include "random/stream.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>

namespace thresher::group_matrix {
namespace {

using namespace testing;

linalg::DenseMatrix frame(std::int64_t rows, std::int64_t columns, study::TheoryContext const& context,
                          std::string_view name) {
  linalg::DenseMatrix result(rows, columns);
  auto const stream = context.stream(name);
  for (std::int64_t k = 0; k < columns; ++k)
    stream.normals({static_cast<std::uint64_t>(k)}, 0, result.column(k));
  linalg::polar_factor(result.view());
  return result;
}

TEST(MaskedSpectrum, OfConstantVarianceIsTheSpikedModel) {
  study::TheoryContext const context("frames");
  // Two spikes above the transition at strength^2 = sqrt(m d) variance, one below it.
  double const m = 120, d = 50, variance = 2.25;
  MaskedSpikes const spikes{
      frame(120, 3, context, "left"), {35, 22, 10}, frame(50, 3, context, "right"), variance, 0};
  numerics::SpikedSingular const law{d / m};
  double expected = 0;
  for (double const s : spikes.strength) expected += law.left_overlap(s * s / (m * variance)) / 3;
  ASSERT_EQ(law.left_overlap(100 / (m * variance)), 0);
  EXPECT_NEAR(captured_direction_part(spikes), expected, 1e-6);
}

TEST(MaskedSpectrum, WithoutNoiseAllIsCaptured) {
  study::TheoryContext const context("frames");
  MaskedSpikes const spikes{frame(30, 2, context, "left"), {3, 1}, frame(20, 2, context, "right"), 0, 0};
  EXPECT_EQ(captured_direction_part(spikes), 1);
}

/// A matrix whose rows have unlike sizes, noise drawn with the profile: the constant law of equal mean
/// variance is far off.
TEST(MaskedSpectrum, FollowsTheProfile) {
  study::TheoryContext const context("frames");
  std::int64_t const m = 400, d = 200;
  linalg::DenseMatrix left(m, 1), right(d, 1);
  for (std::int64_t i = 0; i < m; ++i) left(i, 0) = i < 20 ? 4.0 : 0.5;
  for (std::int64_t j = 0; j < d; ++j) right(j, 0) = 1;
  for (auto* const side : {&left, &right}) linalg::polar_factor(side->view());
  MaskedSpikes const spikes{left, {40}, right, 0.2, 2.0};
  double measured = 0, mean_variance = 0;
  int const draws = 12;
  for (int draw = 0; draw < draws; ++draw) {
    linalg::DenseMatrix x(m, d);
    auto const noise = context.stream("noise");
    for (std::int64_t j = 0; j < d; ++j) {
      noise.normals({static_cast<std::uint64_t>(draw), static_cast<std::uint64_t>(j)}, 0, x.column(j));
      for (std::int64_t i = 0; i < m; ++i) {
        double const entry = 40 * left(i, 0) * right(j, 0);
        double const variance = 0.2 + 2 * entry * entry;
        mean_variance += variance / static_cast<double>(m * d * draws);
        x(i, j) = entry + std::sqrt(variance) * x(i, j);
      }
    }
    std::vector<double> values(static_cast<std::size_t>(d));
    linalg::DenseMatrix u(m, d), vt(d, d);
    linalg::gesdd(x.view(), values, u.view(), vt.view());
    double overlap = 0;
    for (std::int64_t j = 0; j < d; ++j) overlap += vt(0, j) * right(j, 0);
    measured += overlap * overlap / draws;
  }
  double const predicted = captured_direction_part(spikes);
  EXPECT_NEAR(measured, predicted, 0.02) << predicted;
  numerics::SpikedSingular const constant{static_cast<double>(d) / static_cast<double>(m)};
  double const plain = constant.left_overlap(1600 / (static_cast<double>(m) * mean_variance));
  EXPECT_GT(std::abs(plain - predicted), 0.04);
}

/// 800 x 400 with four components: what spectral_group measures, and what the constant law overstates.
TEST(MaskedSpectrum, OfMaskedBlocks) {
  Parameters point;
  point.n_rows = 800;
  point.n_cols = 400;
  point.levels_1 = 1;
  point.levels_2 = 1;
  point.rank_1 = 4;
  point.density = 0.1;
  point.noise_sd = 1;
  point.method = Estimator::spectral_group;
  Predictions theory;
  predict_spectral(point, theory);
  predict_masked_spectral(point, study::TheoryContext("one"), theory);
  auto const measured = mean(run_trials(point, 2), &Metrics::subspace_cos2);
  // The mask's noise has heavy tails at this density, which cost another hundredth.
  EXPECT_NEAR(measured.value, theory.spectral_cos2_masked, 0.03);
  EXPECT_LT(std::abs(measured.value - theory.spectral_cos2_masked),
            0.5 * std::abs(measured.value - theory.spectral_cos2));
  EXPECT_GT(theory.spectral_cos2 - measured.value, 0.03);
  // At density 1 the profile is constant: the closed law at the drawn matrix, whose strengths scatter a
  // little.
  point.density = 1;
  point.noise_sd = 4;
  predict_spectral(point, theory);
  predict_masked_spectral(point, study::TheoryContext("one"), theory);
  EXPECT_NEAR(theory.spectral_cos2_masked, theory.spectral_cos2, 0.01);
  point.rank_shared = 1;
  Predictions none;
  predict_masked_spectral(point, study::TheoryContext("one"), none);
  EXPECT_TRUE(std::isnan(none.spectral_cos2_masked));
}

}  // namespace
}  // namespace thresher::group_matrix
