#include "bytes/writer.hpp"

#include <algorithm>

namespace thresher::bytes {

void Writer::append(std::span<std::byte const> bytes) {
  constexpr std::size_t kFirstRoom = 512;  // most messages never grow beyond it
  if (bytes_.capacity() == 0) bytes_.reserve(std::max(kFirstRoom, bytes.size()));
  bytes_.insert(bytes_.end(), bytes.begin(), bytes.end());
}

}  // namespace thresher::bytes
