#pragma once

#include "mpi/communicator.hpp"
#include "study/input_file.hpp"
#include "study/result_file.hpp"

#include <string>

namespace thresher::study {

/// Where and how a run takes place.
struct RunEnvironment {
  std::string command_line;
  std::string started;  ///< UTC
  std::string hosts;    ///< distinct names with their counts, on rank 0; as the next two
  std::string processors;
  std::string blas;  ///< empty: the slow reference BLAS, or an unknown one
  std::string petsc_options;
  int ranks = 1;
  /// Collective.
  static RunEnvironment of(mpi::Communicator const& world, std::string command_line);
};

/// Attributes of a result file that say how it came about. `input` and the file that was continued, `before`,
/// may be null.
Provenance provenance(RunEnvironment const& run, InputFile const* input, ResultReader const* before,
                      std::string const& ended);

}  // namespace thresher::study
