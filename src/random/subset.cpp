#include "random/stream.hpp"

#include <algorithm>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <iterator>
#include <stdexcept>
#include <vector>

namespace thresher::random {
namespace {

// Membership in a small range: one bit each, which also delivers the members in order.
class BitSet {
 public:
  explicit BitSet(std::int64_t range) : words_(static_cast<std::size_t>(range + 63) / 64) {}

  /// False if it was there.
  bool insert(std::int64_t value) {
    std::uint64_t& word = words_[static_cast<std::size_t>(value) / 64];
    std::uint64_t const bit = std::uint64_t{1} << (value % 64);
    if ((word & bit) != 0) return false;
    word |= bit;
    return true;
  }

  std::vector<std::int64_t> ascending(std::int64_t count) const {
    std::vector<std::int64_t> members;
    members.reserve(static_cast<std::size_t>(count));
    for (std::size_t k = 0; k < words_.size(); ++k) {
      for (std::uint64_t word = words_[k]; word != 0; word &= word - 1) {
        members.push_back(static_cast<std::int64_t>(64 * k) + std::countr_zero(word));
      }
    }
    return members;
  }

 private:
  std::vector<std::uint64_t> words_;
};

// Membership in any range: open addressing at half load or less.
class HashSet {
 public:
  explicit HashSet(std::int64_t count)
      : shift_(63 - static_cast<int>(std::bit_width(static_cast<std::uint64_t>(count)))),
        slots_(std::size_t{1} << (64 - shift_), empty) {}

  /// False if it was there.
  bool insert(std::int64_t value) {
    std::size_t slot = static_cast<std::uint64_t>(value) * 0x9E3779B97F4A7C15U >> shift_;
    for (; slots_[slot] != empty; slot = (slot + 1) & (slots_.size() - 1)) {
      if (slots_[slot] == value) return false;
    }
    slots_[slot] = value;
    return true;
  }

  std::vector<std::int64_t> ascending(std::int64_t count) const {
    std::vector<std::int64_t> members;
    members.reserve(static_cast<std::size_t>(count));
    std::copy_if(slots_.begin(), slots_.end(), std::back_inserter(members),
                 [](std::int64_t value) { return value != empty; });
    std::sort(members.begin(), members.end());
    return members;
  }

 private:
  static constexpr std::int64_t empty = -1;
  int shift_;
  std::vector<std::int64_t> slots_;
};

// Floyd: after the step of `last`, the set is a uniform subset of 0..last.
template <class Set>
std::vector<std::int64_t> floyd(Sequence& sequence, Set set, std::int64_t range, std::int64_t count) {
  for (std::int64_t last = range - count; last < range; ++last) {
    auto const drawn = static_cast<std::int64_t>(sequence.below(static_cast<std::uint64_t>(last) + 1));
    if (!set.insert(drawn)) set.insert(last);
  }
  return set.ascending(count);
}

}  // namespace

std::vector<std::int64_t> Sequence::subset(std::int64_t range, std::int64_t count) {
  if (count < 0 || range < count) throw std::invalid_argument("subset: needs 0 <= count <= range");
  if (range / 256 <= count) return floyd(*this, BitSet(range), range, count);
  return floyd(*this, HashSet(count), range, count);
}

}  // namespace thresher::random
