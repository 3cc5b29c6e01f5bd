#include "../trials.hpp"
#include "experiments/spiked_wigner/experiment.hpp"
#include "linalg/lapack.hpp"
#include "matrix.hpp"

#include <gtest/gtest.h>
#include <petscsys.h>

#include <cmath>

namespace thresher::spiked_wigner {
namespace {

using trials::mean_of;
using trials::run_trial;

class SpectrumTest : public testing::Test {
 protected:
  std::vector<Metrics> trials(Parameters const& point, int count) {
    std::vector<Metrics> all;
    for (int trial = 0; trial < count; ++trial) all.push_back(run_trial(experiment_, point, team_, trial));
    return all;
  }
  static std::vector<double> values(std::vector<Metrics> const& trials, double Metrics::*metric) {
    std::vector<double> all;
    for (auto const& trial : trials) all.push_back(trial.*metric);
    return all;
  }
  /// Mean of n^(2/3) (largest eigenvalue - 2) for the Gaussian orthogonal ensemble (Tracy and Widom 1996).
  static constexpr double kTracyWidomMean = -1.2065335745820;

  mpi::Communicator self_ = mpi::Communicator::self();
  study::Team team_{self_};
  Experiment experiment_;
};

TEST_F(SpectrumTest, IsThatOfLapack) {
  for (double const theta : {0.0, 1.0, 4.0}) {
    auto tight = point(90, theta);
    tight.tolerance = 1e-10;
    auto const metrics = run_trial(experiment_, tight, team_, 3);
    SpikedMatrix const matrix(tight, team_);
    auto vectors = own_rows(matrix);
    std::vector<double> eigenvalues(90);
    linalg::syevd(linalg::Eigenvectors::wanted, linalg::Triangle::lower, vectors.view(), eigenvalues);
    double cosine = 0;
    for (std::size_t i = 0; i < 90; ++i) cosine += vectors.column(89)[i] * matrix.own_signal().column(0)[i];
    EXPECT_NEAR(metrics.eigenvalue, eigenvalues.back(), 1e-9);
    EXPECT_NEAR(metrics.overlap, cosine * cosine, 1e-8);
  }
}

TEST_F(SpectrumTest, AboveTheTransitionFollowsTheory) {
  for (double const theta : {1.5, 2.0, 4.0}) {
    auto const all = trials(point(400, theta), 60);
    Predictions predicted;
    predict_transition(point(400, theta), predicted);
    auto const eigenvalue = mean_of(values(all, &Metrics::eigenvalue));
    auto const overlap = mean_of(values(all, &Metrics::overlap));
    EXPECT_NEAR(eigenvalue.value, predicted.eigenvalue, 4 * eigenvalue.error) << theta;
    EXPECT_NEAR(overlap.value, predicted.overlap, 4 * overlap.error) << theta;
    // Fluctuations of the outlier: normal with variance 2 (1 - 1/theta^2) / n.
    double const variance = 60 * eigenvalue.error * eigenvalue.error;
    double const expected = 2 * (1 - 1 / (theta * theta)) / 400;
    EXPECT_NEAR(variance / expected, 1, 4 * std::sqrt(2.0 / 59)) << theta;
  }
}

TEST_F(SpectrumTest, WithoutSignalIsNoise) {
  // The eigenvectors are uniform on the sphere, whatever v: the mean squared cosine is exactly 1 / n.
  double const n = 400;
  auto const all = trials(point(400, 0), 60);
  auto const overlap = mean_of(values(all, &Metrics::overlap));
  auto const eigenvalue = mean_of(values(all, &Metrics::eigenvalue));
  EXPECT_NEAR(overlap.value, 1 / n, 4 * overlap.error);
  EXPECT_NEAR(eigenvalue.value, 2 + kTracyWidomMean * std::pow(n, -2.0 / 3), 4 * eigenvalue.error);
}

TEST_F(SpectrumTest, BelowTheTransitionTheSignalIsLost) {
  auto const overlap = mean_of(values(trials(point(1600, 0.5), 6), &Metrics::overlap));
  EXPECT_LT(overlap.value, 0.01);
}

TEST_F(SpectrumTest, WhatDoesNotConvergeIsUndefined) {
  PetscOptionsSetValue(nullptr, "-spiked_wigner_eps_max_it", "1");
  auto hopeless = point(300, 1);
  hopeless.tolerance = 1e-14;
  auto const metrics = run_trial(experiment_, hopeless, team_, 0);
  PetscOptionsClearValue(nullptr, "-spiked_wigner_eps_max_it");
  EXPECT_TRUE(std::isnan(metrics.eigenvalue));
  EXPECT_TRUE(std::isnan(metrics.overlap));
}

TEST(Theory, HasTheClosedForms) {
  auto const predicted = [](double theta) {
    Predictions predictions;
    predict_transition(point(1000, theta), predictions);
    return predictions;
  };
  EXPECT_EQ(predicted(0.5).eigenvalue, 2);
  EXPECT_EQ(predicted(0.5).overlap, 0);
  EXPECT_EQ(predicted(1).eigenvalue, 2);
  EXPECT_EQ(predicted(1).overlap, 0);
  EXPECT_DOUBLE_EQ(predicted(2).eigenvalue, 2.5);
  EXPECT_DOUBLE_EQ(predicted(2).overlap, 0.75);
}

}  // namespace
}  // namespace thresher::spiked_wigner
