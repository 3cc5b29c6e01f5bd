#include "study/bytes.hpp"

#include <stdexcept>

namespace thresher::study {

void ByteWriter::append(std::span<std::byte const> bytes) {
  bytes_.insert(bytes_.end(), bytes.begin(), bytes.end());
}

std::span<std::byte const> ByteReader::take(std::size_t count) {
  if (count > bytes_.size()) throw std::runtime_error("a message is shorter than it says");
  auto const taken = bytes_.first(count);
  bytes_ = bytes_.subspan(count);
  return taken;
}

}  // namespace thresher::study
