#include "random/philox.hpp"
#include "random/scalar_lanes.hpp"
#include "random/stream.hpp"

#include <cstddef>
#include <cstdint>
#include <numeric>
#include <stdexcept>
#include <utility>
#include <vector>

namespace thresher::random {

std::uint64_t Sequence::bits() {
  if (words_left_ == 0) {
    WordPair const words = word_pair({key_, prefix_}, block_++);
    words_[0] = words.second;
    words_[1] = words.first;
    words_left_ = 2;
  }
  return words_[--words_left_];
}

double Sequence::uniform() {
  return UniformDraw::value<ScalarLanes>(bits());
}

double Sequence::exponential() {
  return ExponentialDraw::value<ScalarLanes>(bits());
}

double Sequence::normal() {
  if (normals_left_ == 1) {
    normals_left_ = 0;
    return normal_;
  }
  std::uint64_t const radius = bits();
  std::uint64_t const angle = bits();
  auto const values = NormalDraw::pair<ScalarLanes>(radius, angle);
  normal_ = values.second;
  normals_left_ = 1;
  return values.first;
}

// Lemire 2019: the upper half of bits * count is uniform once the few lower halves that occur once too often
// are rejected.
std::uint64_t Sequence::below(std::uint64_t count) {
  if (count == 0) throw std::invalid_argument("below: count must be at least 1");
  using Product = unsigned __int128;
  Product product = Product{bits()} * count;
  if (static_cast<std::uint64_t>(product) < count) {
    std::uint64_t const surplus = -count % count;
    while (static_cast<std::uint64_t>(product) < surplus) product = Product{bits()} * count;
  }
  return static_cast<std::uint64_t>(product >> 64);
}

std::vector<std::int64_t> Sequence::permutation(std::int64_t count) {
  if (count < 0) throw std::invalid_argument("permutation: count must not be negative");
  std::vector<std::int64_t> order(static_cast<std::size_t>(count));
  std::iota(order.begin(), order.end(), std::int64_t{0});
  for (std::size_t end = order.size(); end > 1; --end) std::swap(order[end - 1], order[below(end)]);
  return order;
}

}  // namespace thresher::random
