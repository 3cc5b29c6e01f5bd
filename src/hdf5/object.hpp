#pragma once

#include <hdf5.h>

#include <utility>
#include <vector>

/// Owning handles over HDF5. The library takes one thread at a time and rank 0 has several: every function
/// here takes one lock of the process. All throw std::runtime_error with HDF5's own explanation.
namespace thresher::hdf5 {

/// Owning identifier of any HDF5 object.
class Object {
 public:
  Object() = default;
  /// Throws when `id` is negative.
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

using Extents = std::vector<hsize_t>;

/// Part of a data set.
struct Box {
  Extents start;
  Extents count;
};

}  // namespace thresher::hdf5
