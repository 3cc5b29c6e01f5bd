// A number depends on its address alone: single draws, blocks and their pieces have the same bits.
#include "paths.hpp"
#include "random/stream.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <cstddef>
#include <cstdint>
#include <vector>

namespace thresher::random {
namespace {

Stream const number_stream(hash_identity("address_test"), "numbers");
Row const some_row{3, 1ULL << 40, 7};

using Single = double (Stream::*)(Row, std::uint64_t) const;
using Many = void (Stream::*)(Row, std::uint64_t, std::span<double>) const;

struct Kind {
  char const* name;
  Single single;
  Many many;
};

std::vector<Kind> const kinds = {{"uniform", &Stream::uniform, &Stream::uniforms},
                                 {"normal", &Stream::normal, &Stream::normals},
                                 {"sign", &Stream::sign, &Stream::signs},
                                 {"exponential", &Stream::exponential, &Stream::exponentials}};

constexpr double untouched = -12345;

TEST(Address, BlockHasTheBitsOfSingleDrawsAtEveryAlignment) {
  test::PathGuard const guard;
  for (VectorPath path : test::available_paths()) {
    set_vector_path(path);
    for (auto const& [name, single, many] : kinds) {
      SCOPED_TRACE(test::name_of(path) + " " + name);
      std::vector<double> expected(400);
      for (std::size_t k = 0; k < expected.size(); ++k) expected[k] = (number_stream.*single)(some_row, k);
      for (std::size_t first = 0; first < 40; ++first) {
        for (std::size_t size = 0; size < 300; size += size < 140 ? 1 : 37) {
          std::vector<double> block(size + 1, untouched);
          (number_stream.*many)(some_row, first, std::span(block).first(size));
          for (std::size_t k = 0; k < size; ++k)
            ASSERT_EQ(block[k], expected[first + k]) << first << " " << size;
          ASSERT_EQ(block[size], untouched) << first << " " << size;
        }
      }
    }
  }
}

TEST(Address, FloatNormalsAreRoundedDoubles) {
  test::PathGuard const guard;
  for (VectorPath path : test::available_paths()) {
    SCOPED_TRACE(test::name_of(path));
    set_vector_path(path);
    for (std::size_t first = 0; first < 20; ++first) {
      for (std::size_t size : {0, 1, 2, 15, 16, 17, 63, 64, 65, 129, 250}) {
        std::vector<float> block(size);
        number_stream.normals(some_row, first, block);
        for (std::size_t k = 0; k < size; ++k) {
          ASSERT_EQ(block[k], static_cast<float>(number_stream.normal(some_row, first + k)));
        }
      }
    }
  }
}

TEST(Address, HighIndicesAreDistinct) {
  for (std::uint64_t last : {1ULL << 32, 1ULL << 33, 1ULL << 53, ~0ULL - 1}) {
    std::vector<double> block(2);
    number_stream.uniforms(some_row, last, block);
    EXPECT_EQ(block[0], number_stream.uniform(some_row, last));
    EXPECT_EQ(block[1], number_stream.uniform(some_row, last + 1));
    EXPECT_NE(block[0], number_stream.uniform(some_row, 0));
    EXPECT_NE(block[0], number_stream.uniform(some_row, last & 0xffffffff));
  }
}

TEST(Address, ExponentialIsMinusTheLogarithmOfTheUniform) {
  for (std::uint64_t last = 0; last < 100; ++last) {
    EXPECT_DOUBLE_EQ(number_stream.exponential(some_row, last),
                     -std::log(number_stream.uniform(some_row, last)));
  }
}

TEST(Address, EveryPartOfTheIdentityMatters) {
  Key const key = hash_identity("address_test");
  double const here = number_stream.uniform({1, 2, 3}, 4);
  EXPECT_NE(here, number_stream.uniform({0, 2, 3}, 4));
  EXPECT_NE(here, number_stream.uniform({1, 0, 3}, 4));
  EXPECT_NE(here, number_stream.uniform({1, 2, 0}, 4));
  EXPECT_NE(here, number_stream.uniform({1, 2, 3}, 5));
  EXPECT_NE(here, number_stream.uniform({2, 1, 3}, 4));
  EXPECT_NE(here, Stream(key, "number").uniform({1, 2, 3}, 4));
  EXPECT_NE(here, Stream({key.low + 1, key.high}, "numbers").uniform({1, 2, 3}, 4));
  EXPECT_NE(here, Stream({key.low, key.high + 1}, "numbers").uniform({1, 2, 3}, 4));
  EXPECT_EQ(here, Stream(key, "numbers").uniform({1, 2, 3}, 4));
}

TEST(Address, SequencesBelongToTheirAddress) {
  std::uint64_t const here = number_stream.sequence({1, 2, 3}, 4).bits();
  EXPECT_EQ(here, number_stream.sequence({1, 2, 3}, 4).bits());
  EXPECT_NE(here, number_stream.sequence({0, 2, 3}, 4).bits());
  EXPECT_NE(here, number_stream.sequence({1, 0, 3}, 4).bits());
  EXPECT_NE(here, number_stream.sequence({1, 2, 0}, 4).bits());
  EXPECT_NE(here, number_stream.sequence({1, 2, 3}, 0).bits());
}

TEST(Address, CopiesOfASequenceContinueAlike) {
  Sequence sequence = number_stream.sequence(some_row, 9);
  sequence.normal();
  sequence.bits();
  Sequence copy = sequence;
  EXPECT_EQ(sequence.normal(), copy.normal());
  EXPECT_EQ(sequence.gamma(0.5), copy.gamma(0.5));
  EXPECT_EQ(sequence.bits(), copy.bits());
}

}  // namespace
}  // namespace thresher::random
