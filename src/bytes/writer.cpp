#include "bytes/writer.hpp"

namespace thresher::bytes {

void Writer::append(std::span<std::byte const> bytes) {
  bytes_.insert(bytes_.end(), bytes.begin(), bytes.end());
}

}  // namespace thresher::bytes
