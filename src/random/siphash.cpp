#include "random/siphash.hpp"

#include <bit>
#include <cstddef>
#include <cstdint>

namespace thresher::random {
namespace {

struct State {
  std::uint64_t v0, v1, v2, v3;

  void rounds(int count) {
    for (int round = 0; round < count; ++round) {
      v0 += v1;
      v2 += v3;
      v1 = std::rotl(v1, 13) ^ v0;
      v3 = std::rotl(v3, 16) ^ v2;
      v0 = std::rotl(v0, 32);
      v2 += v1;
      v0 += v3;
      v1 = std::rotl(v1, 17) ^ v2;
      v3 = std::rotl(v3, 21) ^ v0;
      v2 = std::rotl(v2, 32);
    }
  }

  void absorb(std::uint64_t word) {
    v3 ^= word;
    rounds(2);
    v0 ^= word;
  }

  std::uint64_t squeeze() {
    rounds(4);
    return v0 ^ v1 ^ v2 ^ v3;
  }
};

// Little-endian by construction, so that the hash is the same on every machine.
std::uint64_t word_of(std::string_view bytes) {
  std::uint64_t word = 0;
  for (std::size_t k = 0; k < bytes.size(); ++k) {
    word |= std::uint64_t{static_cast<unsigned char>(bytes[k])} << (8 * k);
  }
  return word;
}

}  // namespace

Key siphash(Key key, std::string_view text) {
  State state{key.low ^ 0x736f6d6570736575U, key.high ^ 0x646f72616e646f6dU ^ 0xeeU,
              key.low ^ 0x6c7967656e657261U, key.high ^ 0x7465646279746573U};
  std::size_t const whole = text.size() / 8 * 8;
  for (std::size_t begin = 0; begin < whole; begin += 8) state.absorb(word_of(text.substr(begin, 8)));
  state.absorb(word_of(text.substr(whole)) | std::uint64_t{text.size()} << 56);

  state.v2 ^= 0xeeU;
  std::uint64_t const low = state.squeeze();
  state.v1 ^= 0xddU;
  return {low, state.squeeze()};
}

// The key 00 01 .. 0f is the one of the published test vectors.
Key hash_identity(std::string_view text) {
  return siphash({0x0706050403020100U, 0x0f0e0d0c0b0a0908U}, text);
}

}  // namespace thresher::random
