#pragma once

#include "mpi/communicator.hpp"
#include "study/team.hpp"

#include <cstddef>
#include <optional>
#include <set>
#include <span>
#include <string>
#include <vector>

namespace thresher::results {

using namespace study;

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

/// What the trials of a team leave on disk beside the result file: large arrays in `<output>.artifacts/`, the
/// state of long trials in `<output>.state/`. Files get their names when they are whole. Errors are
/// std::runtime_error.
class TrialFiles {
 public:
  /// `team` numbers the teams of a run: the points of a trial may be shared out, and two teams then write
  /// what their stages have in common at the same time. `comm` is the team's and must outlive this object.
  TrialFiles(std::string output, int team, mpi::Communicator const& comm)
      : output_(std::move(output)), team_(team), comm_(comm) {}

  /// Writes an array that this rank holds; returns the file's name.
  std::string write(TrialPlace const& place, Artifact const& artifact) const;
  /// The same for an array whose leading dimension is distributed over the team, through parallel HDF5.
  /// Collective.
  std::string write(TrialPlace const& place, std::string const& name,
                    std::vector<std::int64_t> const& extents, mpi::Range rows,
                    std::span<double const> values) const;

  /// Leaves this rank's state: the old one stays until every rank has written the new one. Returns whether it
  /// differs from the old one on any rank. Collective.
  bool keep(TrialPlace const& place, std::span<std::byte const> bytes);
  /// The state that was left, on all ranks or on none. Collective.
  std::optional<std::vector<std::byte>> restore(TrialPlace const& place);
  /// Removes every state that was kept or restored since the last call.
  void forget();

 private:
  std::string unfinished(std::string const& path) const;
  std::string state_path(TrialPlace const& place) const;

  std::string output_;
  int team_;
  mpi::Communicator const& comm_;
  std::set<std::string> states_;
};

/// Removes the states that trials of an earlier or interrupted run of `output` have left: for the end of a
/// run after which nothing is to be continued.
void forget_all_states(std::string const& output);

}  // namespace thresher::results
