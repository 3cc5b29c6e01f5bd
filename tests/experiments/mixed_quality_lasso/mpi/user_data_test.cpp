#include "../../trials.hpp"
#include "../user_input.hpp"
#include "experiments/mixed_quality_lasso/experiment.hpp"

#include <gtest/gtest.h>

namespace thresher::mixed_quality_lasso {
namespace {

TEST(TeamUserInput, AgreesWithOneRank) {
  auto const input = testing::made_input(61, 103);
  Experiment const experiment;
  Parameters point{.estimator = Estimator::lasso_path, .weighting = Weighting::residual};
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
