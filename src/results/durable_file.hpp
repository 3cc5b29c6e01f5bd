#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <stdexcept>
#include <string>

/// Files that survive the end of the process or of the machine, and tell whether they are whole.
namespace thresher::results {

/// "path: why", after a call of the system that has failed.
std::runtime_error file_error(std::string const& path);

/// Owning file descriptor.
class Descriptor {
 public:
  /// Throws file_error.
  Descriptor(std::string const& path, int flags);
  ~Descriptor();
  Descriptor(Descriptor const&) = delete;
  Descriptor& operator=(Descriptor const&) = delete;
  int get() const { return descriptor_; }

 private:
  int descriptor_;
};

/// Content of a file, or nothing when it cannot be opened. Throws std::ios_base::failure for a folder.
std::optional<std::string> read_file(std::string const& path);

/// Where a path that is a symbolic link leads, so that the file there is replaced and not the link (which may
/// lead nowhere yet).
std::string without_links(std::string const& path);

/// An empty file `temporary`, in place of one that may be there, which nobody may read who may not read
/// `access_of` (if there is one). Throws file_error.
void create_replacement(std::string const& temporary, std::string const& access_of);

/// Makes what was written to `temporary` the file `path`: sync, rename, sync of the folder. Mode, access list
/// and (where that is allowed) group are those of `access_of` if there is such a file. Throws file_error, and
/// removes `temporary` then.
void replace_file(std::string const& temporary, std::string const& path, std::string const& access_of);
/// The access stays that of the file that is replaced.
void replace_file(std::string const& temporary, std::string const& path);

/// Whether a file is there that nobody may write, or not this process.
bool is_write_protected(std::string const& path);

/// Cyclic redundancy check (zlib's) of `bytes`.
std::uint32_t crc32(std::span<std::byte const> bytes);

}  // namespace thresher::results
