#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

/// Sets of bits as rows of 64-bit words, and how many positions two of them share. Exact integers: the same
/// on every instruction set.
namespace thresher::bits {

using Word = std::uint64_t;

/// Words that hold so many bits.
constexpr std::int64_t words_for(std::int64_t bits) {
  return (bits + 63) / 64;
}

/// Rows of bits in somebody else's memory: row r begins at words + r * stride.
struct ConstRows {
  Word const* words = nullptr;
  std::int64_t rows = 0;
  std::int64_t stride = 0;  ///< words from one row to the next
};

/// Number of positions that are set in both. `a` and `b` have the same length.
std::uint64_t count_common(std::span<Word const> a, std::span<Word const> b);

/// counts[i * b.rows + j] = positions set in row i of `a` and in row j of `b`, of which the first `words`
/// words are read (below 2^26): the matrix product of bits. Fast while the rows of both together fit the
/// second level of the cache; the caller tiles. Not collective.
void count_common(ConstRows a, ConstRows b, std::int64_t words, std::span<std::uint32_t> counts);

/// Instruction set of the counts, best first: at start the best that this processor has.
/// `set_popcount_path` is for tests and benchmarks (results do not depend on it).
enum class PopcountPath { avx512, avx2, scalar };
PopcountPath popcount_path();
/// Throws std::invalid_argument when this processor does not have the path (AVX-512 with VPOPCNTDQ).
void set_popcount_path(PopcountPath path);

}  // namespace thresher::bits
