#include "study/input_file.hpp"

#include "hdf5/dataset.hpp"
#include "hdf5/file.hpp"
#include "random/stream.hpp"

#include <fmt/format.h>

#include <cassert>
#include <cmath>
#include <fstream>
#include <sys/stat.h>

namespace thresher::study {

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

std::vector<double> InputFile::read(std::string const& name, mpi::Range rows, mpi::Range columns) const {
  auto const shape = extents(name);
  std::vector<double> values;
  try {
    auto const dataset = hdf5::open_dataset(file_, name);
    hdf5::Box box{{static_cast<hsize_t>(rows.begin)}, {static_cast<hsize_t>(rows.size())}};
    for (std::size_t d = 1; d < shape.size(); ++d) {
      box.start.push_back(0);
      box.count.push_back(static_cast<hsize_t>(shape[d]));
    }
    if (shape.size() == 2) {
      box.start[1] = static_cast<hsize_t>(columns.begin);
      box.count[1] = static_cast<hsize_t>(columns.size());
    }
    assert(static_cast<std::size_t>(rows.size() * columns.size()) == hdf5::volume(box.count));
    values = hdf5::read_box<double>(dataset, box);
  } catch (std::exception const& error) {
    throw UserError(fmt::format("input = {}: /{} cannot be read as numbers ({})", path_, name, error.what()));
  }
  for (std::size_t k = 0; k < values.size(); ++k)
    if (!std::isfinite(values[k]))
      throw UserError(fmt::format(
          "input = {}: /{} holds {} at number {} of its rows {} to {}; allowed are finite numbers", path_,
          name, values[k], k, rows.begin, rows.end));
  return values;
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

}  // namespace thresher::study
