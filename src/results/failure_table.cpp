#include "results/failure_table.hpp"

#include "hdf5/attribute.hpp"
#include "hdf5/dataset.hpp"
#include "hdf5/file.hpp"
#include "results/integrity.hpp"
#include "results/result_layout.hpp"

#include <algorithm>
#include <stdexcept>

namespace thresher::results {

namespace {

std::string const& name_of(Axis const& axis, Description const& about) {
  return about.parameters[axis.parameters.front()].name;
}

/// Integers of the table, which are `count`.
std::vector<std::int64_t> column(hdf5::Object const& group, std::string const& name, std::size_t count) {
  auto values = hdf5::read<std::int64_t>(hdf5::open_dataset(group, name));
  if (values.size() != count) throw std::runtime_error("a column of failures has another length");
  return values;
}

}  // namespace

void write_failures(hdf5::Object const& file, Study const& study, std::vector<Failure> failures) {
  if (failures.empty()) return;
  std::ranges::sort(failures, {},
                    [](Failure const& failure) { return std::pair(failure.point, failure.trial); });
  auto const group = hdf5::create_group(file, names::kFailures);
  auto const scale = hdf5::write_counting_scale(group, names::kFailure, failures.size());
  hdf5::set_attribute(scale, "long_name", "row of the table of failures");
  hdf5::Extents const rows{failures.size()};
  auto const label = [&](hdf5::Object const& dataset, std::string const& meaning) {
    hdf5::attach_scale(dataset, scale, 0);
    hdf5::set_attribute(dataset, "long_name", meaning);
  };
  auto const write = [&](std::string const& name, std::string const& meaning, auto const& of) {
    std::vector<std::int64_t> values;
    for (auto const& failure : failures) values.push_back(of(failure));
    auto const dataset = hdf5::write_integers(group, name, values, rows);
    seal(dataset, values);
    label(dataset, meaning);
  };
  auto const& axes = study.grid().axes();
  for (std::size_t a = 0; a < axes.size(); ++a) {
    auto const& name = name_of(axes[a], study.description());
    write(names::index_along(name), "position along " + name, [&](Failure const& failure) {
      return static_cast<std::int64_t>(study.grid().position(failure.point, a));
    });
  }
  write(names::kTrial, "trial that failed; below 0 a prediction",
        [](Failure const& failure) { return failure.trial; });
  std::vector<std::string> reasons;
  std::vector<std::uint8_t> letters;
  for (auto const& failure : failures) {
    reasons.push_back(failure.reason);
    letters.insert(letters.end(), failure.reason.begin(), failure.reason.end());
    letters.push_back(0);
  }
  label(hdf5::write_dataset(group, names::kReason, reasons, rows), "what was said");
  // Strings of variable length lie outside HDF5's checksums, and damaged ones crash it: what a resumed run
  // reads is this copy.
  auto const letter = hdf5::write_counting_scale(group, names::kReasonLetter, letters.size());
  auto const copy = hdf5::write_dataset(group, names::kReasonLetters, letters, {letters.size()});
  seal(copy, letters);
  hdf5::attach_scale(copy, letter, 0);
  hdf5::set_attribute(copy, "long_name", "the reasons once more, each closed by a zero");
}

Reasons read_failures(hdf5::Object const& file, Grid const& grid, Description const& about) {
  Reasons reasons;
  if (!hdf5::exists(file, names::kFailures)) return reasons;
  auto const group = hdf5::open_group(file, names::kFailures);
  auto const count = hdf5::volume(hdf5::extents(hdf5::open_dataset(group, names::kFailure)));
  auto const trials = column(group, names::kTrial, count);
  std::vector<std::size_t> points(count, 0);
  for (std::size_t a = 0; a < grid.axes().size(); ++a) {
    auto const index = column(group, names::index_along(name_of(grid.axes()[a], about)), count);
    for (std::size_t k = 0; k < count; ++k) points[k] += static_cast<std::size_t>(index[k]) * grid.stride(a);
  }
  auto const letters = hdf5::read<std::uint8_t>(hdf5::open_dataset(group, names::kReasonLetters));
  auto next = letters.begin();
  for (std::size_t k = 0; k < count; ++k) {
    auto const end = std::find(next, letters.end(), std::uint8_t{0});
    if (end == letters.end()) throw std::runtime_error("number of the failures");
    reasons[{points[k], trials[k]}] = std::string(next, end);
    next = end + 1;
  }
  return reasons;
}

}  // namespace thresher::results
