#include "bytes/reader.hpp"

#include <stdexcept>

namespace thresher::bytes {

std::span<std::byte const> Reader::take(std::uint64_t count, std::size_t size) {
  if (count > bytes_.size() / size) throw std::runtime_error("bytes are fewer than they say");
  auto const taken = bytes_.first(static_cast<std::size_t>(count) * size);
  bytes_ = bytes_.subspan(taken.size());
  return taken;
}

}  // namespace thresher::bytes
