#include "results/trial_files.hpp"

#include "bytes/reader.hpp"
#include "hdf5/dataset.hpp"
#include "hdf5/file.hpp"
#include "results/durable_file.hpp"

#include <fmt/format.h>

#include <cstdio>
#include <filesystem>
#include <fstream>

namespace thresher::results {

namespace {

constexpr char const* kState = "state";

std::string state_folder(std::string const& output) {
  return output + ".state";
}

std::string folder(std::string const& path) {
  std::filesystem::create_directories(path);
  return path + "/";
}

/// Writes `rows` of an array into a new file, and closes it.
void write_rows(hdf5::Object file, std::string const& name, std::vector<std::int64_t> const& extents,
                mpi::Range rows, std::span<double const> values) {
  hdf5::Box box{hdf5::Extents(extents.size(), 0), {extents.begin(), extents.end()}};
  auto const dataset = hdf5::create_unchunked(file, name, box.count);
  box.start[0] = static_cast<hsize_t>(rows.begin);
  box.count[0] = static_cast<hsize_t>(rows.size());
  if (rows.size() > 0) hdf5::write_box<double>(dataset, box, values);
  hdf5::flush(file);
}

/// The checksum that a file of state begins with; 0 where there is none.
std::uint32_t checksum_of_state(std::string const& path) {
  std::ifstream stream(path, std::ios::binary);
  std::uint32_t sum = 0;
  stream.read(reinterpret_cast<char*>(&sum), sizeof(sum));
  return stream ? sum : 0;
}

/// The state in a file, if it is whole.
std::optional<std::vector<std::byte>> whole_state(std::string const& path) {
  auto const content = read_file(path);
  if (!content || content->size() < sizeof(std::uint32_t)) return std::nullopt;
  auto const bytes = std::as_bytes(std::span(*content));
  auto const state = bytes.subspan(sizeof(std::uint32_t));
  if (bytes::Reader(bytes).get<std::uint32_t>() != crc32(state)) return std::nullopt;
  return std::vector(state.begin(), state.end());
}

}  // namespace

std::string TrialPlace::file_name(std::string const& stem) const {
  auto const key = random::hash_identity(text);
  return fmt::format("{}_{:016x}_{}", stem, key.low ^ key.high, trial);
}

bool is_large(std::vector<std::int64_t> const& extents) {
  std::int64_t numbers = 1;
  for (auto const n : extents) numbers *= n;
  return numbers > kLargestArtifactInFile;
}

std::string TrialFiles::unfinished(std::string const& path) const {
  return fmt::format("{}.team{}.new", path, team_);
}

std::string TrialFiles::write(TrialPlace const& place, Artifact const& artifact) const {
  auto const name = place.file_name(artifact.name) + ".h5";
  auto const path = folder(output_ + ".artifacts") + name;
  write_rows(hdf5::create_file(unfinished(path)), artifact.name, artifact.extents, {0, artifact.extents[0]},
             artifact.values);
  replace_file(unfinished(path), path);
  return name;
}

std::string TrialFiles::write(TrialPlace const& place, std::string const& name,
                              std::vector<std::int64_t> const& extents, mpi::Range rows,
                              std::span<double const> values) const {
  auto const file_name = place.file_name(name) + ".h5";
  auto const path = folder(output_ + ".artifacts") + file_name;
  write_rows(hdf5::create_file(unfinished(path), comm_), name, extents, rows, values);
  mpi::agree(comm_, [&] {
    if (comm_.rank() == 0) replace_file(unfinished(path), path);
  });
  return file_name;
}

std::string TrialFiles::state_path(TrialPlace const& place) const {
  return fmt::format("{}{}_rank{}of{}", folder(state_folder(output_)), place.file_name(kState), comm_.rank(),
                     comm_.size());
}

bool TrialFiles::keep(TrialPlace const& place, std::span<std::byte const> bytes) {
  auto const path = state_path(place);
  auto const sum = crc32(bytes);
  bool const moved = !std::filesystem::exists(path) || checksum_of_state(path) != sum;
  mpi::agree(comm_, [&] {
    std::ofstream stream(unfinished(path), std::ios::binary);
    stream.write(reinterpret_cast<char const*>(&sum), sizeof(sum));
    stream.write(reinterpret_cast<char const*>(bytes.data()), static_cast<std::streamsize>(bytes.size()));
    if (!stream.flush()) throw file_error(path);
    replace_file(unfinished(path), path);
  });
  states_.insert(path);
  return mpi::max(comm_, moved ? 1.0 : 0.0) != 0.0;
}

std::optional<std::vector<std::byte>> TrialFiles::restore(TrialPlace const& place) {
  auto const path = state_path(place);
  auto state = whole_state(path);
  if (state) states_.insert(path);
  return mpi::min(comm_, state ? 1.0 : 0.0) == 0.0 ? std::nullopt : std::move(state);
}

void TrialFiles::forget() {
  for (auto const& path : states_) std::remove(path.c_str());
  states_.clear();
}

void forget_all_states(std::string const& output) {
  std::error_code ignored;  // what cannot be removed is never taken up: its trial is done
  for (auto const& entry : std::filesystem::directory_iterator(state_folder(output), ignored))
    if (entry.path().filename().string().starts_with(kState)) std::filesystem::remove(entry, ignored);
  std::filesystem::remove(state_folder(output), ignored);  // empty, or it stays
}

}  // namespace thresher::results
