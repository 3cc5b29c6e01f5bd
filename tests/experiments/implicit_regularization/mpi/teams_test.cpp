#include "../problem.hpp"
#include "experiments/implicit_regularization/estimators/measurement.hpp"
#include "experiments/implicit_regularization/experiment.hpp"
#include "experiments/implicit_regularization/solvers/stages.hpp"
#include "study/team.hpp"

#include <gtest/gtest.h>

#include <array>
#include <bit>
#include <cstddef>
#include <cstdint>

// The same bits on every team: models, training, observations, fits.

namespace {

using namespace thresher;
using namespace thresher::implicit_regularization;
using namespace thresher::implicit_regularization::testing;

mpi::Communicator const& whole_team() {
  static auto const comm = mpi::Communicator::duplicate(MPI_COMM_WORLD);
  return comm;
}
mpi::Communicator const& by_itself() {
  static auto const comm = mpi::Communicator::self();
  return comm;
}

TEST(Teams, DifferentiateWithTheSameBits) {
  std::vector<ModelCase> const cases{
      {Model::linear, {7, 1}, Activation::relu, false, Loss::logistic},
      {Model::mlp, {7, 300, 1}, Activation::relu, true, Loss::logistic},
      {Model::mlp, {7, 10, 1}, Activation::tanh, true, Loss::squared},  // one block: some ranks have no unit
      {Model::mlp, {7, 20, 10, 1}, Activation::tanh, false, Loss::squared}};
  for (auto const& of : cases) {
    Problem const problem(1800, 7, of.loss);
    auto const team = make(of, whole_team()), alone = make(of, by_itself());
    auto const theta = random_vector(alone->size(), "theta", 0.4), v = random_vector(alone->size(), "v");
    auto const mine = team->part(theta), direction = team->part(v);
    EXPECT_EQ(team->whole(mine), theta);
    EXPECT_EQ(team->whole(team->from_own(team->own_part(mine))), theta);
    EXPECT_EQ(mpi::sum(whole_team(), static_cast<double>(team->own().count())),
              static_cast<double>(alone->size()));
    EXPECT_EQ(team->inner(mine, direction), alone->inner(theta, v));
    MaskDraw const masks{test_stream("masks"), 0, 3, 0.3};
    std::vector<double> a(mine.size()), b(theta.size());
    EXPECT_EQ(team->gradient(mine, problem.rows(), &masks, a),
              alone->gradient(theta, problem.rows(), &masks, b));
    EXPECT_EQ(team->whole(a), b);
    team->hessian_product(mine, problem.rows(), direction, a);
    alone->hessian_product(theta, problem.rows(), v, b);
    EXPECT_EQ(team->whole(a), b);
    EXPECT_EQ(team->dropout_penalty(mine, problem.rows(), a),
              alone->dropout_penalty(theta, problem.rows(), b));
    EXPECT_EQ(team->whole(a), b);
    team->activation_weighted_l2(mine, problem.rows(), a);
    alone->activation_weighted_l2(theta, problem.rows(), b);
    EXPECT_EQ(team->whole(a), b);
    EXPECT_EQ(team->outputs(mine, problem.rows()), alone->outputs(theta, problem.rows()));
    StartDraw const draw{test_stream("start"), 2, 1.5};
    EXPECT_EQ(team->whole(team->start(draw)), alone->start(draw));
    if (of.model == Model::linear) continue;
    EXPECT_EQ(team->path_penalty(mine, a), alone->path_penalty(theta, b));
    EXPECT_EQ(team->whole(a), b);
    EXPECT_EQ(team->group_penalty(mine, 0.1, a), alone->group_penalty(theta, 0.1, b));
    EXPECT_EQ(team->whole(a), b);
  }
}

/// Weights and deviation of all blocks, whole, of one trial on a communicator.
std::vector<double> observed_on(mpi::Communicator const& comm, Parameters const& point) {
  study::Team team(comm);
  team.begin_trial({"implicit teams", 1});
  std::vector<Parameters> const points{point};
  TrialData const data(points, team);
  StartStage const start(points, data, team);
  TrainStage const trained(points, start, team);
  auto const observed = observe(points, trained, team);
  std::vector<double> all;
  auto const add = [&](std::vector<double> const& own) {
    auto const model = make_model(point, comm);
    auto const whole = model->whole(model->from_own(own));
    all.insert(all.end(), whole.begin(), whole.end());
  };
  for (auto const& block : observed->blocks) {
    add(block.theta);
    add(block.b);
    for (auto const& column : block.columns)
      if (mpi::max(comm, static_cast<double>(column.size())) > 0) add(column);
  }
  all.push_back(observed->facts.reference);
  return all;
}

void expect_the_same(Parameters const& point) {
  EXPECT_EQ(observed_on(whole_team(), point), observed_on(by_itself(), point));
}

Parameters wide_dropout() {
  Parameters point;
  point.n = 120;
  point.d = 6;
  point.model = Model::mlp;
  point.width = 200;
  point.modification = Modification::dropout;
  point.dropout = 0.3;
  point.batch = 16;
  point.steps = 40;
  point.eta = 0.005;
  return point;
}

TEST(Teams, TrainWithTheSameBits) {
  auto point = wide_dropout();
  expect_the_same(point);
  point.optimizer = Optimizer::adam;
  point.tail_average = 0.5;
  expect_the_same(point);
  point.depth = 2;
  point.width = 12;
  expect_the_same(point);
}

TEST(Teams, ObserveUpdatesWithTheSameBits) {
  auto point = wide_dropout();
  point.observation = Observation::update;
  point.n_repeats = 5;
  expect_the_same(point);
  point.depth = 3;
  point.width = 10;
  expect_the_same(point);
}

TEST(Teams, FlowWithTheSameBits) {
  Parameters point;
  point.n = 1200;
  point.d = 5;
  point.observation = Observation::flow;
  point.modification = Modification::step_size;
  point.snapshots = 2;
  point.burn_in = 3;
  expect_the_same(point);
  point.modification = Modification::minibatch;
  point.batch = 300;
  expect_the_same(point);
}

TEST(Teams, MinimiseWithTheSameBits) {
  Parameters point;
  point.n = 700;
  point.d = 5;
  point.model = Model::mlp;
  point.width = 130;
  point.activation = Activation::tanh;
  point.modification = Modification::explicit_penalty;
  point.l1 = 0.01;
  point.l2 = 0.5;
  point.group = 0.02;
  point.max_iter = 40;
  expect_the_same(point);
}

TEST(Teams, StopEarlyWithTheSameBits) {
  Parameters point;
  point.n = 1500;
  point.d = 8;
  point.replicates = 3;
  expect_the_same(point);
  point.engine = Engine::iterate;
  point.stop = Stop::patience;
  expect_the_same(point);
  point.stop = Stop::fixed;
  point.resample = Resample::bootstrap;
  expect_the_same(point);
}

/// The bits of all metrics: undefined ones are equal as well.
using Bits = std::array<std::uint64_t, sizeof(Metrics) / sizeof(double)>;

Bits measured_on(mpi::Communicator const& comm, Parameters const& point) {
  study::Team team(comm);
  team.begin_trial({"implicit teams", 1});
  std::vector<Parameters> const points{point};
  TrialData const data(points, team);
  StartStage const start(points, data, team);
  TrainStage const trained(points, start, team);
  auto const observed = observe(points, trained, team);
  Metrics metrics;
  measure_point(*observed, point, team, metrics);
  return std::bit_cast<Bits>(metrics);
}

void expect_the_same_metrics(Parameters const& point) {
  EXPECT_EQ(measured_on(whole_team(), point), measured_on(by_itself(), point));
}

TEST(Teams, FitStoppedDescentWithTheSameBits) {
  Parameters point;
  point.n = 300;
  point.d = 2600;  // several blocks of entries
  point.replicates = 2;
  point.steps = 20;
  point.eta = 0.001;
  point.engine = Engine::iterate;
  expect_the_same_metrics(point);
  point.d = 10;  // one block: some ranks have no entry
  point.engine = Engine::spectral;
  expect_the_same_metrics(point);
}

TEST(Teams, FitNetworksWithTheSameBits) {
  auto point = wide_dropout();
  point.width = 260;
  point.replicates = 2;
  expect_the_same_metrics(point);
  point.replicates = 1;
  point.observation = Observation::update;
  point.n_repeats = 3;
  expect_the_same_metrics(point);
  point.depth = 2;
  point.width = 50;
  expect_the_same_metrics(point);
}

TEST(Teams, FitPotentialsWithTheSameBits) {
  Parameters point;
  point.model = Model::diagonal;
  point.modification = Modification::none;
  point.observation = Observation::integrated;
  point.n = 30;
  point.d = 1700;
  point.sparsity = 3;
  point.beta_scale = 1;
  point.noise_sd = 0;
  point.eta = 0.2;
  point.alpha = 0.3;
  point.steps = 60;
  expect_the_same_metrics(point);
}

}  // namespace
