// Values that may never change: a seed in a published study must mean the same data for ever. Where one of
// these fails, the code is wrong, not the number (unless every experiment's data_version is raised with it).
//
// Words, uniforms and signs were confirmed bit by bit by an independent implementation in Python of SipHash
// and Philox; normals and exponentials agreed with its libm to the last digits.
#include "paths.hpp"
#include "random/stream.hpp"

#include <gtest/gtest.h>

#include <array>
#include <cstdint>
#include <string>
#include <vector>

namespace thresher::random {
namespace {

std::string const text = "seed=42 experiment=x";
Row const golden_row{1, 2, 3};

Stream golden_stream() {
  return {hash_identity(text), "noise"};
}

TEST(Golden, HashOfAnIdentity) {
  EXPECT_EQ(hash_identity(""), (Key{0xe6a825ba047f81a3, 0x930255c71472f66d}));
  EXPECT_EQ(hash_identity(text), (Key{0x49fb5f0922338bcd, 0x16d2359e6ce864b8}));
}

TEST(Golden, DrawsOfAStream) {
  Stream const stream = golden_stream();
  struct Draws {
    std::uint64_t last;
    double uniform, normal, sign, exponential;
  };
  std::vector<Draws> const all = {
      {0, 0x1.ea94c893aed43p-1, -0x1.2a7366517c147p-2, -1, 0x1.5e135db2ab4e8p-5},
      {1, 0x1.197aacd7ab965p-1, 0x1.7609668368c34p-6, -1, 0x1.324fee2e8b336p-1},
      {2, 0x1.218b3d95bde3ep-2, 0x1.5287fda0264a5p+0, 1, 0x1.435ec588a2432p+0},
      {3, 0x1.0133d24fd7484p-3, -0x1.c37efa27d77dbp-1, 1, 0x1.0991970a6aa01p+1},
      {1000001, 0x1.cc8362ef5c0b4p-3, -0x1.61caae5538d2fp-2, 1, 0x1.7e05e459fd478p+0},
      {12345678901, 0x1.a4de719e5037fp-1, 0x1.7791fb6b60a65p-2, -1, 0x1.916a1ef88036dp-3},
  };
  test::PathGuard const guard;
  for (VectorPath path : test::available_paths()) {
    SCOPED_TRACE(test::name_of(path));
    set_vector_path(path);
    for (Draws const& draws : all) {
      SCOPED_TRACE(draws.last);
      std::array<double, 1> one;
      stream.uniforms(golden_row, draws.last, one);
      EXPECT_EQ(one[0], draws.uniform);
      stream.normals(golden_row, draws.last, one);
      EXPECT_EQ(one[0], draws.normal);
      stream.signs(golden_row, draws.last, one);
      EXPECT_EQ(one[0], draws.sign);
      stream.exponentials(golden_row, draws.last, one);
      EXPECT_EQ(one[0], draws.exponential);
    }
  }
}

TEST(Golden, DrawsInSequence) {
  Sequence words = golden_stream().sequence(golden_row, 4);
  EXPECT_EQ(words.bits(), 0x59ef0d465203185dU);
  EXPECT_EQ(words.bits(), 0x3966be263f264bc3U);
  EXPECT_EQ(words.bits(), 0xb2ad031ea657ead2U);

  Sequence sequence = golden_stream().sequence(golden_row, 4);
  EXPECT_EQ(sequence.normal(), -0x1.36def0a5396a3p-1);
  EXPECT_EQ(sequence.normal(), -0x1.50165e3645cc2p+0);
  EXPECT_EQ(sequence.uniform(), 0x1.655a063d4cafdp-1);
  EXPECT_EQ(sequence.exponential(), 0x1.08f729d34a148p-1);
  EXPECT_EQ(sequence.gamma(0.3), 0x1.c0869e58dfd39p-4);
  EXPECT_EQ(sequence.gamma(7.5), 0x1.b6a641986f073p+1);
  EXPECT_EQ(sequence.poisson(3), 3U);
  EXPECT_EQ(sequence.poisson(9.5), 7U);
  EXPECT_EQ(sequence.poisson(12), 13U);
  EXPECT_EQ(sequence.poisson(1e6), 999752U);
  EXPECT_EQ(sequence.below(1000), 867U);
  EXPECT_EQ(sequence.subset(1'000'000'000'000, 4),
            (std::vector<std::int64_t>{471299323348, 472673196336, 523208806613, 920590482530}));
  EXPECT_EQ(sequence.subset(20, 6), (std::vector<std::int64_t>{3, 4, 7, 9, 10, 15}));
  EXPECT_EQ(sequence.permutation(6), (std::vector<std::int64_t>{2, 5, 1, 4, 0, 3}));
  EXPECT_EQ(sequence.uniform(), 0x1.b16275ff83532p-2);
}

}  // namespace
}  // namespace thresher::random
