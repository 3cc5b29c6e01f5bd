#include "experiments/implicit_regularization/data/trial_data.hpp"
#include "experiments/implicit_regularization/estimators/fits/matrix_fit.hpp"
#include "experiments/implicit_regularization/solvers/stages.hpp"
#include "experiments/implicit_regularization/theory/early_stopping.hpp"
#include "trial.hpp"

#include <gtest/gtest.h>

#include <cmath>

// What is exact in every single trial.

namespace thresher::implicit_regularization {
namespace {

using namespace testing;

Parameters explicit_point(double l1, double l2) {
  Parameters point;
  point.modification = Modification::explicit_penalty;
  point.l1 = l1;
  point.l2 = l2;
  return point;
}

TEST(ExplicitPenalties, OfLeastSquaresComeBack) {
  auto const ridge = run_trial(explicit_point(0, 0.3));
  EXPECT_NEAR(ridge.coef_l2, 0.3, 1e-8);
  EXPECT_NEAR(ridge.r2_l2, 1, 1e-12);
  EXPECT_EQ(ridge.selected_correct, 1);
  auto point = explicit_point(0.1, 0.3);
  point.grad_tol = 1e-12;
  auto const both = run_trial(point);
  EXPECT_NEAR(both.joint_coef_l1, 0.1, 1e-8);
  EXPECT_NEAR(both.joint_coef_l2, 0.3, 1e-8);
  EXPECT_NEAR(both.effective_ridge, 0.1 / 0.01 + 0.3, 1e-6);
  point.fit = Fit::ols;
  auto const free = run_trial(point);
  EXPECT_EQ(free.joint_coef_l1, both.joint_coef_l1);
  EXPECT_EQ(free.joint_coef_l2, both.joint_coef_l2);
}

TEST(ExplicitPenalties, ErrorsOfLeastSquaresAreTheOnesThatStationarityExplains) {
  auto point = explicit_point(0.1, 0.3);
  point.optimizer = Optimizer::gd;
  point.fit = Fit::ols;
  for (std::int64_t const steps : {20, 100}) {  // far from the minimum
    point.steps = steps;
    auto const far = run_trial(point);
    double const error =
        std::max(std::abs(far.joint_coef_l1 - 0.1) / 0.1, std::abs(far.joint_coef_l2 - 0.3) / 0.3);
    EXPECT_NEAR(far.error_predicted / error, 1, 1e-10);
    EXPECT_GT(far.stationarity, 1e-3);
  }
}

TEST(ExplicitPenalties, BelowTheRoundingOnlyTheirSumIsKnown) {
  auto point = explicit_point(2, 0.5);
  point.smooth = 50;
  point.grad_tol = 1e-13;
  auto const measured = run_trial(point);
  EXPECT_GT(measured.joint_cond, 1e6);
  EXPECT_EQ(measured.identifiable, 0);
  EXPECT_TRUE(std::isnan(measured.joint_coef_l1));
  EXPECT_TRUE(std::isnan(measured.log_err_l2));
  EXPECT_TRUE(std::isnan(measured.error_predicted));
  EXPECT_NEAR(measured.effective_ridge, 2.0 / 50 + 0.5, 1e-6);
  EXPECT_NEAR(measured.joint_r2, 1, 1e-10);
}

TEST(ExplicitPenalties, ExactL1NeedsSubgradients) {
  auto point = explicit_point(0.1, 0.05);
  point.n = 200;
  point.d = 400;
  point.sparsity = 10;
  point.smooth = 0;
  point.joint = {Candidate::l1, Candidate::l2};
  point.fit = Fit::subgradient;
  auto const exact = run_trial(point);
  EXPECT_NEAR(exact.joint_coef_l1 / 0.1, 1, 1e-11);
  EXPECT_NEAR(exact.joint_coef_l2 / 0.05, 1, 1e-10);
  EXPECT_NEAR(exact.joint_r2, 1, 1e-12);
  EXPECT_LT(exact.active_fraction, 0.5);
  point.fit = Fit::nnls;
  auto const plain = run_trial(point);
  EXPECT_NEAR(plain.joint_coef_l1 / 0.1, 1, 1e-8);
  EXPECT_NEAR(plain.joint_r2, 0.6, 0.15);
  EXPECT_GT(plain.coef_l1, 0.105);  // absorbs the l2 part
}

/// The stages of a trial up to what is observed.
struct ObservedTrial {
  std::vector<Parameters> points;
  mpi::Communicator comm = mpi::Communicator::self();
  study::Team team{comm};
  std::vector<std::unique_ptr<study::StageResult>> stages;

