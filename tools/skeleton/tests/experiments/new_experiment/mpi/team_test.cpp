#include "../../trials.hpp"
#include "experiments/new_experiment/experiment.hpp"

#include <gtest/gtest.h>

namespace thresher::new_experiment {
namespace {

TEST(Team, MeasuresTheSameBitsAsARankAlone) {
  auto const world = mpi::Communicator::duplicate(MPI_COMM_WORLD);
  auto const self = mpi::Communicator::self();
  study::Team together(world);
  study::Team alone(self);
  Experiment const experiment;
  for (std::int64_t const n : {1, 2, 63, 1000}) {
    auto const team = trials::run_trial(experiment, {.n = n}, together, 3);
    auto const single = trials::run_trial(experiment, {.n = n}, alone, 3);
    EXPECT_EQ(team.estimate, single.estimate) << n;
  }
}

}  // namespace
}  // namespace thresher::new_experiment
