#include "hdf5/chunk_index.hpp"

#include "hdf5/call.hpp"
#include "hdf5/dataset.hpp"

#include <stdexcept>

namespace thresher::hdf5 {

ChunkIndex::ChunkIndex(Object const& dataset) : dataset_(dataset.get()), chunk_(extents(dataset).size()) {
  Lock const lock;
  Object const properties(H5Dget_create_plist(dataset.get()), "properties");
  if (H5Pget_layout(properties.get()) != H5D_CHUNKED)
    throw std::runtime_error("HDF5: a data set without chunks");
  check(H5Pget_chunk(properties.get(), static_cast<int>(chunk_.size()), chunk_.data()), "chunks");
}

bool ChunkIndex::holds(Extents const& place) const {
  Lock const lock;
  Extents corner;
  for (std::size_t d = 0; d < chunk_.size(); ++d) corner.push_back(place[d] / chunk_[d] * chunk_[d]);
  // HDF5 calls it an error where there is no chunk.
  hsize_t bytes = 0;
  return H5Dget_chunk_storage_size(dataset_, corner.data(), &bytes) >= 0 && bytes > 0;
}

std::size_t ChunkIndex::size() const {
  Lock const lock;
  Object const space(H5Dget_space(dataset_), "space");
  hsize_t number = 0;
  check(H5Dget_num_chunks(dataset_, space.get(), &number), "index of chunks");
  return static_cast<std::size_t>(number);
}

}  // namespace thresher::hdf5
