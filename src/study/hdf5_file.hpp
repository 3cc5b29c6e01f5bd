#pragma once

#include <hdf5.h>

#include <cstdint>
#include <mutex>
#include <span>
#include <string>
#include <utility>
#include <vector>

namespace thresher::study::hdf5 {

/// One lock around every HDF5 call of this process: the library takes one thread at a time, rank 0 has
/// several.
std::recursive_mutex& mutex();
using Lock = std::lock_guard<std::recursive_mutex>;

/// Owning identifier of any HDF5 object. Throws std::runtime_error with HDF5's own explanation when `id` is
/// negative.
class Object {
 public:
  Object() = default;
  Object(hid_t id, char const* what);
  ~Object();
  Object(Object&& other) noexcept : id_(std::exchange(other.id_, H5I_INVALID_HID)) {}
  Object& operator=(Object&& other) noexcept {
    std::swap(id_, other.id_);
    return *this;
  }
  Object(Object const&) = delete;
  Object& operator=(Object const&) = delete;
  hid_t get() const { return id_; }
  explicit operator bool() const { return id_ >= 0; }

 private:
  hid_t id_ = H5I_INVALID_HID;
};

/// Throws std::runtime_error with HDF5's explanation when `code` is negative.
void check(herr_t code, char const* what);

using Extents = std::vector<hsize_t>;

/// A new file in the format of HDF5 1.8, without HDF5's own file locks. Throws when it cannot be made.
Object create_file(std::string const& path);
Object open_file(std::string const& path);
/// For MPI-parallel access over `comm`. Collective.
Object create_file_parallel(std::string const& path, MPI_Comm comm);
Object create_group(Object const& parent, std::string const& name);

/// A data set of doubles (fill NaN), 64-bit, 32-bit or 8-bit integers (fill 0). With `chunk` it carries
/// checksums and takes no space where nothing was written; without, it is small and lies in the object
/// header, which has a checksum of its own. No extents: a scalar.
template <class T>
Object create_dataset(Object const& parent, std::string const& name, Extents const& extents,
                      Extents const& chunk = {});
/// Variable-length UTF-8 strings, written at once (netCDF reads fixed-length ones wrongly). No extents: a
/// scalar.
Object write_strings(Object const& parent, std::string const& name, std::vector<std::string> const& values,
                     Extents const& extents);

template <class T>
void write(Object const& dataset, std::span<T const> values);
template <class T>
void write_box(Object const& dataset, Extents const& start, Extents const& count, std::span<T const> values);
template <class T>
std::vector<T> read(Object const& dataset);
template <class T>
std::vector<T> read_box(Object const& dataset, Extents const& start, Extents const& count);
std::vector<std::string> read_strings(Object const& dataset);
std::vector<std::string> read_strings(Object const& dataset, Extents const& start, Extents const& count);

/// Whether every file that was written could be closed. When a disk was full, HDF5 keeps parts of the file
/// and crashes at the end of the process: then leave by std::_Exit, without MPI_Finalize.
bool ends_cleanly();

/// Hands everything written to the operating system. Closing does so too, but cannot tell that it failed.
void flush(Object const& file);

bool exists(Object const& parent, std::string const& name);
Object open_dataset(Object const& parent, std::string const& name);
Extents extents(Object const& dataset);

/// Text attributes have a fixed length, so that their checksum covers them.
void set_attribute(Object const& object, std::string const& name, std::string const& value);
void set_attribute(Object const& object, std::string const& name, std::vector<double> const& values);
void set_attribute(Object const& object, std::string const& name, std::vector<std::int8_t> const& values);
void set_attribute(Object const& object, std::string const& name, std::int64_t value);
std::string text_attribute(Object const& object, std::string const& name);
std::int64_t integer_attribute(Object const& object, std::string const& name);

/// Makes `dataset` a dimension scale, attaches scales to dimensions, links a scale into another group.
void make_scale(Object const& dataset, std::string const& name);
void attach_scale(Object const& dataset, Object const& scale, unsigned dimension);
void hard_link(Object const& from, std::string const& name, Object const& to);

}  // namespace thresher::study::hdf5
