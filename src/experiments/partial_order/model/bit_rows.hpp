#pragma once

#include "bits/popcount.hpp"

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>

/// Rows of bits as sets of items.
namespace thresher::partial_order {

inline void set_bit(std::span<bits::Word> row, std::int64_t bit) {
  row[static_cast<std::size_t>(bit / 64)] |= bits::Word{1} << (bit % 64);
}
inline void clear_bit(std::span<bits::Word> row, std::int64_t bit) {
  row[static_cast<std::size_t>(bit / 64)] &= ~(bits::Word{1} << (bit % 64));
}
inline bool test_bit(std::span<bits::Word const> row, std::int64_t bit) {
  return (row[static_cast<std::size_t>(bit / 64)] >> (bit % 64) & 1U) != 0;
}
inline bool disjoint(std::span<bits::Word const> a, std::span<bits::Word const> b) {
  for (std::size_t w = 0; w < a.size(); ++w)
    if ((a[w] & b[w]) != 0) return false;
  return true;
}
/// Whether all of `part` is in `whole`.
inline bool contains(std::span<bits::Word const> whole, std::span<bits::Word const> part) {
  for (std::size_t w = 0; w < whole.size(); ++w)
    if ((part[w] & ~whole[w]) != 0) return false;
  return true;
}
/// Bit c of row r becomes bit r of row c: halves change places, then their halves (Warren, Hacker's Delight,
/// 7-3).
inline void transpose(std::array<bits::Word, 64>& rows) {
  bits::Word low = 0xffffffffU;  // the low half of every 2 `size` bits
  for (unsigned size = 32; size != 0; size /= 2, low ^= low << size)
    for (unsigned r = 0; r < 64; r = ((r | size) + 1) & ~size) {
      auto const moved = ((rows[r] >> size) ^ rows[r | size]) & low;
      rows[r] ^= moved << size;
      rows[r | size] ^= moved;
    }
}
inline std::int64_t count_bits(std::span<bits::Word const> row) {
  std::int64_t count = 0;
  for (auto const word : row) count += __builtin_popcountll(word);
  return count;
}

}  // namespace thresher::partial_order
