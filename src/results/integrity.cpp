#include "results/integrity.hpp"

#include "hdf5/attribute.hpp"
#include "hdf5/chunk_index.hpp"
#include "hdf5/dataset.hpp"
#include "hdf5/file.hpp"
#include "results/durable_file.hpp"
#include "results/result_layout.hpp"

#include <algorithm>
#include <array>
#include <span>
#include <stdexcept>

namespace thresher::results {

using hdf5::Object;

namespace {

constexpr char const* kToml = "toml";
constexpr char const* kTomlChecksum = "toml_checksum";
constexpr char const* kChecksum = "checksum";

/// As integers are stored: with the bits of one of 32 bits.
template <class Range>
std::int64_t checksum(Range const& values) {
  return static_cast<std::int32_t>(crc32(std::as_bytes(std::span(values))));
}

void require(bool holds, std::string const& what) {
  if (!holds) throw std::runtime_error(what);
}

template <class V>
void require_values(Object const& dataset, std::string const& name, std::vector<Value> const& expected) {
  using Stored = std::conditional_t<std::is_same_v<V, bool>, std::int8_t, V>;
  auto const stored = hdf5::read<Stored>(dataset);
  require(std::ranges::equal(stored, expected,
                             [](Stored found, Value const& value) {
                               return found == static_cast<Stored>(std::get<V>(value));
                             }),
          name + " differs from the study's text");
}

constexpr std::array kCountingScales{names::kTrial, names::kFailure, names::kReasonLetter,
                                     names::kSearchStep};

/// A data set of numbers that lies whole in the file.
void verify_whole(Object const& parent, std::string const& name) {
  auto const dataset = hdf5::open_dataset(parent, name);
  if (!hdf5::is_number(dataset)) return;
  auto const values = hdf5::read<double>(dataset);
  if (hdf5::has_attribute(dataset, kChecksum)) {
    require(hdf5::integer_attribute(dataset, kChecksum) == checksum(values), "checksum of " + name);
    return;
  }
  require(std::ranges::find(kCountingScales, name) != kCountingScales.end(), name + " has no checksum");
  for (std::size_t k = 0; k < values.size(); ++k)
    require(values[k] == static_cast<double>(k), "scale " + name);
}

}  // namespace

void write_study_text(Object const& file, std::string const& toml) {
  hdf5::set_attribute(file, kToml, toml);
  hdf5::set_attribute(file, kTomlChecksum, checksum(toml));
}

std::string read_study_text(Object const& file) {
  auto toml = hdf5::text_attribute(file, kToml);
  require(hdf5::integer_attribute(file, kTomlChecksum) == checksum(toml), "checksum of the study's text");
  return toml;
}

void seal(Object const& dataset, std::span<double const> values) {
  hdf5::set_attribute(dataset, kChecksum, checksum(values));
}

void verify_parameters(Object const& file, Description const& about, Grid const& grid) {
  auto const verify = [&](std::size_t parameter, std::vector<Value> const& values) {
    auto const& name = about.parameters[parameter].name;
    if (!hdf5::exists(file, name)) return;  // the experiment has it since
    auto const dataset = hdf5::open_dataset(file, name);
    if (std::holds_alternative<bool>(values.front())) require_values<bool>(dataset, name, values);
    if (std::holds_alternative<std::int64_t>(values.front()))
      require_values<std::int64_t>(dataset, name, values);
    if (std::holds_alternative<double>(values.front())) require_values<double>(dataset, name, values);
  };
  for (std::size_t k = 0; k < about.parameters.size(); ++k)
    if (!grid.axis_of(k)) verify(k, {grid.base()[k]});
  for (auto const& axis : grid.axes())
    for (std::size_t j = 0; j < axis.parameters.size(); ++j) {
      std::vector<Value> values;
      for (auto const& row : axis.rows) values.push_back(row[j]);
      verify(axis.parameters[j], values);
    }
}

void verify_whole_arrays(Object const& file, Description const& about) {
  for (auto const* name : {names::kTrial, names::kTeamSize, names::kTargetState})
    if (hdf5::exists(file, name)) verify_whole(file, name);
  for (auto const* name :
       {names::kSummary, names::kTheory, names::kTheoryStatus, names::kSearch, names::kFailures}) {
    if (!hdf5::exists(file, name)) continue;
    auto const group = hdf5::open_group(file, name);
    for (auto const& member : hdf5::members(group))
      if (!find_named(about.parameters, member)) verify_whole(group, member);
  }
}

void PartsSeal::add_bytes(std::span<std::byte const> bytes) {
  sums_.push_back(crc32(bytes));
}

void PartsSeal::set(Object const& dataset) const {
  hdf5::set_attribute(dataset, kChecksum, checksum(sums_));
}

bool PartsSeal::matches(Object const& dataset) const {
  return hdf5::integer_attribute(dataset, kChecksum) == checksum(sums_);
}

void add_array(PartsSeal& seal, std::int64_t place, std::span<double const> numbers) {
  seal.add(std::span<std::int64_t const>(&place, 1));
  seal.add(numbers);
}

TrialsVerifier::TrialsVerifier(Object const& file, Grid const& grid, std::int64_t trials)
    : file_(file),
      grid_(grid),
      layout_(grid, trials),
      ran_(hdf5::read<std::int64_t>(
          hdf5::open_dataset(hdf5::open_group(file, names::kSummary), names::kTrialsRan))) {
  require(ran_.size() == grid.size(), "the summary has another size than the grid");
  if (!hdf5::exists(file, names::kArtifacts)) return;
  auto const group = hdf5::open_group(file, names::kArtifacts);
  auto const outer = layout_.per_trial.size();
  for (auto const& name : hdf5::members(group)) {
    auto dataset = hdf5::open_dataset(group, name);
    auto const extents = hdf5::extents(dataset);
    if (hdf5::is_number(dataset) && extents.size() > outer)
      artifacts_.push_back(
          {.name = name,
           .dataset = std::move(dataset),
           .extents = {extents.begin() + static_cast<std::ptrdiff_t>(outer), extents.end()}});
  }
}

void TrialsVerifier::visit(std::size_t point, std::vector<Status> const& states) {
  require(std::ranges::count_if(states, has_run) == ran_[point], "number of trials that ran");
  for (auto& artifact : artifacts_)
    for (std::size_t t = 0; t < states.size(); ++t) {
      auto box = box_of(grid_, point, static_cast<std::int64_t>(t), 1);
      box.start.resize(box.start.size() + artifact.extents.size(), 0);
      if (!has_run(states[t]) || !artifact.index.holds(box.start)) continue;
      box.count.insert(box.count.end(), artifact.extents.begin(), artifact.extents.end());
      auto const numbers = hdf5::read_box<double>(artifact.dataset, box);
      add_array(artifact.seal, static_cast<std::int64_t>(point * states.size() + t), numbers);
      ++artifact.found;
    }
}

void TrialsVerifier::verify_states() const {
  auto const dataset = hdf5::open_dataset(file_, names::kStatus);
  PartsSeal seal;
  layout_.for_each_box([&](hdf5::Box const& box, std::uint32_t, std::size_t) {
    auto const states = hdf5::read_box<std::int8_t>(dataset, box);
    if (std::ranges::any_of(states, [](auto state) { return state != 0; })) seal.add(std::span(states));
  });
  require(seal.matches(dataset), "checksum of the states");
}

void TrialsVerifier::verify_array(std::string const& name) const {
  auto const dataset = hdf5::open_object(file_, name);
  if (!hdf5::is_number(dataset) || hdf5::extents(dataset) != layout_.per_trial) return;
  PartsSeal seal;
  layout_.for_each_box([&](hdf5::Box const& box, std::uint32_t first, std::size_t count) {
    auto const ran = std::span(ran_).subspan(first, count);
    if (std::ranges::all_of(ran, [](auto number) { return number == 0; })) return;
    auto const numbers = hdf5::read_box<double>(dataset, box);
    seal.add(std::span(numbers));
  });
  require(seal.matches(dataset), "checksum of " + name);
}

void TrialsVerifier::conclude() const {
  for (auto const& artifact : artifacts_)
    require(artifact.found == artifact.index.size() && artifact.seal.matches(artifact.dataset),
            "checksum of " + artifact.name);
  verify_states();
  for (auto const& name : hdf5::members(file_))
    if (name != names::kStatus && name != names::kTrial) verify_array(name);
}

}  // namespace thresher::results
