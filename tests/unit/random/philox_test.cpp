#include "random/philox.hpp"

#include "paths.hpp"
#include "random/avx2_vector.hpp"
#include "random/kernels.hpp"
#include "random/scalar_lanes.hpp"
#include "random/vector_kernels.hpp"

#include <gtest/gtest.h>

#include <array>
#include <cstdint>
#include <vector>

namespace thresher::random {
namespace {

struct Answer32 {
  std::array<std::uint32_t, 4> counter;
  std::array<std::uint32_t, 2> key;
  std::array<std::uint32_t, 4> output;
};

// Random123, tests/kat_vectors.
std::vector<Answer32> const philox4x32_answers = {
    {{0, 0, 0, 0}, {0, 0}, {0x6627e8d5, 0xe169c58d, 0xbc57ac4c, 0x9b00dbd8}},
    {{0xffffffff, 0xffffffff, 0xffffffff, 0xffffffff},
     {0xffffffff, 0xffffffff},
     {0x408f276d, 0x41c83b0e, 0xa20bc7c6, 0x6d5451fd}},
    {{0x243f6a88, 0x85a308d3, 0x13198a2e, 0x03707344},
     {0xa4093822, 0x299f31d0},
     {0xd16cfe09, 0x94fdcceb, 0x5001e420, 0x24126ea1}},
};

std::uint64_t joined(std::uint32_t low, std::uint32_t high) {
  return std::uint64_t{high} << 32 | low;
}

TEST(Philox, AnswersAsPublished32) {
  for (auto const& [counter, key, output] : philox4x32_answers) {
    EXPECT_EQ(philox4x32_10(counter, key), output);
    WordPair const words =
        word_pair({joined(key[0], key[1]), joined(counter[2], counter[3])}, joined(counter[0], counter[1]));
    EXPECT_EQ(words.first, joined(output[1], output[0]));
    EXPECT_EQ(words.second, joined(output[3], output[2]));
  }
}

TEST(Philox, AnswersAsPublished64) {
  constexpr std::uint64_t ones = ~std::uint64_t{0};
  EXPECT_EQ(philox4x64_10({0, 0, 0, 0}, {0, 0}),
            (std::array<std::uint64_t, 4>{0x16554d9eca36314c, 0xdb20fe9d672d0fdc, 0xd7e772cee186176b,
                                          0x7e68b68aec7ba23b}));
  EXPECT_EQ(philox4x64_10({ones, ones, ones, ones}, {ones, ones}),
            (std::array<std::uint64_t, 4>{0x87b092c3013fe90b, 0x438c3c67be8d0224, 0x9cc7d7c69cd777b6,
                                          0xa09caebf594f0ba0}));
  EXPECT_EQ(philox4x64_10({0x243f6a8885a308d3, 0x13198a2e03707344, 0xa4093822299f31d0, 0x082efa98ec4e6c89},
                          {0x452821e638d01377, 0xbe5466cf34e90c6c}),
            (std::array<std::uint64_t, 4>{0xa528f45403e61d95, 0x38c72dbd566e9788, 0xa5a1610e72fd18b5,
                                          0x57bd43b5e52b7fe6}));
}

// The lanes of the kernels, with counters that a stream cannot reach.
TEST(Philox, LanesAnswerAsPublished) {
  using L = Lanes<Avx2, 2>;
  for (auto const& [counter, key, output] : philox4x32_answers) {
    KeySchedule<L> schedule;
    schedule_keys<L>(L::word(joined(key[0], key[1])), L::word(joined(counter[2], counter[3])), schedule);
    auto const words = philox_words<L>(schedule, L::word(joined(counter[0], counter[1])), SpreadNothing<L>{});
    std::array<double, L::width> first;
    std::array<double, L::width> second;
    L::store(first.data(), L::as_reals(words.first));
    L::store(second.data(), L::as_reals(words.second));
    for (std::size_t lane = 0; lane < L::width; ++lane) {
      EXPECT_EQ(ScalarLanes::as_words(first[lane]), joined(output[1], output[0]));
      EXPECT_EQ(ScalarLanes::as_words(second[lane]), joined(output[3], output[2]));
    }
  }
}

TEST(Philox, KernelsOfEveryPathAgreeWithRandom123) {
  test::PathGuard const guard;
  std::vector<std::uint64_t> const firsts = {
      0,          1, (1ULL << 32) - 7, (1ULL << 33) - 30, (1ULL << 33) - 1, (1ULL << 52), (1ULL << 63) - 3,
      ~0ULL - 300};
  for (VectorPath path : test::available_paths()) {
    SCOPED_TRACE(test::name_of(path));
    set_vector_path(path);
    for (std::uint64_t first : firsts) {
      for (auto const& [counter, key, output] : philox4x32_answers) {
        Substream const substream{joined(key[0], key[1]), joined(counter[2], counter[3])};
        std::array<double, 200> values;
        active_kernels().uniforms(substream, first, values.size(), values.data());
        for (std::size_t k = 0; k < values.size(); ++k) {
          WordPair const words = word_pair(substream, (first + k) / 2);
          std::uint64_t const word = (first + k) % 2 == 0 ? words.first : words.second;
          ASSERT_EQ(values[k], static_cast<double>(2 * (word >> 12) + 1) * 0x1p-53) << first << " + " << k;
        }
      }
    }
  }
}

TEST(Philox, ConsecutiveSubstreamsAreThoseOfSingleCalls) {
  Key const key{1, 2};
  std::array<Substream, 50> batch;
  consecutive_substreams(key, {~0ULL - 20, 5, 6, for_rows}, batch);
  for (std::size_t k = 0; k < batch.size(); ++k) {
    Substream const single = substream(key, {~0ULL - 20 + k, 5, 6, for_rows});
    EXPECT_EQ(batch[k].key, single.key);
    EXPECT_EQ(batch[k].prefix, single.prefix);
  }
}

}  // namespace
}  // namespace thresher::random
