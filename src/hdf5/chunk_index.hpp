#pragma once

#include "hdf5/object.hpp"

#include <cstddef>

namespace thresher::hdf5 {

/// Which chunks of a data set are there. HDF5 finds chunks by an index that has no checksum, and what it does
/// not find reads as missing: a reader who knows what must be there asks here.
class ChunkIndex {
 public:
  /// Throws std::runtime_error for a data set of another layout. `dataset` must outlive this object.
  explicit ChunkIndex(Object const& dataset);
  /// Whether the chunk is there that holds the number at `place`.
  bool holds(Extents const& place) const;
  /// How many chunks the index lists, wherever these are.
  std::size_t size() const;

 private:
  hid_t dataset_;
  Extents chunk_;
};

}  // namespace thresher::hdf5
