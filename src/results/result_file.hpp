#pragma once

#include "results/failure_table.hpp"
#include "results/fresh_trials.hpp"

#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace thresher::results {

using namespace study;

/// Where and when a run took place; attributes that do not count when files are compared.
struct Provenance {
  std::vector<std::pair<std::string, std::string>> attributes;
};

/// Whether there is a file at `path`. Throws UserError when there is something else, such as a folder or a
/// device, or when that cannot be told.
bool result_file_exists(std::string const& path);
/// Throws UserError where a file is there that may not be replaced.
void require_writable(std::string const& output);

/// A result file on disk, read to continue, extend or merge it.
class ResultReader {
 public:
  /// Opens and checks `path`. Throws UserError (one line) when it is no whole result file of this experiment
  /// and data version, or of another format.
  ResultReader(std::string const& path, Description const& description);

  std::string const& path() const { return path_; }
  /// The study's inputs, as stored.
  Inputs const& inputs() const { return inputs_; }
  Configuration const& configuration() const { return configuration_; }
  Grid const& grid() const { return grid_; }
  std::int64_t trials() const { return trials_; }
  std::string attribute(std::string const& name) const;

  /// Enters everything but metrics into `ledger` (whose grid may be larger). Reads and so verifies every
  /// number. Throws UserError when the file is damaged.
  void enter_into(Ledger& ledger, Study const& study) const;
  std::vector<std::int32_t> team_sizes(Grid const& grid) const;

  /// Number, in this file, of point `point` of `grid`.
  std::optional<std::size_t> locate(Grid const& grid, std::size_t point) const;
  /// States of the trials of a point.
  std::vector<Status> states(std::size_t point) const;
  /// Values of a per-trial data set at one point (NaN if the file does not have it).
  std::vector<double> row(std::string const& name, std::size_t point) const;
  /// The same for a box of points; only for a file with the same grid and number of trials.
  std::vector<double> box(std::string const& name, hdf5::Box const& box) const;
  bool same_layout(Study const& study) const;
  /// Artifact of a trial: its array, or the file where it lies.
  std::optional<Artifact> artifact(std::string const& name, std::size_t point, std::int64_t trial) const;

 private:
  std::string path_;
  hdf5::Object file_;
  Inputs inputs_;
  Configuration configuration_;
  Grid grid_;
  std::int64_t trials_;
  mutable std::string open_name_;
  mutable hdf5::Object open_;
  /// The data set of this name, or none; the last one asked for stays open.
  hdf5::Object const& dataset(std::string const& name) const;
  void enter_trials(Ledger& ledger, Study const& study, Reasons& reasons) const;
  void enter_predictions(Ledger& ledger, Study const& study, Reasons& reasons) const;
};

/// Writes the result file of `study` to `path` (whole, synced): states and predictions from `ledger`, metrics
/// from `fresh` and, where that has none, from `sources`. Throws std::runtime_error, and
/// leaves no part of the file then.
void write_result_file(std::string const& path, Study const& study, Ledger const& ledger,
                       FreshTrials const& fresh,
                       std::vector<std::shared_ptr<ResultReader const>> const& sources,
                       Provenance const& provenance);

}  // namespace thresher::results
