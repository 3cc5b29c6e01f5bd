#include "engine/end_all_ranks.hpp"

#include <gtest/gtest.h>
#include <mpi.h>

#include <chrono>
#include <cstdlib>
#include <sys/wait.h>
#include <thread>
#include <unistd.h>

namespace {
bool abort_hangs = false;
}  // namespace

/// Takes the place of the library's in this program.
extern "C" int MPI_Abort(MPI_Comm, int code) {
  while (abort_hangs) std::this_thread::sleep_for(std::chrono::seconds(1));
  std::_Exit(code);
}

namespace thresher::engine {
namespace {

int code_of_child(double patience) {
  auto const comm = mpi::Communicator::self();
  auto const child = fork();
  if (child == 0) end_all_ranks(comm, 75, patience);
  int status = 0;
  waitpid(child, &status, 0);
  return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

TEST(EndAllRanks, EndsByTheLibrary) {
  abort_hangs = false;
  EXPECT_EQ(code_of_child(1000), 75);
}

TEST(EndAllRanks, EndsByItselfWhereTheLibraryHangs) {
  abort_hangs = true;
  EXPECT_EQ(code_of_child(0.1), 75);
}

}  // namespace
}  // namespace thresher::engine
