#include "hdf5/file.hpp"
#include "results/integrity.hpp"
#include "results/result_writer.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace thresher::results {

using hdf5::Extents;
using hdf5::Object;

void ResultWriter::write_artifacts() {
  auto const& always = ledger_.survey().deterministic;
  if (study_.options().artifacts == ArtifactTrials::none && std::ranges::find(always, true) == always.end())
    return;
  Object group;
  for (auto const& declared : study_.description().artifacts) {
    if (!study_.wants_artifact(declared.name)) continue;
    // Arrays are held one at a time: here for their extents, then to be written.
    Places arrays;
    Extents largest(declared.dimensions.size(), 0);
    std::vector<std::string> files(layout_.points * layout_.trials);
    bool in_files = false;
    for (std::uint32_t point = 0; point < layout_.points; ++point) {
      if (!done_[point]) continue;
      for (std::int64_t t = 0; t < ledger_.trials(); ++t) {
        if (!has_run(ledger_.status(point, t)) || !(always[point] || study_.wants_artifacts_of(t))) continue;
        auto const artifact = find_artifact(declared.name, point, t);
        if (!artifact) continue;
        if (!artifact->file.empty()) {
          files[point * layout_.trials + static_cast<std::size_t>(t)] = artifact->file;
          in_files = true;
          continue;
        }
        arrays.emplace_back(point, t);
        for (std::size_t d = 0; d < largest.size(); ++d)
          largest[d] = std::max(largest[d], static_cast<hsize_t>(artifact->extents[d]));
      }
    }
    if (arrays.empty() && !in_files) continue;
    if (!group) {
      group = child_group(names::kArtifacts);
      hdf5::hard_link(file_, names::kTrial, group);
    }
    if (std::ranges::find(largest, 0) == largest.end()) write_arrays(group, declared, largest, arrays);
    if (in_files) write_file_names(group, declared, files);
  }
}

std::optional<Artifact> ResultWriter::find_artifact(std::string const& name, std::uint32_t point,
                                                    std::int64_t trial) const {
  for (auto const& [key, k] : fresh_of(point))
    if (fresh_.trial(k) == trial)
      for (auto const& artifact : fresh_.artifacts(k))
        if (artifact.name == name) return artifact;
  for (auto const& source : sources_)
    if (auto const place = place_in(*source, point))
      if (auto artifact = source->artifact(name, *place, trial)) return artifact;
  return std::nullopt;
}

void ResultWriter::write_arrays(Object const& group, ArtifactDeclaration const& declared,
                                Extents const& largest, Places const& places) {
  auto const outer = layout_.per_trial.size();
  auto extents = layout_.per_trial;
  extents.insert(extents.end(), largest.begin(), largest.end());
  Extents chunk(outer, 1);
  chunk.insert(chunk.end(), largest.begin(), largest.end());
  auto const dataset = hdf5::create_dataset<double>(group, declared.name, extents, chunk);
  hdf5::set_attribute(dataset, "long_name", declared.meaning);
  hdf5::set_attribute(dataset, "artifact_dimensions", fmt::format("{}", fmt::join(declared.dimensions, " ")));
  attach_scales(dataset, outer);
  for (std::size_t d = 0; d < largest.size(); ++d) {
    // Arrays may share a dimension of one length; netCDF reads a data set only when all of its dimensions
    // have scales.
    auto name = declared.dimensions[d];
    if (hdf5::exists(group, name) && hdf5::extents(hdf5::open_dataset(group, name)) != Extents{largest[d]})
      name = names::own_dimension(declared.name, name);
    if (!hdf5::exists(group, name)) hdf5::write_counting_scale(group, name, largest[d]);
    hdf5::attach_scale(dataset, hdf5::open_dataset(group, name), static_cast<unsigned>(outer + d));
  }
  PartsSeal seal;
  for (auto const& [point, trial] : places) {
    auto const artifact = find_artifact(declared.name, point, trial).value();
    auto box = box_of(study_.grid(), point, trial, 1);
    box.start.resize(extents.size(), 0);
    box.count.insert(box.count.end(), artifact.extents.begin(), artifact.extents.end());
    if (artifact.values.empty()) continue;
    hdf5::write_box<double>(dataset, box, artifact.values);
    // As it lies in the file, with what surrounds it.
    box.count = chunk;
    auto const whole = artifact.values.size() == hdf5::volume(chunk) ? artifact.values
                                                                     : hdf5::read_box<double>(dataset, box);
    add_array(seal, static_cast<std::int64_t>(point * layout_.trials) + trial, whole);
  }
  seal.set(dataset);
}

/// Large arrays lie in files of their own; their names are here (an external link to a missing file would
/// make the whole file unreadable to netCDF).
void ResultWriter::write_file_names(Object const& group, ArtifactDeclaration const& declared,
                                    std::vector<std::string> const& files) {
  auto const dataset =
      hdf5::write_dataset(group, declared.name + names::kFileEnding, files, layout_.per_trial);
  hdf5::set_attribute(dataset, "long_name",
                      "file, in the folder <output>.artifacts, of: " + declared.meaning);
  attach_scales(dataset, layout_.per_trial.size());
}

}  // namespace thresher::results
