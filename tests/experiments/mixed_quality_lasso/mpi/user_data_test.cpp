#include "../../services.hpp"
#include "../../trials.hpp"
#include "experiments/mixed_quality_lasso/experiment.hpp"

#include <gtest/gtest.h>

#include <random>

namespace thresher::mixed_quality_lasso {
namespace {

TEST(TeamUserInput, AgreesWithOneRank) {
  std::int64_t const n = 61;
  std::int64_t const p = 103;
  std::mt19937_64 generator(10);
  std::normal_distribution<double> normal;
  std::vector<double> x(static_cast<std::size_t>(n * p));
  for (double& entry : x) entry = normal(generator);
  std::vector<double> y(static_cast<std::size_t>(n));
  std::vector<double> block(y.size());
  for (std::int64_t i = 0; i < n; ++i) {
    block[i] = i % 2 == 0 ? 0 : 1;
    y[i] = 2 * x[i * p + 100] - x[i * p + 1] + (i % 2 == 0 ? 0.2 : 1.0) * normal(generator);
  }
  trials::MemoryInput input;
  input.sets["X"] = {{n, p}, x};
  input.sets["y"] = {{n}, y};
  input.sets["block"] = {{n}, block};

  Experiment const experiment;
  Parameters point;
  point.estimator = Estimator::lasso_path;
  point.weighting = Weighting::residual;
  auto const run = [&](mpi::Communicator const& comm) {
    study::Team team(comm);
    team.set_input(&input);
    return trials::run_trial(experiment, point, team, 0);
  };
  auto const world = mpi::Communicator::duplicate(MPI_COMM_WORLD);
  auto const self = mpi::Communicator::self();
  auto const together = run(world);
  auto const alone = run(self);
  EXPECT_EQ(together.fit_s, alone.fit_s);
  EXPECT_NEAR(together.fit_rho, alone.fit_rho, 1e-8);
  EXPECT_NEAR(together.fit_n_eff, alone.fit_n_eff, 1e-8);
  EXPECT_NEAR(together.lambda_best, alone.lambda_best, 1e-10);
  if (world.rank() == 0) {
    EXPECT_NEAR(together.fit_success, alone.fit_success, 1e-8);
  }
}

}  // namespace
}  // namespace thresher::mixed_quality_lasso
