#include "random/siphash.hpp"

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace thresher::random {
namespace {

Key parsed(std::string const& hexadecimal) {
  auto half = [&](std::size_t begin) {
    std::uint64_t word = 0;
    for (std::size_t byte = 8; byte-- > 0;) {
      word = word << 8 | std::stoul(hexadecimal.substr(begin + 2 * byte, 2), nullptr, 16);
    }
    return word;
  };
  return {half(0), half(16)};
}

// The first 17 and the last of vectors_sip128 in SipHash's reference implementation: input 00 01 02 ..., key
// 00 .. 0f.
TEST(SipHash, AnswersAsPublished) {
  std::vector<std::string> const answers = {
      "a3817f04ba25a8e66df67214c7550293", "da87c1d86b99af44347659119b22fc45",
      "8177228da4a45dc7fca38bdef60affe4", "9c70b60c5267a94e5f33b6b02985ed51",
      "f88164c12d9c8faf7d0f6e7c7bcd5579", "1368875980776f8854527a07690e9627",
      "14eeca338b208613485ea0308fd7a15e", "a1f1ebbed8dbc153c0b84aa61ff08239",
      "3b62a9ba6258f5610f83e264f31497b4", "264499060ad9baabc47f8b02bb6d71ed",
      "00110dc378146956c95447d3f3d0fbba", "0151c568386b6677a2b4dc6f81e5dc18",
      "d626b266905ef35882634df68532c125", "9869e247e9c08b10d029934fc4b952f7",
      "31fcefac66d7de9c7ec7485fe4494902", "5493e99933b0a8117e08ec0f97cfc3d9",
      "6ee2a4ca67b054bbfd3315bf85230577",
  };
  std::string input;
  for (std::string const& answer : answers) {
    EXPECT_EQ(hash_identity(input), parsed(answer)) << input.size();
    input.push_back(static_cast<char>(input.size()));
  }
  while (input.size() < 63) input.push_back(static_cast<char>(input.size()));
  EXPECT_EQ(hash_identity(input), parsed("5150d1772f50834a503e069a973fbd7c"));
}

TEST(SipHash, ReadsBytesAboveAsciiAsUnsigned) {
  EXPECT_NE(hash_identity("\x7f"), hash_identity("\xff"));
  EXPECT_NE(hash_identity("\xff"), hash_identity("\xff\xff"));
}

TEST(SipHash, DependsOnEveryBitOfKeyAndText) {
  Key const key{11, 22};
  std::string const text = "seed=1 trial=7";
  Key const hash = siphash(key, text);
  for (int bit = 0; bit < 64; ++bit) {
    EXPECT_NE(siphash({key.low ^ 1ULL << bit, key.high}, text), hash);
    EXPECT_NE(siphash({key.low, key.high ^ 1ULL << bit}, text), hash);
  }
  for (std::size_t k = 0; k < text.size(); ++k) {
    std::string changed = text;
    changed[k] = static_cast<char>(changed[k] ^ 1);
    EXPECT_NE(siphash(key, changed), hash);
  }
}

}  // namespace
}  // namespace thresher::random
