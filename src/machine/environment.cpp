#include "machine/environment.hpp"

#include <fmt/chrono.h>
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cstdlib>
#include <cstring>
#include <ctime>
#include <dlfcn.h>
#include <fstream>
#include <limits>
#include <map>
#include <unistd.h>
#include <vector>

namespace thresher::machine {

namespace {

/// Kernels that BLAS uses ("OpenBLAS SkylakeX"), or empty when the slow reference BLAS (or an unknown one)
/// answers.
std::string blas_kernels() {
  using CoreName = char const* (*)();
  if (auto const core = reinterpret_cast<CoreName>(dlsym(RTLD_DEFAULT, "openblas_get_corename"));
      core != nullptr)
    return std::string("OpenBLAS ") + core();
  if (dlsym(RTLD_DEFAULT, "mkl_get_version") != nullptr) return "MKL";
  if (dlsym(RTLD_DEFAULT, "bli_info_get_version_str") != nullptr) return "BLIS";
  return "";
}

std::string processor_name() {
  std::ifstream file("/proc/cpuinfo");
  for (std::string line; std::getline(file, line);)
    if (line.starts_with("model name")) return line.substr(line.find(':') + 2);
  return "unknown processor";
}

/// "a x 3, b x 1": the distinct texts over all ranks with their counts, on rank 0. Collective.
std::string tally(mpi::Communicator const& comm, std::string const& text) {
  constexpr int kLength = 128;
  std::array<char, kLength> mine{};
  std::strncpy(mine.data(), text.c_str(), kLength - 1);
  std::vector<char> all(comm.rank() == 0 ? static_cast<std::size_t>(comm.size()) * kLength : 0);
  mpi::check(MPI_Gather(mine.data(), kLength, MPI_CHAR, all.data(), kLength, MPI_CHAR, 0, comm.get()),
             "MPI_Gather");
  std::map<std::string, int> counts;
  for (std::size_t at = 0; at < all.size(); at += kLength) ++counts[all.data() + at];
  std::string joined;
  for (auto const& [name, count] : counts)
    joined +=
        fmt::format("{}{}{}", joined.empty() ? "" : ", ", name, count > 1 ? fmt::format(" x {}", count) : "");
  return joined;
}

constexpr double kUnlimited = std::numeric_limits<double>::infinity();

double number_in(std::string const& path) {
  std::ifstream file(path);
  double value = 0;
  return file >> value ? value : kUnlimited;
}

double machine_bytes() {
  std::ifstream file("/proc/meminfo");
  std::string name;
  double kilobytes = 0;
  while (file >> name >> kilobytes) {
    if (name == "MemAvailable:") return kilobytes * 1024;
    file.ignore(std::numeric_limits<std::streamsize>::max(), '\n');
  }
  return kUnlimited;
}

/// A positive number in the environment, else `otherwise`.
double slurm_number(char const* variable, double otherwise) {
  char const* text = std::getenv(variable);
  double const value = text == nullptr ? 0 : std::atof(text);
  return value > 0 ? value : otherwise;
}

}  // namespace

std::string host_name() {
  std::array<char, 256> name{};
  gethostname(name.data(), name.size() - 1);
  return name.data();
}

std::string utc_now() {
  return fmt::format("{:%Y-%m-%dT%H:%M:%SZ}", fmt::gmtime(std::time(nullptr)));
}

RunEnvironment RunEnvironment::of(mpi::Communicator const& world, std::string command_line) {
  return {.command_line = std::move(command_line),
          .started = utc_now(),
          .hosts = tally(world, host_name()),
          .processors = tally(world, processor_name()),
          .blas = tally(world, blas_kernels()),
          .petsc_options = {},
          .ranks = world.size()};
}

double available_bytes_per_rank(mpi::Communicator const& comm) {
  MPI_Comm node = MPI_COMM_NULL;
  mpi::check(MPI_Comm_split_type(comm.get(), MPI_COMM_TYPE_SHARED, comm.rank(), MPI_INFO_NULL, &node),
             "MPI_Comm_split_type");
  int ranks_on_node = 1;
  MPI_Comm_size(node, &ranks_on_node);
  MPI_Comm_free(&node);
  double const per_node = std::min({machine_bytes(), number_in("/sys/fs/cgroup/memory.max"),
                                    number_in("/sys/fs/cgroup/memory/memory.limit_in_bytes"),
                                    slurm_number("SLURM_MEM_PER_NODE", kUnlimited) * 1048576});
  // A rank has the memory of all its CPUs.
  double const of_cpus =
      slurm_number("SLURM_MEM_PER_CPU", kUnlimited) * 1048576 * slurm_number("SLURM_CPUS_PER_TASK", 1);
  double const here = std::min(per_node / ranks_on_node, of_cpus);
  // A tenth is left to MPI, the libraries and the system.
  return 0.9 * mpi::min(comm, here);
}

}  // namespace thresher::machine
