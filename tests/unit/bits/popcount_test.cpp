#include "bits/popcount.hpp"

#include <gtest/gtest.h>

#include <random>
#include <stdexcept>

namespace thresher::bits {
namespace {

std::vector<PopcountPath> available_paths() {
  auto const before = popcount_path();
  std::vector<PopcountPath> paths;
  for (auto const path : {PopcountPath::avx512, PopcountPath::avx2, PopcountPath::scalar}) {
    try {
      set_popcount_path(path);
      paths.push_back(path);
    } catch (std::invalid_argument const&) {
    }
  }
  set_popcount_path(before);
  return paths;
}

/// Bit by bit.
std::uint32_t common_bits(Word const* a, Word const* b, std::int64_t words) {
  std::uint32_t count = 0;
  for (std::int64_t k = 0; k < 64 * words; ++k)
    count += static_cast<std::uint32_t>((a[k / 64] >> (k % 64)) & (b[k / 64] >> (k % 64)) & 1);
  return count;
}

TEST(Popcount, CountsOfAllShapesAreTheBitsInBoth) {
  std::mt19937_64 draw(7);
  auto const before = popcount_path();
  for (auto const path : available_paths()) {
    set_popcount_path(path);
    for (std::int64_t const words : {1, 3, 4, 7, 8, 9, 16, 23, 130}) {
      for (std::int64_t const rows : {1, 2, 4, 5, 7}) {
        for (std::int64_t const columns : {1, 3, 4, 9}) {
          std::int64_t const stride = words + 2;  // what lies behind the words must not count
          std::vector<Word> a(static_cast<std::size_t>(rows * stride));
          std::vector<Word> b(static_cast<std::size_t>(columns * stride));
          for (auto& word : a) word = draw() | draw();
          for (auto& word : b) word = draw() | draw();
          std::vector<std::uint32_t> counts(static_cast<std::size_t>(rows * columns));
          count_common({a.data(), rows, stride}, {b.data(), columns, stride}, words, counts);
          for (std::int64_t i = 0; i < rows; ++i)
            for (std::int64_t j = 0; j < columns; ++j)
              ASSERT_EQ(counts[static_cast<std::size_t>(i * columns + j)],
                        common_bits(a.data() + i * stride, b.data() + j * stride, words))
                  << words << " words, " << rows << " x " << columns << " at " << i << ", " << j;
        }
      }
    }
  }
  set_popcount_path(before);
}

TEST(Popcount, FullRowsDoNotOverflowTheirCounters) {
  auto const before = popcount_path();
  for (auto const path : available_paths()) {
    set_popcount_path(path);
    std::vector<Word> const ones(5003, ~Word{0});
    EXPECT_EQ(count_common(ones, ones), 64U * 5003);
  }
  set_popcount_path(before);
}

TEST(Popcount, OfNothingIsZero) {
  EXPECT_EQ(count_common({}, {}), 0U);
}

}  // namespace
}  // namespace thresher::bits