  explicit ObservedTrial(Parameters const& point) : points{point} {
    team.begin_trial({"test\n", 0});
    for (std::size_t stage = 0; stage < 4; ++stage)
      stages.push_back(experiment().run_stage(stage, stages.empty() ? nullptr : stages.back().get(),
                                              std::span<Parameters const>(points), team));
  }
  Deviation const& deviation() const { return dynamic_cast<Deviation const&>(*stages.back()); }
};

TEST(EarlyStopping, EnginesAgree) {
  for (std::int64_t const d : {10, 60}) {
    Parameters point;
    point.n = 50;
    point.d = d;
    point.steps = 200;
    point.engine = Engine::iterate;
    auto const step_by_step = run_trial(point);
    point.engine = Engine::spectral;
    auto const at_once = run_trial(point);
    EXPECT_NEAR(step_by_step.coef_l2, at_once.coef_l2, 1e-10 * at_once.coef_l2);
    EXPECT_NEAR(step_by_step.r2_l1, at_once.r2_l1, 1e-9);
    EXPECT_NEAR(step_by_step.train_loss, at_once.train_loss, 1e-10);
  }
}

TEST(EarlyStopping, IsTheKnownPenalty) {
  Parameters point;
  point.n = 60;
  point.d = 12;
  point.steps = 70;
  point.engine = Engine::iterate;
  point.matrix_fit = MatrixFit::full;
  ObservedTrial const observed(point);
  auto const& facts = observed.deviation().facts;
  auto const& theta = observed.deviation().blocks.front().theta;
  StoppedDescent const descent{point.eta, 70};
  auto const lambda = stopping_penalty(descent, facts.eigenvalues, facts.eigenvectors);
  EXPECT_LT(retrained(facts.first_gram.view(), facts.first_moment, lambda.view(), theta).error, 1e-10);
  // The scalar formula, with z = V^T theta / a.
  std::vector<double> along(12);
  linalg::gemv(linalg::Transpose::yes, 1, facts.eigenvectors, theta, 0, along);
  for (std::size_t j = 0; j < 12; ++j) {
    along[j] /= descent.shrinkage(facts.eigenvalues[j]);
    along[j] *= along[j];
  }
  auto const scalar = scalar_penalty(descent, facts.eigenvalues, along);
  auto const measured = run_trial(point);
  EXPECT_NEAR(measured.coef_l2, scalar.coefficient, 1e-9);
  EXPECT_NEAR(measured.r2_l2, scalar.explained, 1e-9);
}

TEST(EarlyStopping, ADeviationThatVanishesExplainsNothing) {
  Parameters point;
  point.steps = 1'000'000;
  auto const measured = run_trial(point);
  EXPECT_EQ(measured.coef_l2, 0);
  EXPECT_TRUE(std::isnan(measured.r2_l2));
  EXPECT_TRUE(std::isnan(measured.best_r2));
}

TEST(StepSize, RatioIsExactForLeastSquares) {
  Parameters point;
  point.modification = Modification::step_size;
  point.observation = Observation::flow;
  for (double const eta : {0.003, 0.3}) {
    point.eta = eta;
    auto const measured = run_trial(point);
    EXPECT_NEAR(measured.coef_ratio, measured.coef_ratio_pred, 1e-5);
  }
}

TEST(Retraining, WithTheTrueCoefficientsFindsTheSameFunction) {
  auto point = explicit_point(0.05, 0.3);
  point.retrain = true;
  EXPECT_LT(run_trial(point).retrain_error, 1e-6);
}

TEST(ExplicitPenalties, OfGroupsComeBackBesideL2) {
  // Alone a group penalty has no minimum: output weights grow while hidden ones shrink.
  auto point = explicit_point(0, 0.1);
  point.model = Model::mlp;
  point.activation = Activation::tanh;
  point.n = 200;
  point.d = 5;
  point.width = 8;
  point.group = 0.05;
  auto const measured = run_trial(point);
  EXPECT_NEAR(measured.joint_coef_group, 0.05, 1e-6);
  EXPECT_NEAR(measured.joint_coef_l2, 0.1, 1e-6);
  EXPECT_NEAR(measured.log_err_group, 0, 1e-4);
  EXPECT_LT(measured.coef_group, 1);
  EXPECT_NEAR(measured.joint_r2, 1, 1e-8);
}

TEST(Selection, KnowsAnL2PenaltyOfANetwork) {
  auto point = explicit_point(0, 0.1);
  point.model = Model::mlp;
  point.activation = Activation::tanh;
  point.n = 200;
  point.d = 5;
  point.width = 8;
  point.candidates = {Candidate::l2, Candidate::l1, Candidate::path};
  auto const measured = run_trial(point);
  EXPECT_EQ(measured.selected_correct, 1);
  EXPECT_NEAR(measured.best_r2, 1, 1e-8);
  EXPECT_GT(measured.margin, 0.01);
  EXPECT_NEAR(measured.r2_layer_l2, 1, 1e-8);
  point.l2 = 0;
  point.l1 = 0.1;
  point.candidates = {Candidate::l2, Candidate::path};
  EXPECT_EQ(run_trial(point).selected_correct, 0);
}

}  // namespace
}  // namespace thresher::implicit_regularization
