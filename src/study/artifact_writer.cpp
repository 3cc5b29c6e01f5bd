#include "hdf5/attribute.hpp"
#include "hdf5/dataset.hpp"
#include "hdf5/file.hpp"
#include "study/result_writer.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>

namespace thresher::study {

namespace names = result_names;
using hdf5::Extents;
using hdf5::Object;

void ResultWriter::write_artifacts() {
  if (study_.options().artifacts == ArtifactTrials::none && study_.input() == nullptr) return;
  for (auto const& declared : study_.description().artifacts) {
    Found found;
    Extents largest(declared.dimensions.size(), 0);
    bool in_files = false;
    for (std::uint32_t point = 0; point < layout_.points; ++point) {
      if (!done_[point]) continue;
      for (std::int64_t t = 0; t < ledger_.trials(); ++t) {
        if (!ran(point, t) || !study_.wants_artifact(declared.name, t)) continue;
        auto load = find_artifact(declared.name, point, t);
        if (!load) continue;
        auto const artifact = load();
        in_files = in_files || !artifact.file.empty();
        if (artifact.file.empty())
          for (std::size_t d = 0; d < largest.size(); ++d)
            largest[d] = std::max<hsize_t>(largest[d], static_cast<hsize_t>(artifact.extents[d]));
        found[{point, t}] = std::move(load);
      }
    }
    if (found.empty()) continue;
    if (!hdf5::exists(file_, names::kArtifacts)) {
      auto const created = child_group(names::kArtifacts);
      hdf5::hard_link(file_, names::kTrial, created);
    }
    auto const group = hdf5::open_group(file_, names::kArtifacts);
    if (std::find(largest.begin(), largest.end(), 0) == largest.end())
      write_small(group, declared, largest, found);
    if (in_files) write_file_names(group, declared, found);
  }
}

/// Where the array of a trial is: a fresh record, or a source. Empty when there is none.
ResultWriter::Load ResultWriter::find_artifact(std::string const& name, std::uint32_t point,
                                               std::int64_t trial) {
  auto const fresh = by_point_.find(ledger_.survey().representative[point]);
  if (fresh != by_point_.end())
    for (auto const* record : fresh->second)
      if (record->trial == trial)
        for (auto const& artifact : record->artifacts)
          if (artifact.name == name) return [&artifact] { return artifact; };
  for (auto const& source : sources_) {
    auto const place = source->locate(study_.grid(), point);
    if (!place) continue;
    if (source->artifact(name, *place, trial).extents.empty()) continue;
    return [source, name, place, trial] { return source->artifact(name, *place, trial); };
  }
  return {};
}

void ResultWriter::write_small(Object const& group, ArtifactDeclaration const& declared,
                               Extents const& largest, Found const& found) {
  auto extents = layout_.per_trial;
  extents.insert(extents.end(), largest.begin(), largest.end());
  Extents chunk(layout_.per_trial.size(), 1);
  chunk.insert(chunk.end(), largest.begin(), largest.end());
  auto const dataset = hdf5::create_dataset<double>(group, declared.name, extents, chunk);
  hdf5::set_attribute(dataset, "long_name", declared.meaning);
  hdf5::set_attribute(dataset, "artifact_dimensions", fmt::format("{}", fmt::join(declared.dimensions, " ")));
  attach(dataset, layout_.per_trial.size());
  for (std::size_t d = 0; d < largest.size(); ++d) {
    // Arrays may share a dimension of one length; netCDF reads a data set only when all of its dimensions
    // have scales.
    auto name = declared.dimensions[d];
    if (hdf5::exists(group, name) && hdf5::extents(hdf5::open_dataset(group, name)) != Extents{largest[d]})
      name = declared.name + "_" + name;
    if (!hdf5::exists(group, name)) hdf5::write_counting_scale(group, name, largest[d]);
    hdf5::attach_scale(dataset, hdf5::open_dataset(group, name),
                       static_cast<unsigned>(layout_.per_trial.size() + d));
  }
  for (auto const& [where, load] : found) {
    auto const artifact = load();
    if (!artifact.file.empty() || artifact.values.empty()) continue;
    hdf5::Box box;
    for (std::size_t a = 0; a < layout_.axes.size(); ++a)
      box.start.push_back(study_.grid().position(where.first, a));
    box.start.push_back(static_cast<hsize_t>(where.second));
    box.count.assign(box.start.size(), 1);
    for (auto const n : artifact.extents) {
      box.start.push_back(0);
      box.count.push_back(static_cast<hsize_t>(n));
    }
    hdf5::write_box<double>(dataset, box, artifact.values);
  }
}

/// Large arrays lie in files of their own; their names are here (an external link to a missing file would
/// make the whole file unreadable to netCDF).
void ResultWriter::write_file_names(Object const& group, ArtifactDeclaration const& declared,
                                    Found const& found) {
  std::vector<std::string> files(layout_.points * layout_.trials);
  for (auto const& [where, load] : found)
    files[where.first * layout_.trials + static_cast<std::size_t>(where.second)] = load().file;
  auto const dataset = hdf5::write_dataset(group, declared.name + "_file", files, layout_.per_trial);
  hdf5::set_attribute(dataset, "long_name",
                      "file, in the folder <output>.artifacts, of: " + declared.meaning);
  attach(dataset, layout_.per_trial.size());
}

}  // namespace thresher::study
