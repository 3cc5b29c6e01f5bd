#pragma once

#include "mpi/communicator.hpp"
#include "study/team.hpp"

#include <cstddef>
#include <optional>
#include <string>
#include <vector>

namespace thresher::study {

/// Names what a trial's files belong to: the text of its data (or of its point) and its number.
struct TrialPlace {
  std::string text;
  std::int64_t trial = 0;
  /// "<stem>_<hash of the text>_<trial>": the same in every run, whatever the grid.
  std::string file_name(std::string const& stem) const;
};

/// Arrays beyond this many numbers get a file of their own.
inline constexpr std::int64_t kLargestArtifactInFile = 4096;
bool is_large(std::vector<std::int64_t> const& extents);

/// Writes an array that one rank holds into `<output>.artifacts/`; returns the file's name. Throws
/// std::runtime_error.
std::string write_artifact_file(std::string const& output, TrialPlace const& place, Artifact const& artifact);
/// The same for an array whose leading dimension is distributed over `comm`, through parallel HDF5; the file
/// gets its name when it is whole. Collective.
std::string write_artifact_file(std::string const& output, TrialPlace const& place,
                                mpi::Communicator const& comm, std::string const& name,
                                std::vector<std::int64_t> const& extents, mpi::Range rows,
                                std::span<double const> values);

/// State that a long trial leaves in `<output>.state/`, one file per rank.
class KeptState {
 public:
  explicit KeptState(std::string output) : output_(std::move(output)) {}
  /// Collective over `comm`: the old state stays until every rank has written the new one.
  void keep(mpi::Communicator const& comm, TrialPlace const& place, std::span<std::byte const> bytes);
  /// On all ranks or on none. Collective.
  std::optional<std::vector<std::byte>> restore(mpi::Communicator const& comm, TrialPlace const& place);
  /// Removes what this object kept or restored last.
  void forget();

 private:
  std::string path(mpi::Communicator const& comm, TrialPlace const& place) const;
  std::string output_;
  std::string used_;
};

}  // namespace thresher::study
