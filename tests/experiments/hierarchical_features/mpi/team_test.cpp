#include "../trial.hpp"
#include "experiments/hierarchical_features/data/trial_data.hpp"
#include "experiments/hierarchical_features/estimators/kernel_regression.hpp"
#include "linalg/tiling.hpp"

#include <gtest/gtest.h>

#include <cmath>

namespace thresher::hierarchical_features {
namespace {

/// Trials on the whole world against the same trials on each rank alone.
class TeamTest : public testing::Test {
 protected:
  void expect_layout_does_not_matter(Parameters const& point, double tolerance) {
    study::Team together(world_);
    study::Team alone(self_);
    auto const team = trials::run_trial(experiment(), point, together, 0);
    auto const single = trials::run_trial(experiment(), point, alone, 0);
    if (world_.rank() != 0) return;
    for (auto member : {&Metrics::mse,
                        &Metrics::nmse,
                        &Metrics::label_variance,
                        &Metrics::overlap_subspace,
                        &Metrics::overlap_features,
                        &Metrics::cos2_first,
                        &Metrics::cos2_last,
                        &Metrics::mse_projection,
                        &Metrics::coefficient_error,
                        &Metrics::noise_level,
                        &Metrics::edge_right,
                        &Metrics::num_outliers,
                        &Metrics::eig_max,
                        &Metrics::eig_min,
                        &Metrics::spectrum_shift,
                        &Metrics::nmse_oracle,
                        &Metrics::nmse_shallow,
                        &Metrics::nmse_krr,
                        &Metrics::refined_nmse,
                        &Metrics::refined_rounds_used,
                        &Metrics::linear_fraction,
                        &Metrics::eps_converged}) {
      if (std::isnan(single.*member))
        EXPECT_TRUE(std::isnan(team.*member));
      else
        EXPECT_NEAR(team.*member, single.*member, tolerance * (1 + std::abs(single.*member)));
    }
  }
  mpi::Communicator world_ = mpi::Communicator::duplicate(MPI_COMM_WORLD);
  mpi::Communicator self_ = mpi::Communicator::self();
};

TEST_F(TeamTest, DenseTrialsWithEverything) {
  auto point = small();
  point.preprocess = Preprocess::clip;
  point.residualize = Residualize::linear;
  point.refine_rounds = 3;
  point.second_layer = SecondLayer::ls;
  point.readout_knots = 3;
  point.baselines = {Baseline::oracle, Baseline::shallow, Baseline::krr};
  point.krr_n_max = 200;
  expect_layout_does_not_matter(point, 1e-8);
  point.q = 3;
  point.residualize = Residualize::none;
  point.storage = Storage::regenerate;
  expect_layout_does_not_matter(point, 1e-8);
}

TEST_F(TeamTest, GaussianFeatures) {
  auto point = small();
  point.feature_model = FeatureModel::gaussian;
  point.noise_sigma = 0.1;
  point.directions = Directions::unit;
  expect_layout_does_not_matter(point, 1e-8);
}

TEST_F(TeamTest, KrylovTrials) {
  auto point = small();
  point.d = 55;  // D = 1540
  point.n_ratio = 3;
  point.preprocess = Preprocess::clip;
  point.eps_tol = 1e-9;
  point.max_matvecs = 2000;
  expect_layout_does_not_matter(point, 1e-7);
}

// Kernel matrices that are spread over the team (ScaLAPACK) against those that one rank factors.
TEST_F(TeamTest, SpreadKernelRegressionIsThatOfOneRank) {
  auto point = small();
  point.preprocess = Preprocess::clip;
  point.baselines = {Baseline::krr};
  point.krr_n_max = 301;
  study::Team together(world_);
  together.begin_trial({"kernel\n", 0});
  TrialData const data(point, together);
  double const local = kernel_regression_error(point, data);
  double const spread = kernel_regression_error(point, data, 100);
  EXPECT_GT(local, 0.1);
  EXPECT_NEAR(spread, local, 1e-9);
  EXPECT_EQ(linalg::is_worth_tiling(world_.size(), 301, 100), world_.size() > 1);
}

TEST_F(TeamTest, LabelsHaveTheSameBits) {
  for (auto const model : {FeatureModel::hermite, FeatureModel::gaussian}) {
    auto point = small();
    point.feature_model = model;
    point.noise_sigma = 0.3;
    point.n = 333;
    study::Team together(world_);
    study::Team alone(self_);
    for (auto* team : {&together, &alone}) team->begin_trial({"labels\n", 0});
    TrialData const spread(point, together);
    TrialData const whole(point, alone);
    auto const& own = spread.fold(Fold::spectral, point);
    auto const& all = whole.fold(Fold::spectral, point).own_labels;
    auto const rows = own.features->owned();
    EXPECT_TRUE(std::equal(own.own_labels.begin(), own.own_labels.end(), all.begin() + rows.begin));
  }
}

}  // namespace
}  // namespace thresher::hierarchical_features
