#include "hdf5/attribute.hpp"
#include "hdf5/dataset.hpp"
#include "hdf5/file.hpp"
#include "study/result_file.hpp"
#include "study/result_layout.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <filesystem>
#include <map>

namespace thresher::study {

namespace names = result_names;

namespace {
/// All numbers of a data set, which are `count`.
template <class T>
std::vector<T> read_all(hdf5::Object const& dataset, std::size_t count) {
  auto values = hdf5::read<T>(dataset);
  if (values.size() != count) throw std::runtime_error("a data set has another size than the grid");
  return values;
}
}  // namespace

bool result_file_exists(std::string const& path) {
  std::error_code reason;
  auto const state = std::filesystem::status(path, reason);
  if (std::filesystem::is_regular_file(state)) return true;
  if (state.type() == std::filesystem::file_type::none)
    throw UserError(fmt::format("output = {}: {}", path, reason.message()));
  if (std::filesystem::exists(state))
    throw UserError(fmt::format("output = {}: is no file; allowed is the name of a file", path));
  return false;
}

ResultReader::ResultReader(std::string const& path, Description const& description)
    : path_(path),
      grid_(
          description.parameters,
          [&] {
            try {
              file_ = hdf5::open_file(path);
            } catch (std::exception const& error) {
              throw UserError(fmt::format("output = {}: is no readable HDF5 file, or a damaged one ({})",
                                          path, error.what()));
            }
            try {
              auto const experiment = hdf5::text_attribute(file_, "experiment");
              if (experiment != description.name)
                throw UserError(fmt::format("output = {}: belongs to experiment {}, not {}", path, experiment,
                                            description.name));
              auto const format = hdf5::integer_attribute(file_, "thresher_format");
              if (format > names::kFormat)
                throw UserError(fmt::format("output = {}: has format {}; this version reads up to {}", path,
                                            format, names::kFormat));
              auto const version = hdf5::integer_attribute(file_, "data_version");
              if (version != description.data_version)
                throw UserError(fmt::format(
                    "output = {}: has data_version {}, this driver makes {}: its trials are other data", path,
                    version, description.data_version));
              Request request;
              request.inputs = read_toml(hdf5::text_attribute(file_, "toml"), path, description);
              inputs_ = request.inputs;
              if (auto const petsc = request.inputs.find("petsc_options"); petsc != request.inputs.end()) {
                request.petsc_options = split_names(petsc->second.text, ' ');
                request.inputs.erase(petsc);
              }
              configuration_ = configure(request, description);
            } catch (UserError const& error) {
              std::string const text = error.what();
              throw UserError(text.starts_with("output = ") ? text
                                                            : fmt::format("output = {}: {}", path, text));
            } catch (std::exception const& error) {
              throw UserError(
                  fmt::format("output = {}: is no result file, or a damaged one ({})", path, error.what()));
            }
            return configuration_.values;
          }(),
          configuration_.zips) {
  try {
    trials_ = static_cast<std::int64_t>(hdf5::extents(hdf5::open_dataset(file_, names::kTrial)).at(0));
  } catch (std::exception const& error) {
    throw UserError(fmt::format("output = {}: is no result file, or a damaged one ({})", path, error.what()));
  }
}

std::string ResultReader::attribute(std::string const& name) const try {
  return hdf5::has_attribute(file_, name) ? hdf5::text_attribute(file_, name) : "";
} catch (std::exception const& error) {
  throw UserError(fmt::format("output = {}: is damaged ({})", path_, error.what()));
}

hdf5::Object const& ResultReader::dataset(std::string const& name) const {
  if (name != open_name_) {
    open_ = hdf5::exists(file_, name) ? hdf5::open_dataset(file_, name) : hdf5::Object();
    open_name_ = name;
  }
  return open_;
}

std::optional<std::size_t> ResultReader::locate(Grid const& grid, std::size_t point) const {
  return grid_.find(grid.point(point));
}

hdf5::Box ResultReader::row_box(std::size_t point, std::int64_t first, std::int64_t count) const {
  hdf5::Box box;
  for (std::size_t a = 0; a < grid_.axes().size(); ++a) box.start.push_back(grid_.position(point, a));
  box.count.assign(box.start.size(), 1);
  box.start.push_back(static_cast<hsize_t>(first));
  box.count.push_back(static_cast<hsize_t>(count));
  return box;
}

std::vector<Status> ResultReader::states(std::size_t point) const {
  if (trials_ == 0) return {};
  std::vector<Status> states;
  for (auto const state : hdf5::read_box<std::int8_t>(dataset(names::kStatus), row_box(point, 0, trials_)))
    states.push_back(static_cast<Status>(state));
  return states;
}

std::vector<double> ResultReader::row(std::string const& name, std::size_t point) const {
  auto const& from = dataset(name);
  if (!from || trials_ == 0) return std::vector<double>(static_cast<std::size_t>(trials_), std::nan(""));
  return hdf5::read_box<double>(from, row_box(point, 0, trials_));
}

std::vector<double> ResultReader::box(std::string const& name, hdf5::Box const& box) const {
  auto const& from = dataset(name);
  if (from) return hdf5::read_box<double>(from, box);
  std::size_t volume = 1;
  for (auto const n : box.count) volume *= n;
  return std::vector<double>(volume, std::nan(""));
}

bool ResultReader::same_layout(Study const& study) const {
  if (trials_ != study.trials() || grid_.size() != study.grid().size()) return false;
  auto const& ours = grid_.axes();
  auto const& theirs = study.grid().axes();
  if (ours.size() != theirs.size()) return false;
  for (std::size_t a = 0; a < ours.size(); ++a)
    if (ours[a].parameters != theirs[a].parameters || ours[a].rows != theirs[a].rows) return false;
  return true;
}

Artifact ResultReader::artifact(std::string const& name, std::size_t point, std::int64_t trial) const {
  if (trial >= trials_) return {};
  auto box = row_box(point, trial, 1);
  Artifact artifact{name, {}, {}, {}};
  auto const base = std::string(names::kArtifacts) + "/" + name;
  if (!hdf5::exists(file_, names::kArtifacts)) return {};
  if (auto const& files = dataset(base + "_file")) {
    artifact.file = hdf5::read_strings(files, box).front();
    artifact.extents = {0};
    if (!artifact.file.empty()) return artifact;
    artifact.extents.clear();
  }
  auto const& from = dataset(base);
  if (!from) return {};
  auto const all = hdf5::extents(from);
  for (std::size_t d = box.start.size(); d < all.size(); ++d) {
    box.count.push_back(all[d]);
    artifact.extents.push_back(static_cast<std::int64_t>(all[d]));
  }
  box.start.resize(all.size(), 0);
  artifact.values = hdf5::read_box<double>(from, box);
  bool const empty =
      std::all_of(artifact.values.begin(), artifact.values.end(), [](double v) { return std::isnan(v); });
  return empty ? Artifact{} : artifact;
}

std::vector<std::int32_t> ResultReader::team_sizes(Grid const& grid) const try {
  auto const stored = read_all<std::int32_t>(hdf5::open_dataset(file_, names::kTeamSize), grid_.size());
  for (auto const size : stored)
    if (size < 1) throw std::runtime_error("size of a team");
  std::vector<std::int32_t> sizes(grid.size(), 0);
  for (std::size_t point = 0; point < grid_.size(); ++point)
    if (auto const place = grid.find(grid_.point(point))) sizes[*place] = stored[point];
  return sizes;
} catch (std::exception const& error) {
  throw UserError(fmt::format("output = {}: is damaged ({})", path_, error.what()));
}

void ResultReader::enter_into(Ledger& ledger, Study const& study) const try {
  auto const& about = study.description();
  std::map<std::pair<std::size_t, std::int64_t>, std::string> reasons;
  {
    auto const group = hdf5::open_group(file_, names::kFailures);
    auto const trials = hdf5::read<std::int64_t>(hdf5::open_dataset(group, names::kTrial));
    std::vector<std::size_t> points(trials.size(), 0);
    for (std::size_t a = 0; a < grid_.axes().size(); ++a) {
      auto const index = read_all<std::int64_t>(
          hdf5::open_dataset(group, about.parameters[grid_.axes()[a].parameters.front()].name + "_index"),
          trials.size());
      for (std::size_t k = 0; k < points.size(); ++k)
        points[k] += static_cast<std::size_t>(index[k]) * grid_.stride(a);
    }
    auto const letters = hdf5::read<std::int8_t>(hdf5::open_dataset(group, names::kReasonLetters));
    auto next = letters.begin();
    for (std::size_t k = 0; k < trials.size(); ++k) {
      auto const end = std::find(next, letters.end(), std::int8_t{0});
      if (end == letters.end()) throw std::runtime_error("number of the failures");
      reasons[{points[k], trials[k]}] = std::string(next, end);
      next = end + 1;
    }
  }
  auto const nan = std::nan("");
  for (std::size_t point = 0; point < grid_.size(); ++point) {
    auto const place = study.grid().find(grid_.point(point));
    if (!place || !ledger.survey().valid[*place]) continue;
    std::vector<double> target;
    if (study.target_error()) target = row(about.metrics[study.target_error()->metric].name, point);
    auto const states = this->states(point);
    for (std::int64_t t = 0; t < trials_; ++t) {
      auto const state = states[static_cast<std::size_t>(t)];
      if (state != Status::ok && state != Status::failed && state != Status::not_converged) continue;
      if (ledger.status(*place, t) != Status::not_run)
        continue;  // entered already, through another point with its key
      Record record{.point = static_cast<std::uint32_t>(*place),
                    .trial = t,
                    .status = state,
                    .seconds = 0,
                    .values = {},
                    .reason = {},
                    .artifacts = {}};
      if (study.target_error()) {
        record.values.assign(about.metrics.size(), nan);
        record.values[study.target_error()->metric] = target[static_cast<std::size_t>(t)];
      }
      if (state == Status::failed) record.reason = reasons[{point, t}];
      ledger.enter(record);
    }
  }
  for (std::size_t theory = 0; theory < about.theories.size(); ++theory) {
    auto const states = read_all<std::int8_t>(
        hdf5::open_dataset(file_, std::string(names::kEngine) + "/" + about.theories[theory].name),
        grid_.size());
    std::vector<std::vector<double>> columns;
    for (auto const& prediction : about.predictions)
      if (prediction.theory == theory)
        columns.push_back(read_all<double>(
            hdf5::open_dataset(file_, std::string(names::kTheory) + "/" + prediction.name), grid_.size()));
    for (std::size_t point = 0; point < grid_.size(); ++point) {
      auto const state = static_cast<Status>(states[point]);
      auto const place = study.grid().find(grid_.point(point));
      if (!place || (state != Status::ok && state != Status::failed)) continue;
      if (ledger.status(*place, trial_of_theory(theory)) != Status::not_run) continue;
      Record record{.point = static_cast<std::uint32_t>(*place),
                    .trial = trial_of_theory(theory),
                    .status = state,
                    .seconds = 0,
                    .values = {},
                    .reason = {},
                    .artifacts = {}};
      for (auto const& column : columns) record.values.push_back(column[point]);
      if (state == Status::failed) record.reason = reasons[{point, record.trial}];
      ledger.enter(record);
    }
  }
} catch (UserError const&) {
  throw;
} catch (std::exception const& error) {
  throw UserError(fmt::format("output = {}: is damaged ({})", path_, error.what()));
}

}  // namespace thresher::study
