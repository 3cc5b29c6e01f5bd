#pragma once

#include "hdf5/object.hpp"

#include <atomic>
#include <cstdint>
#include <mutex>
#include <type_traits>

/// How this floor calls HDF5; not for others.
namespace thresher::hdf5 {

/// Holds the process's lock around calls of HDF5. A thread may hold it several times.
class Lock {
 public:
  Lock();

 private:
  std::lock_guard<std::recursive_mutex> guard_;
};

/// Throws std::runtime_error with HDF5's explanation when `code` is negative.
void check(herr_t code, char const* what);

/// Whether HDF5 may still hold a file that it could not write.
extern std::atomic<bool> a_file_stayed_open;

template <class T>
hid_t native_type() {
  if constexpr (std::is_same_v<T, double>) return H5T_NATIVE_DOUBLE;
  if constexpr (std::is_same_v<T, std::int64_t>) return H5T_NATIVE_INT64;
  if constexpr (std::is_same_v<T, std::int32_t>) return H5T_NATIVE_INT32;
  if constexpr (std::is_same_v<T, std::int8_t>) return H5T_NATIVE_INT8;
  if constexpr (std::is_same_v<T, std::uint8_t>) return H5T_NATIVE_UINT8;
}

/// Whether an integer can be stored in the type that every reader has.
inline bool fits_32_bits(std::int64_t value) {
  return value == static_cast<std::int32_t>(value);
}

/// UTF-8 text of `size` bytes (or H5T_VARIABLE).
Object text_type(std::size_t size);
/// No extents: a scalar.
Object space_of(Extents const& extents);

}  // namespace thresher::hdf5
