#include "results/durable_file.hpp"

#include <cerrno>
#include <cstdio>
#include <cstring>
#include <fcntl.h>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <unistd.h>
#include <zlib.h>

namespace thresher::results {

std::runtime_error file_error(std::string const& path) {
  return std::runtime_error(path + ": " + std::strerror(errno));
}

Descriptor::Descriptor(std::string const& path, int flags)
    : descriptor_(open(path.c_str(), flags | O_CLOEXEC, 0644)) {
  if (descriptor_ < 0) throw file_error(path);
}

Descriptor::~Descriptor() {
  close(descriptor_);
}

std::optional<std::string> read_file(std::string const& path) {
  std::ifstream file(path, std::ios::binary);
  if (!file) return std::nullopt;
  return std::string{std::istreambuf_iterator<char>(file), {}};
}

std::string without_links(std::string const& path) {
  constexpr int kMostLinks = 40;  // as Linux follows: they may lead in a circle
  std::filesystem::path followed = path;
  std::error_code reason;
  for (int k = 0; k < kMostLinks && std::filesystem::is_symlink(followed, reason); ++k)
    followed = followed.parent_path() / std::filesystem::read_symlink(followed, reason);
  return followed.string();
}

void replace_file(std::string const& temporary, std::string const& path) try {
  if (fsync(Descriptor(temporary, O_RDONLY).get()) != 0) throw file_error(temporary);
  if (std::rename(temporary.c_str(), path.c_str()) != 0) throw file_error(path);
  auto const folder = std::filesystem::path(path).parent_path();
  // Some file systems do not sync folders; the data themselves are.
  fsync(Descriptor(folder.empty() ? "." : folder.string(), O_RDONLY | O_DIRECTORY).get());
} catch (...) {
  std::remove(temporary.c_str());
  throw;
}

std::uint32_t crc32(std::span<std::byte const> bytes) {
  return static_cast<std::uint32_t>(::crc32_z(0, reinterpret_cast<Bytef const*>(bytes.data()), bytes.size()));
}

}  // namespace thresher::results
