#pragma once

#include "hdf5/attribute.hpp"
#include "hdf5/dataset.hpp"
#include "results/level_search.hpp"
#include "results/result_file.hpp"
#include "results/result_layout.hpp"

#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <unordered_map>
#include <utility>
#include <vector>

namespace thresher::results {

/// Writes one result file; its members are what the parts of that need. Artifacts and level searches have
/// files of their own.
class ResultWriter {
 public:
  ResultWriter(std::string const& path, Study const& study, Ledger const& ledger, FreshTrials const& fresh,
               std::vector<std::shared_ptr<ResultReader const>> const& sources);
  void write(Provenance const& provenance);

 private:
  void write_attributes(Provenance const& provenance);
  void write_coordinates();
  void write_statuses();
  /// What else is said of points: sizes of teams, the state of --target_se.
  void write_points();
  void write_metrics();
  /// How many trials of each point ran, failed and did not converge: beside the summaries, which are over
  /// the others.
  void write_trial_counts(hdf5::Object const& summary);
  /// Course of a level search: per line the values visited, their means, and the crossing.
  void write_search();
  /// Whether no trial of the point is missing (an invalid point has none to miss).
  bool is_complete(std::size_t point) const;
  void write_predictions();
  void write_artifacts();

  /// A group that opens labelled by itself: it holds the axes' coordinates too.
  hdf5::Object child_group(std::string const& name);
  void attach_scales(hdf5::Object const& dataset, std::size_t dimensions);
  template <class T>
  hdf5::Object create_per_trial(std::string const& name, std::string const& meaning);
  template <class T>
  hdf5::Object write_per_point(hdf5::Object const& parent, std::string const& name,
                               std::string const& meaning, std::vector<T> const& values);

  struct Summaries {
    std::vector<double> mean, standard_error, median;
    std::vector<std::int64_t> count;
  };
  /// Writes a per-trial data set from the fresh trials and the sources; the summaries are per point.
  std::pair<hdf5::Object, Summaries> write_per_trial(std::string const& name, std::string const& meaning,
                                                     std::string const& units,
                                                     std::function<double(std::size_t fresh)> const& of);
  /// What the sources hold of a box of `count` points; later ones fill what earlier ones do not have.
  std::vector<double> stored(std::string const& name, hdf5::Box const& box, std::uint32_t first,
                             std::size_t count) const;
  /// Number, in a source, of a point or of any point with the same trials.
  std::optional<std::size_t> place_in(ResultReader const& source, std::uint32_t point) const;
  /// Fresh trials of a point: pairs of its representative and of their places.
  std::span<std::pair<std::uint32_t, std::size_t> const> fresh_of(std::uint32_t point) const;

  /// Point and trial.
  using Places = std::vector<std::pair<std::uint32_t, std::int64_t>>;
  std::optional<Artifact> find_artifact(std::string const& name, std::uint32_t point,
                                        std::int64_t trial) const;
  void write_arrays(hdf5::Object const& group, ArtifactDeclaration const& declared,
                    hdf5::Extents const& largest, Places const& places);
  void write_file_names(hdf5::Object const& group, ArtifactDeclaration const& declared,
                        std::vector<std::string> const& files);

  Study const& study_;
  Ledger const& ledger_;
  std::vector<std::shared_ptr<ResultReader const>> const& sources_;
  ResultLayout layout_;
  hdf5::Object file_;
  std::vector<hdf5::Object> scales_;  ///< of the axes, then of the trial
  std::optional<LevelSearch> search_;
  std::vector<double> searched_means_;  ///< of a level search: mean of its metric per point
  bool sources_match_;                  ///< every source has this layout: boxes are read as they lie
  std::vector<char> done_;              ///< whether any trial of the point ran
  FreshTrials const& fresh_;
  std::vector<std::pair<std::uint32_t, std::size_t>> fresh_places_;  ///< by representative, then by arrival
  std::unordered_map<std::uint32_t, std::vector<std::uint32_t>> repetitions_;  ///< keyed by representative
};

}  // namespace thresher::results
