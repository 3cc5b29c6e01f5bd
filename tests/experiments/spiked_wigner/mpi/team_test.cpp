#include "../matrix.hpp"

#include <gtest/gtest.h>

#include <algorithm>

namespace thresher::spiked_wigner {
namespace {

/// Data on the whole world against the same data on each rank alone.
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

}  // namespace
}  // namespace thresher::spiked_wigner
