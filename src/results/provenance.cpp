#include "results/provenance.hpp"

#include "hdf5/file.hpp"
#include "mpi/communicator.hpp"
#include "study/version.hpp"

#include <fmt/format.h>
#include <petscversion.h>
#include <slepcversion.h>

namespace thresher::results {

Provenance provenance(RunEnvironment const& run, InputFile const* input, ResultReader const* before,
                      std::string const& ended) {
  Provenance result;
  auto const add = [&](char const* name, std::string const& value) {
    result.attributes.emplace_back(name, value);
  };
  add("command_line", run.command_line);
  add("version", kVersion);
  add("git_commit", kGitCommit);
  add("mpi_version", mpi::library_version());
  add("petsc_version",
      fmt::format("{}.{}.{}", PETSC_VERSION_MAJOR, PETSC_VERSION_MINOR, PETSC_VERSION_SUBMINOR));
  add("slepc_version",
      fmt::format("{}.{}.{}", SLEPC_VERSION_MAJOR, SLEPC_VERSION_MINOR, SLEPC_VERSION_SUBMINOR));
  add("hdf5_version", hdf5::version());
  add("blas", run.blas.empty() ? "unknown (the reference BLAS is slow)" : run.blas);
  add("petsc_options", run.petsc_options);
  add("processors", run.processors);
  add("hosts", run.hosts);
  add("ranks", std::to_string(run.ranks));
  if (input != nullptr) add("input_identity", input->identity());
  auto const runs = before != nullptr ? before->attribute("runs") : "";
  add("runs", runs + fmt::format("{} to {} on {} ranks of {}\n", run.started, ended, run.ranks, run.hosts));
  return result;
}

}  // namespace thresher::results
