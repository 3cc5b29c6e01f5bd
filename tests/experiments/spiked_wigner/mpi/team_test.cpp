#include "../../trials.hpp"
#include "../matrix.hpp"
#include "experiments/spiked_wigner/experiment.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>

namespace thresher::spiked_wigner {
namespace {

using trials::run_trial;

/// Trials on the whole world against the same trials on each rank alone.
class TeamTest : public testing::Test {
 protected:
  mpi::Communicator world_ = mpi::Communicator::duplicate(MPI_COMM_WORLD);
  mpi::Communicator self_ = mpi::Communicator::self();
  study::Team together_{world_};
  study::Team alone_{self_};
};

TEST_F(TeamTest, DataAreTheSameBitForBit) {
  for (auto const storage : {Storage::stored, Storage::implicit})
    for (std::int64_t const n : {3, 61, 300}) {
      auto drawn = point(n, 1.2);
      drawn.storage = storage;
      together_.begin_trial({"bits\n", 2});
      alone_.begin_trial({"bits\n", 2});
      SpikedMatrix const shared(drawn, together_);
      auto const own = own_rows(shared);
      auto const whole = own_rows(SpikedMatrix(drawn, alone_));
      auto const rows = shared.layout().owned();
      for (std::int64_t j = 0; j < n; ++j)
        EXPECT_TRUE(
            std::ranges::equal(own.column(j), whole.view().block(rows.begin, j, rows.size(), 1).column(0)));
    }
}

TEST_F(TeamTest, MetricsAgree) {
  for (auto const storage : {Storage::stored, Storage::implicit})
    for (double const theta : {0.5, 1.0, 2.0}) {
      auto tight = point(203, theta);
      tight.storage = storage;
      tight.tolerance = 1e-10;
      Experiment const experiment;
      auto const team = run_trial(experiment, tight, together_, 1);
      auto const single = run_trial(experiment, tight, alone_, 1);
      EXPECT_NEAR(team.eigenvalue, single.eigenvalue, 1e-9);
      EXPECT_NEAR(team.overlap, single.overlap, 1e-8);
    }
}

}  // namespace
}  // namespace thresher::spiked_wigner
