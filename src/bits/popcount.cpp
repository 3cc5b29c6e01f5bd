#include "bits/popcount.hpp"

#include "bits/kernels.hpp"

#include <atomic>
#include <cassert>
#include <stdexcept>

namespace thresher::bits {
namespace {

// The library as a whole needs x86-64-v3, so AVX2 is always there.
bool processor_has(PopcountPath path) {
  if (path != PopcountPath::avx512) return true;
  return __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512vl") &&
         __builtin_cpu_supports("avx512vpopcntdq");
}

std::atomic<PopcountPath>& path_in_force() {
  static std::atomic<PopcountPath> path{processor_has(PopcountPath::avx512) ? PopcountPath::avx512
                                                                            : PopcountPath::avx2};
  return path;
}

void run(CommonCounts const& product) {
  switch (popcount_path()) {
    case PopcountPath::avx512:
      return count_common_avx512(product);
    case PopcountPath::avx2:
      return count_common_avx2(product);
    case PopcountPath::scalar:
      break;
  }
  count_common_scalar(product);
}

}  // namespace

PopcountPath popcount_path() {
  return path_in_force().load(std::memory_order_relaxed);
}

void set_popcount_path(PopcountPath path) {
  if (!processor_has(path))
    throw std::invalid_argument("this processor does not have AVX-512 with VPOPCNTDQ");
  path_in_force().store(path, std::memory_order_relaxed);
}

std::uint64_t count_common(std::span<Word const> a, std::span<Word const> b) {
  assert(a.size() == b.size());
  constexpr std::size_t kPiece = std::size_t{1} << 25;  // counts of a piece fit 32 bits
  std::uint64_t total = 0;
  for (std::size_t begin = 0; begin < a.size(); begin += kPiece) {
    auto const words = static_cast<std::int64_t>(a.size() - begin < kPiece ? a.size() - begin : kPiece);
    std::uint32_t count = 0;
    run({a.data() + begin, 1, words, b.data() + begin, 1, words, words, &count, 1});
    total += count;
  }
  return total;
}

void count_common(ConstRows a, ConstRows b, std::int64_t words, std::span<std::uint32_t> counts) {
  assert(words <= a.stride && words <= b.stride && words < (std::int64_t{1} << 26));
  assert(static_cast<std::int64_t>(counts.size()) >= a.rows * b.rows);
  run({a.words, a.rows, a.stride, b.words, b.rows, b.stride, words, counts.data(), b.rows});
}

}  // namespace thresher::bits
