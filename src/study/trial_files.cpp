#include "study/trial_files.hpp"

#include "hdf5/dataset.hpp"
#include "hdf5/file.hpp"
#include "study/bytes.hpp"
#include "study/durable_file.hpp"

#include <fmt/format.h>

#include <cstdio>
#include <filesystem>
#include <fstream>

namespace thresher::study {

namespace {

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

/// The state in a file, if it is whole.
std::optional<std::vector<std::byte>> whole_state(std::string const& path) {
  auto const content = read_file(path);
  if (!content || content->size() < sizeof(std::uint32_t)) return std::nullopt;
  auto const bytes = std::as_bytes(std::span(*content));
  auto const state = bytes.subspan(sizeof(std::uint32_t));
  if (ByteReader(bytes).get<std::uint32_t>() != crc32(state)) return std::nullopt;
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

std::string write_artifact_file(std::string const& output, TrialPlace const& place,
                                Artifact const& artifact) {
  auto const name = place.file_name(artifact.name) + ".h5";
  auto const path = folder(output + ".artifacts") + name;
  write_rows(hdf5::create_file(path + ".new"), artifact.name, artifact.extents, {0, artifact.extents[0]},
             artifact.values);
  replace_file(path + ".new", path);
  return name;
}

std::string write_artifact_file(std::string const& output, TrialPlace const& place,
                                mpi::Communicator const& comm, std::string const& name,
                                std::vector<std::int64_t> const& extents, mpi::Range rows,
                                std::span<double const> values) {
  auto const file_name = place.file_name(name) + ".h5";
  auto const path = folder(output + ".artifacts") + file_name;
  write_rows(hdf5::create_file(path + ".new", comm), name, extents, rows, values);
  mpi::agree(comm, [&] {
    if (comm.rank() == 0) replace_file(path + ".new", path);
  });
  return file_name;
}

std::string KeptState::path(mpi::Communicator const& comm, TrialPlace const& place) const {
  return fmt::format("{}{}_rank{}of{}", folder(output_ + ".state"), place.file_name("state"), comm.rank(),
                     comm.size());
}

void KeptState::keep(mpi::Communicator const& comm, TrialPlace const& place,
                     std::span<std::byte const> bytes) {
  auto const file = path(comm, place);
  mpi::agree(comm, [&] {
    std::ofstream stream(file + ".new", std::ios::binary);
    auto const sum = crc32(bytes);
    stream.write(reinterpret_cast<char const*>(&sum), sizeof(sum));
    stream.write(reinterpret_cast<char const*>(bytes.data()), static_cast<std::streamsize>(bytes.size()));
    if (!stream.flush()) throw file_error(file);
    replace_file(file + ".new", file);
  });
  used_ = file;
}

std::optional<std::vector<std::byte>> KeptState::restore(mpi::Communicator const& comm,
                                                         TrialPlace const& place) {
  auto const file = path(comm, place);
  auto state = whole_state(file);
  if (state) used_ = file;
  return mpi::min(comm, state ? 1.0 : 0.0) == 0.0 ? std::nullopt : std::move(state);
}

void KeptState::forget() {
  if (used_.empty()) return;
  std::remove(used_.c_str());
  used_.clear();
}

}  // namespace thresher::study
