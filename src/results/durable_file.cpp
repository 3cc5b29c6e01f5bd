#include "results/durable_file.hpp"

#include <array>
#include <cerrno>
#include <cstdio>
#include <cstring>
#include <fcntl.h>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <sys/stat.h>
#include <sys/xattr.h>
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

namespace {

constexpr mode_t kPermissions = 07777;
constexpr char const* kAccessList = "system.posix_acl_access";

/// Gives `file` the access rights of `model`, if there is one, and `besides`. What this process may not set
/// is left; then nobody gets more rights than before.
void adopt_access(std::string const& file, std::string const& model, mode_t besides) {
  struct stat from {};
  if (stat(model.c_str(), &from) != 0) return;
  auto mode = (from.st_mode & kPermissions) | besides;
  // Rights of a group are for that group: another one gets what everybody has.
  if (chown(file.c_str(), static_cast<uid_t>(-1), from.st_gid) != 0)
    mode = (mode & ~mode_t{S_IRWXG}) | (mode & ((mode & S_IRWXO) << 3));
  if (chmod(file.c_str(), mode) != 0) return;
  std::array<char, 4096> list{};
  if (auto const size = getxattr(model.c_str(), kAccessList, list.data(), list.size()); size > 0)
    setxattr(file.c_str(), kAccessList, list.data(), static_cast<std::size_t>(size), 0);
}

}  // namespace

void create_replacement(std::string const& temporary, std::string const& access_of) {
  std::remove(temporary.c_str());
  bool const replaces = access(access_of.c_str(), F_OK) == 0;
  int const descriptor =
      open(temporary.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, replaces ? 0600 : 0666);
  if (descriptor < 0) throw file_error(temporary);
  close(descriptor);
  if (replaces) adopt_access(temporary, access_of, S_IRUSR | S_IWUSR);
}

bool is_write_protected(std::string const& path) {
  struct stat status {};
  if (stat(path.c_str(), &status) != 0) return false;
  constexpr mode_t kWritable = S_IWUSR | S_IWGRP | S_IWOTH;
  return (status.st_mode & kWritable) == 0 || access(path.c_str(), W_OK) != 0;
}

void replace_file(std::string const& temporary, std::string const& path) {
  replace_file(temporary, path, path);
}

void replace_file(std::string const& temporary, std::string const& path, std::string const& access_of) try {
  if (fsync(Descriptor(temporary, O_RDONLY).get()) != 0) throw file_error(temporary);
  adopt_access(temporary, access_of, 0);
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
