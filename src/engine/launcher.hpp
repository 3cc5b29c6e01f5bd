#pragma once

#include <functional>
#include <string>

namespace thresher::engine {

/// Value of a variable of the environment, or null; std::getenv.
using Environment = std::function<char const*(char const*)>;

/// What a launcher said to this process about its companions, before MPI was initialised (which may add to
/// the environment).
struct Launch {
  std::string launcher;  ///< empty: none was seen
  int copies = 1;        ///< of the driver that it started
  int number = 0;        ///< of this one
  int slurm_tasks = 0;   ///< of a Slurm job in which no launcher was seen; 0 = no such job

  static Launch of(Environment const& environment);

  /// Why `world_size` ranks cannot be what was wanted: the launcher belongs to another MPI, and every copy
  /// sees itself alone. Empty where nothing is wrong.
  std::string mismatch(int world_size, std::string const& mpi_library) const;
  /// A doubt that is no certainty, for a warning; or empty.
  std::string doubt(int world_size) const;
};

}  // namespace thresher::engine
