#include "engine/launcher.hpp"

#include <fmt/format.h>

#include <cstdlib>

namespace thresher::engine {

namespace {

constexpr char const* kRemedy = "start it with the mpirun of that MPI, or with srun --mpi=pmix";

/// Names of the variables in which a launcher leaves the size of the world and a process's place there. The
/// innermost launcher comes first: mpirun may itself have been started in a step of srun.
struct Variables {
  char const* launcher;
  char const* copies;
  char const* number;
};
constexpr Variables kLaunchers[] = {
    {"mpirun (Open MPI)", "OMPI_COMM_WORLD_SIZE", "OMPI_COMM_WORLD_RANK"},
    {"mpiexec (MPICH's kind)", "PMI_SIZE", "PMI_RANK"},
    {"srun", "SLURM_STEP_NUM_TASKS", "SLURM_PROCID"},
};

}  // namespace

Launch Launch::of(Environment const& environment) {
  auto const number_in = [&](char const* name, int otherwise) {
    char const* const text = environment(name);
    return text == nullptr ? otherwise : std::atoi(text);
  };
  for (auto const& variables : kLaunchers)
    if (int const copies = number_in(variables.copies, 0); copies > 0)
      return {variables.launcher, copies, number_in(variables.number, 0), 0};
  return {"", 1, 0, number_in("SLURM_NTASKS", 0)};
}

std::string Launch::mismatch(int world_size, std::string const& mpi_library) const {
  if (world_size > 1 || copies <= 1) return "";
  return fmt::format("{} started {} copies, and each sees itself alone: this driver is built with {}; {}",
                     launcher, copies, mpi_library.substr(0, mpi_library.find(',')), kRemedy);
}

std::string Launch::doubt(int world_size) const {
  if (world_size > 1 || slurm_tasks <= 1) return "";
  return fmt::format(
      "this Slurm job has {} tasks and one of them works: srun --mpi=pmix or mpirun starts all", slurm_tasks);
}

}  // namespace thresher::engine
