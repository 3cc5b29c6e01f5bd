#include "bits/blocks.hpp"

namespace thresher::bits {
namespace {

struct Scalar {
  static constexpr int rows = 2;
  static constexpr int columns = 2;

  template <int R, int C>
  static void block(CommonCounts const& p, std::int64_t i, std::int64_t j) {
    std::uint64_t sums[R][C] = {};
    for (std::int64_t w = 0; w < p.words; ++w)
      for (int r = 0; r < R; ++r)
        for (int c = 0; c < C; ++c)
          sums[r][c] += static_cast<std::uint64_t>(
              __builtin_popcountll(p.a[(i + r) * p.a_stride + w] & p.b[(j + c) * p.b_stride + w]));
    for (int r = 0; r < R; ++r)
      for (int c = 0; c < C; ++c)
        p.counts[(i + r) * p.counts_stride + j + c] = static_cast<std::uint32_t>(sums[r][c]);
  }
};

}  // namespace

void count_common_scalar(CommonCounts const& product) {
  count_by_blocks<Scalar>(product);
}

}  // namespace thresher::bits
