#include "hdf5/attribute.hpp"
#include "hdf5/dataset.hpp"
#include "hdf5/file.hpp"
#include "parameters/name_lists.hpp"
#include "results/durable_file.hpp"
#include "results/failure_table.hpp"
#include "results/integrity.hpp"
#include "results/result_file.hpp"
#include "results/result_layout.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <filesystem>

namespace thresher::results {

namespace {

constexpr char const* kNoHdf5 = "is no readable HDF5 file, or a damaged one";
constexpr char const* kNoResult = "is no result file, or a damaged one";
constexpr char const* kDamaged = "is damaged";

/// What `read` gives. What it throws is told as an error of the file `path`: `complaint` and the reason,
/// unless it speaks to the user already.
template <class Read>
auto reading(std::string const& path, char const* complaint, Read const& read) try {
  return read();
} catch (UserError const& error) {
  throw UserError(fmt::format("output = {}: {}", path, error.what()));
} catch (std::exception const& error) {
  throw UserError(fmt::format("output = {}: {} ({})", path, complaint, error.what()));
}

/// Inputs of the study that made `file`.
Inputs inputs_of(hdf5::Object const& file, std::string const& path, Description const& description) {
  auto const experiment = hdf5::text_attribute(file, "experiment");
  if (experiment != description.name)
    throw UserError(fmt::format("belongs to experiment {}, not {}", experiment, description.name));
  auto const format = hdf5::integer_attribute(file, "thresher_format");
  if (format != names::kFormat)
    throw UserError(fmt::format(
        "has format {}, this version continues format {}: allowed are the version that made it ({}), or a "
        "new study; tools/thresher reads both",
        format, names::kFormat, hdf5::text_attribute(file, "version")));
  auto const version = hdf5::integer_attribute(file, "data_version");
  if (version != description.data_version)
    throw UserError(fmt::format("has data_version {}, this driver makes {}: its trials are other data",
                                version, description.data_version));
  return read_toml(read_study_text(file), path, description);
}

/// All numbers of a data set, which are `count`.
template <class T>
std::vector<T> read_all(hdf5::Object const& parent, std::string const& name, std::size_t count) {
  auto values = hdf5::read<T>(hdf5::open_dataset(parent, name));
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

void require_writable(std::string const& output) {
  if (is_write_protected(output))
    throw UserError(
        fmt::format("output = {}: is write-protected; allowed is a file that may be written", output));
}

ResultReader::ResultReader(std::string const& path, Description const& description)
    : path_(path),
      file_(reading(path, kNoHdf5, [&] { return hdf5::open_file(path); })),
      inputs_(reading(path, kNoResult, [&] { return inputs_of(file_, path, description); })),
      configuration_(reading(path, kNoResult, [&] { return configure({inputs_}, description); })),
      grid_(configuration_.grid(description)),
      trials_(reading(path, kNoResult, [&] {
        if (!hdf5::exists(file_, names::kTrial)) return std::int64_t{0};
        return static_cast<std::int64_t>(hdf5::extents(hdf5::open_dataset(file_, names::kTrial)).at(0));
      })) {}

std::string ResultReader::attribute(std::string const& name) const {
  return reading(path_, kDamaged,
                 [&] { return hdf5::has_attribute(file_, name) ? hdf5::text_attribute(file_, name) : ""; });
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

std::vector<Status> ResultReader::states(std::size_t point) const {
  if (trials_ == 0) return {};
  std::vector<Status> states;
  for (auto const state :
       hdf5::read_box<std::int8_t>(dataset(names::kStatus), box_of(grid_, point, 0, trials_)))
    states.push_back(static_cast<Status>(state));
  return states;
}

std::vector<double> ResultReader::row(std::string const& name, std::size_t point) const {
  return trials_ == 0 ? std::vector<double>() : box(name, box_of(grid_, point, 0, trials_));
}

std::vector<double> ResultReader::box(std::string const& name, hdf5::Box const& box) const {
  auto const& from = dataset(name);
  if (from) return hdf5::read_box<double>(from, box);
  return std::vector<double>(hdf5::volume(box.count), std::nan(""));
}

bool ResultReader::same_layout(Study const& study) const {
  return trials_ == study.trials() &&
         std::ranges::equal(grid_.axes(), study.grid().axes(), [](Axis const& ours, Axis const& theirs) {
           return ours.parameters == theirs.parameters && ours.rows == theirs.rows;
         });
}

std::optional<Artifact> ResultReader::artifact(std::string const& name, std::size_t point,
                                               std::int64_t trial) const {
  if (trial >= trials_ || !hdf5::exists(file_, names::kArtifacts)) return std::nullopt;
  auto box = box_of(grid_, point, trial, 1);
  auto const path = fmt::format("{}/{}", names::kArtifacts, name);
  if (auto const& files = dataset(path + "_file"))
    if (auto file = hdf5::read_strings(files, box).front(); !file.empty())
      return Artifact{name, {}, {}, std::move(file)};
  auto const& arrays = dataset(path);
  if (!arrays) return std::nullopt;
  auto const extents = hdf5::extents(arrays);
  Artifact artifact{
      name, {extents.begin() + static_cast<std::ptrdiff_t>(box.start.size()), extents.end()}, {}};
  box.count.insert(box.count.end(), artifact.extents.begin(), artifact.extents.end());
  box.start.resize(extents.size(), 0);
  artifact.values = hdf5::read_box<double>(arrays, box);
  if (std::ranges::all_of(artifact.values, [](double v) { return std::isnan(v); })) return std::nullopt;
  return artifact;
}

std::vector<std::int32_t> ResultReader::team_sizes(Grid const& grid) const {
  return reading(path_, kDamaged, [&] {
    auto const stored = read_all<std::int32_t>(file_, names::kTeamSize, grid_.size());
    if (std::ranges::any_of(stored, [](auto size) { return size < 1; }))
      throw std::runtime_error("size of a team");
    std::vector<std::int32_t> sizes(grid.size(), 0);
    for (std::size_t point = 0; point < grid_.size(); ++point)
      if (auto const place = grid.find(grid_.point(point))) sizes[*place] = stored[point];
    return sizes;
  });
}

void ResultReader::enter_into(Ledger& ledger, Study const& study) const {
  reading(path_, kDamaged, [&] {
    verify_parameters(file_, study.description(), grid_);
    verify_whole_arrays(file_, study.description());
    auto reasons = read_failures(file_, grid_, study.description());
    enter_trials(ledger, study, reasons);
    enter_predictions(ledger, study, reasons);
  });
}

void ResultReader::enter_trials(Ledger& ledger, Study const& study, Reasons& reasons) const {
  auto const& metrics = study.description().metrics;
  auto const& target = study.target_error();
  if (trials_ == 0) return;
  TrialsVerifier verifier(file_, grid_, trials_);
  for (std::size_t point = 0; point < grid_.size(); ++point) {
    auto const states = this->states(point);
    verifier.visit(point, states);
    auto const place = study.grid().find(grid_.point(point));
    if (!place || !ledger.survey().valid[*place]) continue;
    auto const decisive = target ? row(metrics[target->metric].name, point) : std::vector<double>();
    for (std::int64_t t = 0; t < trials_; ++t) {
      auto const state = states[static_cast<std::size_t>(t)];
      // It may have been entered through another point with its key.
      if (!has_run(state) || ledger.status(*place, t) != Status::not_run) continue;
      Record record{.point = static_cast<std::uint32_t>(*place), .trial = t, .status = state};
      if (target) {
        record.values.assign(metrics.size(), std::nan(""));
        record.values[target->metric] = decisive[static_cast<std::size_t>(t)];
      }
      if (state == Status::failed) record.reason = reasons[{point, t}];
      ledger.enter(record);
    }
  }
  verifier.conclude();
}

void ResultReader::enter_predictions(Ledger& ledger, Study const& study, Reasons& reasons) const {
  auto const& about = study.description();
  auto const theories = hdf5::open_group(file_, names::kTheoryStatus);
  auto const predictions = hdf5::open_group(file_, names::kTheory);
  for (std::size_t theory = 0; theory < about.theories.size(); ++theory) {
    auto const states = read_all<std::int8_t>(theories, about.theories[theory].name, grid_.size());
    std::vector<std::vector<double>> columns;
    for (auto const& prediction : about.predictions)
      if (prediction.theory == theory)
        columns.push_back(hdf5::exists(predictions, prediction.name)
                              ? read_all<double>(predictions, prediction.name, grid_.size())
                              : std::vector<double>(grid_.size(), kUndefined));
    for (std::size_t point = 0; point < grid_.size(); ++point) {
      auto const state = static_cast<Status>(states[point]);
      if (state != Status::ok && state != Status::failed) continue;
      auto const place = study.grid().find(grid_.point(point));
      if (!place) continue;
      if (ledger.status(*place, trial_of_theory(theory)) != Status::not_run) continue;
      Record record{
          .point = static_cast<std::uint32_t>(*place), .trial = trial_of_theory(theory), .status = state};
      for (auto const& column : columns) record.values.push_back(column[point]);
      if (state == Status::failed) record.reason = reasons[{point, record.trial}];
      ledger.enter(record);
    }
  }
}

}  // namespace thresher::results
