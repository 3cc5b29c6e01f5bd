#include "engine/launcher.hpp"

#include <gtest/gtest.h>

#include <map>
#include <string>

namespace thresher::engine {
namespace {

using Variables = std::map<std::string, std::string>;

Launch launch(Variables const& variables) {
  return Launch::of([&](char const* name) {
    auto const at = variables.find(name);
    return at == variables.end() ? nullptr : at->second.c_str();
  });
}

constexpr char const* kLibrary = "Open MPI v4.1.4, package: Debian";

TEST(LauncherTest, CopiesThatSeeThemselvesAloneAreAMismatch) {
  for (Variables const& variables :
       {Variables{{"PMI_SIZE", "3"}, {"PMI_RANK", "1"}},
        Variables{{"SLURM_STEP_NUM_TASKS", "3"}, {"SLURM_PROCID", "1"}},
        Variables{{"OMPI_COMM_WORLD_SIZE", "3"}, {"OMPI_COMM_WORLD_RANK", "1"}}}) {
    auto const found = launch(variables);
    EXPECT_EQ(found.number, 1);
    EXPECT_NE(found.mismatch(1, kLibrary).find("3 copies"), std::string::npos);
    EXPECT_NE(found.mismatch(1, kLibrary).find("Open MPI v4.1.4;"), std::string::npos);
    EXPECT_EQ(found.mismatch(3, kLibrary), "");
    EXPECT_EQ(found.doubt(1), "");
  }
}

TEST(LauncherTest, TheInnermostLauncherCounts) {
  // mpirun -n 1 in a step of four tasks.
  auto const found =
      launch({{"OMPI_COMM_WORLD_SIZE", "1"}, {"SLURM_STEP_NUM_TASKS", "4"}, {"SLURM_NTASKS", "4"}});
  EXPECT_EQ(found.mismatch(1, kLibrary), "");
  EXPECT_EQ(found.doubt(1), "");
}

TEST(LauncherTest, AJobOfSeveralTasksWithoutALauncherIsADoubt) {
  auto const found = launch({{"SLURM_NTASKS", "4"}});
  EXPECT_EQ(found.mismatch(1, kLibrary), "");
  EXPECT_NE(found.doubt(1).find("4 tasks"), std::string::npos);
  EXPECT_EQ(launch({{"SLURM_NTASKS", "1"}}).doubt(1), "");
  EXPECT_EQ(launch({}).doubt(1), "");
}

}  // namespace
}  // namespace thresher::engine
