#include "../problem.hpp"
#include "experiments/implicit_regularization/experiment.hpp"
#include "experiments/implicit_regularization/solvers/activations.hpp"
#include "experiments/implicit_regularization/solvers/batches.hpp"
#include "experiments/implicit_regularization/solvers/flow.hpp"
#include "experiments/implicit_regularization/solvers/stages.hpp"
#include "experiments/implicit_regularization/solvers/stored_columns.hpp"
#include "study/team.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <cstddef>

namespace {

using namespace thresher;
using namespace thresher::implicit_regularization;
using namespace thresher::implicit_regularization::testing;

mpi::Communicator const& one_rank() {
  static mpi::Communicator const comm = mpi::Communicator::self();
  return comm;
}

/// A trial up to its observation, with all that it refers to.
struct Trial {
  explicit Trial(Parameters const& point, std::int64_t number = 0) : team(one_rank()), points{point} {
    team.begin_trial({"implicit test", number});
    data = std::make_unique<TrialData>(points, team);
    start = std::make_unique<StartStage>(points, *data, team);
    trained = std::make_unique<TrainStage>(points, *start, team);
    observed = observe(points, *trained, team);
  }
  DeviationBlock const& block() const { return observed->blocks.front(); }

  study::Team team;
  std::vector<Parameters> points;
  std::unique_ptr<TrialData> data;
  std::unique_ptr<StartStage> start;
  std::unique_ptr<TrainStage> trained;
  std::unique_ptr<Deviation> observed;
};

Parameters linear_flow() {
  Parameters point;
  point.n = 40;
  point.d = 6;
  point.eta = 0.05;
  point.burn_in = 3;
  point.modification = Modification::minibatch;
  point.observation = Observation::flow;
  point.batch = 20;
  return point;
}

TEST(Activations, AreThoseOfTheLibrary) {
  std::vector<double> h{-40, -3, -0.03, -0.029, -1e-9, 0, 1e-300, 0.02, 0.031, 0.7, 19, 800}, slope(h.size());
  auto const x = h;
  hyperbolic_tangent(h, slope);
  for (std::size_t k = 0; k < h.size(); ++k) {
    EXPECT_NEAR(h[k], std::tanh(x[k]), 4e-15 * std::abs(std::tanh(x[k])));
    double const cosh = std::cosh(x[k]);
    EXPECT_NEAR(slope[k], 1 / (cosh * cosh), 1e-14 / (cosh * cosh)) << x[k];
  }
  h = {-1, 0, 2};
  slope.resize(3);
  relu(h, slope);
  EXPECT_THAT(h, ::testing::ElementsAre(0, 0, 2));
  EXPECT_THAT(slope, ::testing::ElementsAre(0, 0, 1));
}

TEST(Batches, GoThroughAllRowsOncePerEpoch) {
  Problem const problem(11, 3, Loss::squared);
  auto const rows = problem.rows();
  Batches batches(rows, 4, test_stream("order"), 0);
  std::vector<std::int64_t> first, second;
  for (std::int64_t step = 0; step < 4; ++step) {
    auto const batch = batches.of(step);
    ASSERT_EQ(batch.count, 4);
    for (std::size_t k = 0; k < 4; ++k) {
      auto const row = batch.numbers[k];
      (step < 2 ? first : second).push_back(row);
      EXPECT_EQ(batch.y[k], problem.y[static_cast<std::size_t>(row)]);
      EXPECT_EQ(batch.x(2, static_cast<std::int64_t>(k)), problem.x(2, row));
    }
  }
  EXPECT_NE(first, second);
  std::ranges::sort(first);
  EXPECT_EQ(std::ranges::adjacent_find(first), first.end());
}

TEST(Flow, OfAQuadraticIsExponential) {
  Problem const problem(30, 1, Loss::squared);
  LinearModel model(one_rank(), 1, Loss::squared);
  double s = 0, c = 0;
  for (std::int64_t i = 0; i < 30; ++i) {
    s += problem.x(0, i) * problem.x(0, i) / 30;
    c += problem.x(0, i) * problem.y[static_cast<std::size_t>(i)] / 30;
  }
  std::vector<double> const theta{2.0};
  auto const moved = displacement(gradient_flow(model, problem.rows()), theta, 0.3, 20);
  EXPECT_NEAR(moved[0], (c / s - 2) * -std::expm1(-0.3 * s), 1e-9);
}

TEST(Minibatch, OrderAndItsReverseLeaveASymmetricSecondOrderTerm) {
  // Two batches: the mean displacement of both orders is -eta (g_1 + g_2) + eta^2/2 (H_1 g_2 + H_2 g_1),
  // exactly so for least squares.
  auto const point = linear_flow();
  Trial const trial(point);
  auto const sample = trial.data->sample(0, trial.team);
  auto const rows = sample.rows();
  LinearModel model(one_rank(), point.d, Loss::squared);
  auto const& theta = trial.block().theta;
  auto const batches = fixed_batches(rows, point.batch);
  ASSERT_EQ(batches.size(), 2u);
  std::vector<double> g1(6), g2(6), h1(6), h2(6);
  model.gradient(theta, batches[0], nullptr, g1);
  model.gradient(theta, batches[1], nullptr, g2);
  model.hessian_product(theta, batches[0], g2, h1);
  model.hessian_product(theta, batches[1], g1, h2);
  double const eta = point.eta;
  auto const flown = displacement(gradient_flow(model, rows), theta, 2 * eta, point.flow_substeps);
  for (std::size_t j = 0; j < 6; ++j) {
    double const mean = -eta * (g1[j] + g2[j]) + eta * eta / 2 * (h1[j] + h2[j]);
    EXPECT_NEAR(trial.block().b[j], (flown[j] - mean) / (2 * eta), 1e-13);
  }
}

TEST(Minibatch, WithOneBatchIsTheStepSize) {
  auto point = linear_flow();
  point.batch = point.n;
  Trial const epochs(point);
  point.modification = Modification::step_size;
  Trial const steps(point);
  for (std::size_t j = 0; j < 6; ++j) EXPECT_NEAR(epochs.block().b[j], steps.block().b[j], 1e-13);
}

TEST(EarlyStopping, StepByStepAndByEigenvectorsAreOne) {
  for (auto const resample : {Resample::fresh, Resample::bootstrap})
    for (auto const d : {7, 60}) {  // fewer and more inputs than rows
      Parameters point;
      point.n = 50;
      point.d = d;
      point.steps = 40;
      point.replicates = 10;
      point.resample = resample;
      point.engine = Engine::spectral;
      Trial const spectral(point);
      point.engine = Engine::iterate;
      Trial const iterated(point);
      ASSERT_EQ(spectral.observed->blocks.size(), 10u);
      for (std::size_t r = 0; r < 10; ++r)
        for (std::size_t j = 0; j < static_cast<std::size_t>(d); ++j) {
          EXPECT_NEAR(spectral.observed->blocks[r].theta[j], iterated.observed->blocks[r].theta[j], 1e-10);
          EXPECT_NEAR(spectral.observed->blocks[r].b[j], iterated.observed->blocks[r].b[j], 1e-10);
        }
    }
}

TEST(EarlyStopping, PatienceCountsUpdatesWithoutProgress) {
  // Progress is asked for that no update makes: the first sets the best, then patience runs out.
  Parameters point;
  point.n = 60;
  point.d = 4;
  point.stop = Stop::patience;
  point.patience = 3;
  point.min_delta = 1e6;
  point.steps = 500;
  Trial const trial(point);
  EXPECT_EQ(trial.observed->facts.updates.front(), 4);
}

TEST(TailAverage, IsTheMeanOfTheLastIterates) {
  Parameters point;
  point.n = 60;
  point.d = 4;
  point.modification = Modification::none;
  point.steps = 10;
  std::vector<double> mean(4);
  for (std::int64_t steps = 8; steps <= 10; ++steps) {
    auto shorter = point;
    shorter.steps = steps;
    Trial const trial(shorter);
    for (std::size_t j = 0; j < 4; ++j) mean[j] += trial.block().theta[j] / 3;
  }
  point.tail_average = 0.3;
  Trial const averaged(point);
  for (std::size_t j = 0; j < 4; ++j) EXPECT_NEAR(averaged.block().theta[j], mean[j], 1e-13);
}

TEST(Training, ThatDivergesSaysWhatToDo) {
  Parameters point;
  point.model = Model::mlp;
  point.n = 50;
  point.d = 5;
  point.eta = 3;
  point.steps = 2000;
  EXPECT_THAT([&] { Trial const trial(point); },
              ::testing::ThrowsMessage<std::runtime_error>(::testing::HasSubstr("diverged: lower eta")));
}

TEST(Replicates, AreTheSameWhateverTheirNumber) {
  Parameters point;
  point.n = 40;
  point.d = 5;
  point.replicates = 11;
  Trial const many(point);
  point.replicates = 2;
  Trial const few(point);
  for (std::size_t r = 0; r < 2; ++r)
    EXPECT_EQ(many.observed->blocks[r].theta, few.observed->blocks[r].theta);
}

TEST(DiagonalNetwork, FollowsTheHyperbolicSineOfItsPath) {
  // beta = 2 alpha^2 sinh(4 G) in the limit of small steps.
  Parameters point;
  point.model = Model::diagonal;
  point.modification = Modification::none;
  point.observation = Observation::integrated;
  point.n = 20;
  point.d = 30;
  point.sparsity = 3;
  point.beta_scale = 1;
  point.noise_sd = 0;
  point.alpha = 0.3;
  point.grad_tol = 1e-4;
  double errors[2];
  for (int k = 0; k < 2; ++k) {
    point.eta = k == 0 ? 0.2 : 0.02;
    point.steps = 100000;
    Trial const trial(point);
    EXPECT_TRUE(trial.observed->facts.converged);
    errors[k] = 0;
    for (std::size_t j = 0; j < 30; ++j)
      errors[k] = std::max(
          errors[k], std::abs(trial.block().theta[j] - 2 * 0.3 * 0.3 * std::sinh(4 * trial.block().b[j])));
  }
  EXPECT_LT(errors[0], 0.02);
  EXPECT_LT(errors[1], errors[0] / 5);
}

}  // namespace
