#pragma once

#include "hdf5/attribute.hpp"
#include "hdf5/dataset.hpp"
#include "study/result_file.hpp"
#include "study/result_layout.hpp"

#include <functional>
#include <map>
#include <memory>
#include <string>
#include <unordered_map>
#include <utility>
#include <vector>

namespace thresher::study {

/// Writes one result file; its members are what the parts of that need. Artifacts and level searches have
/// files of their own.
class ResultWriter {
 public:
  ResultWriter(std::string const& path, Study const& study, Ledger const& ledger,
               std::vector<Record> const& records,
               std::vector<std::shared_ptr<ResultReader const>> const& sources);
  void write(Provenance const& provenance);

 private:
  bool ran(std::size_t point, std::int64_t trial) const {
    auto const status = ledger_.status(point, trial);
    return status == Status::ok || status == Status::failed || status == Status::not_converged;
  }

  void write_attributes(Provenance const& provenance);
  void write_coordinates();
  void write_states();
  /// Values of a point from the sources, under its own name or that of any point with the same trials; later
  /// sources fill what earlier ones do not have.
  void gather(std::string const& name, std::uint32_t point, std::span<double> row);
  void write_metric(std::size_t m);
  /// Course of a level search: per line the values visited, their means, and the crossing.
  void write_search();
  void write_predictions();
  void write_failures();
  /// A group that opens labelled by itself: it holds the axes' coordinates too.
  hdf5::Object child_group(std::string const& name);

  void attach(hdf5::Object const& dataset, std::size_t dimensions) {
    for (std::size_t d = 0; d < dimensions; ++d)
      hdf5::attach_scale(dataset, scales_[d], static_cast<unsigned>(d));
  }

  template <class T>
  hdf5::Object per_trial(std::string const& name) {
    auto dataset = hdf5::create_dataset<T>(file_, name, layout_.per_trial, layout_.trial_chunk);
    attach(dataset, layout_.per_trial.size());
    return dataset;
  }

  template <class T>
  hdf5::Object per_point(hdf5::Object const& parent, std::string const& name, std::vector<T> const& values,
                         std::string const& meaning) {
    auto dataset = hdf5::write_dataset(parent, name, values, layout_.axes);
    attach(dataset, layout_.axes.size());
    hdf5::set_attribute(dataset, "long_name", meaning);
    return dataset;
  }

  /// Writes a per-trial data set from the fresh records and the sources; returns its summaries per point.
  std::vector<Summary> write_per_trial(std::string const& name, std::string const& meaning,
                                       std::string const& units,
                                       std::function<double(Record const&)> const& of);

  using Load = std::function<Artifact()>;  ///< arrays are held one at a time
  using Found = std::map<std::pair<std::uint32_t, std::int64_t>, Load>;
  void write_artifacts();
  Load find_artifact(std::string const& name, std::uint32_t point, std::int64_t trial);
  void write_small(hdf5::Object const& group, ArtifactDeclaration const& declared,
                   hdf5::Extents const& largest, Found const& found);
  void write_file_names(hdf5::Object const& group, ArtifactDeclaration const& declared, Found const& found);

  Study const& study_;
  Ledger const& ledger_;
  std::vector<std::shared_ptr<ResultReader const>> const& sources_;
  ResultLayout layout_;
  hdf5::Object file_;
  hdf5::Object summary_;
  hdf5::Object last_dataset_;
  std::vector<double> searched_means_;  ///< of a level search: mean of its metric per point
  std::vector<hdf5::Object> scales_;    ///< of the axes, then of the trial
  std::vector<bool> done_;              ///< whether any trial of the point ran
  std::unordered_map<std::uint32_t, std::vector<Record const*>> by_point_;     ///< keyed by representative
  std::unordered_map<std::uint32_t, std::vector<std::uint32_t>> repetitions_;  ///< keyed by representative
};

}  // namespace thresher::study
