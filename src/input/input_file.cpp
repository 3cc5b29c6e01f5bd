#include "input/input_file.hpp"

#include "hdf5/attribute.hpp"
#include "hdf5/dataset.hpp"
#include "hdf5/file.hpp"
#include "random/stream.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cassert>
#include <cmath>
#include <fstream>
#include <sys/stat.h>

namespace thresher::input {

InputFile::InputFile(std::string path) : path_(std::move(path)) {
  try {
    file_ = hdf5::open_file(path_);
  } catch (std::exception const& error) {
    throw UserError(fmt::format("input = {}: cannot be read as HDF5 ({})", path_, error.what()));
  }
}

bool InputFile::has(std::string const& name) const {
  return hdf5::exists(file_, name);
}

std::vector<std::int64_t> InputFile::extents(std::string const& name) const {
  if (!hdf5::exists(file_, name))
    throw UserError(fmt::format("input = {}: has no data set /{}", path_, name));
  try {
    auto const extents = hdf5::extents(hdf5::open_dataset(file_, name));
    return {extents.begin(), extents.end()};
  } catch (std::exception const& error) {
    throw UserError(fmt::format("input = {}: /{} is no data set ({})", path_, name, error.what()));
  }
}

std::vector<double> InputFile::read_with_missing(std::string const& name, mpi::Range rows,
                                                 mpi::Range columns) const {
  auto const shape = extents(name);
  std::vector<double> values;
  try {
    auto const dataset = hdf5::open_dataset(file_, name);
    hdf5::Box box{hdf5::Extents(shape.size(), 0), {shape.begin(), shape.end()}};
    if (!shape.empty()) {
      box.start[0] = static_cast<hsize_t>(rows.begin);
      box.count[0] = static_cast<hsize_t>(rows.size());
    }
    if (shape.size() == 2) {
      box.start[1] = static_cast<hsize_t>(columns.begin);
      box.count[1] = static_cast<hsize_t>(columns.size());
    }
    assert(static_cast<std::size_t>(rows.size() * columns.size()) == hdf5::volume(box.count));
    values = shape.empty() ? hdf5::read<double>(dataset) : hdf5::read_box<double>(dataset, box);
  } catch (std::exception const& error) {
    throw UserError(fmt::format("input = {}: /{} cannot be read as numbers ({})", path_, name, error.what()));
  }
  refuse_entries(values, name, rows, "numbers, or NaN where one is missing",
                 [](double value) { return std::isinf(value); });
  return values;
}

std::vector<double> InputFile::read(std::string const& name, mpi::Range rows, mpi::Range columns) const {
  auto values = read_with_missing(name, rows, columns);
  refuse_entries(values, name, rows, "finite numbers", [](double value) { return std::isnan(value); });
  return values;
}

void InputFile::refuse_entries(std::span<double const> values, std::string const& name, mpi::Range rows,
                               char const* allowed, bool (*refused)(double)) const {
  auto const at = std::ranges::find_if(values, refused);
  if (at != values.end())
    throw UserError(fmt::format("input = {}: /{} holds {} at number {} of its rows {} to {}; allowed are {}",
                                path_, name, *at, at - values.begin(), rows.begin, rows.end, allowed));
}

template <class Read>
auto InputFile::attribute(std::string const& object, std::string const& name, Read const& read) const
    -> std::optional<decltype(read(hdf5::Object(), name))> {
  if (object != "/" && !hdf5::exists(file_, object)) return std::nullopt;
  try {
    auto const opened = hdf5::open_object(file_, object);
    if (!hdf5::has_attribute(opened, name)) return std::nullopt;
    return read(opened, name);
  } catch (std::exception const& error) {
    throw UserError(fmt::format("input = {}: attribute {} of {}: {}", path_, name, object, error.what()));
  }
}

std::optional<std::vector<double>> InputFile::numbers(std::string const& object,
                                                      std::string const& name) const {
  return attribute(object, name, hdf5::numbers_attribute);
}

std::optional<std::string> InputFile::text(std::string const& object, std::string const& name) const {
  return attribute(object, name, hdf5::text_attribute);
}

std::vector<std::string> InputFile::members(std::string const& group) const {
  if (!hdf5::exists(file_, group)) return {};
  try {
    return hdf5::members(hdf5::open_group(file_, group));
  } catch (std::exception const& error) {
    throw UserError(fmt::format("input = {}: /{} is no group ({})", path_, group, error.what()));
  }
}

std::string InputFile::identity() const {
  struct stat state {};
  stat(path_.c_str(), &state);
  std::ifstream file(path_, std::ios::binary);
  std::string header(65536, '\0');
  file.read(header.data(), static_cast<std::streamsize>(header.size()));
  header.resize(static_cast<std::size_t>(file.gcount()));
  auto const key = random::hash_identity(header);
  return fmt::format("{} bytes, modified {}, header {:016x}{:016x}", state.st_size, state.st_mtim.tv_sec,
                     key.high, key.low);
}

std::vector<std::byte> examine_input(Experiment const& experiment, Configuration const& configuration) {
  auto const& path = configuration.options.input;
  if (!experiment.reads_input())
    throw UserError(
        fmt::format("input = {}: {} reads no data of the user", path, experiment.description().name));
  return experiment.examine(InputFile(path), configuration.values);
}

}  // namespace thresher::input
