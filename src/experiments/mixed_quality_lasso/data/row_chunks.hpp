#pragma once

#include <algorithm>
#include <cstdint>

namespace thresher::mixed_quality_lasso {

/// How the rows of one quality are dealt to the ranks of a team: in chunks, in turn. The rows of a rank among
/// the first n are then the first of its rows among any larger number, so that nested designs share one
/// generation and a rank's sums do not depend on the largest one.
class RowChunks {
 public:
  static constexpr std::int64_t kChunk = 64;

  RowChunks(int rank, int ranks) : rank_(rank), ranks_(ranks) {}

  /// How many of the first `rows` rows this rank holds.
  std::int64_t held(std::int64_t rows) const {
    std::int64_t const round = kChunk * ranks_;
    std::int64_t const begin = kChunk * rank_;
    return rows / round * kChunk + std::clamp<std::int64_t>(rows % round - begin, 0, kChunk);
  }

  /// Calls work(begin, end, at) for runs [begin, end) of this rank's rows; `at` is the first one's local
  /// index.
  template <class Work>
  void for_each_run(std::int64_t rows, Work work) const {
    if (ranks_ == 1) {
      if (rows > 0) work(std::int64_t{0}, rows, std::int64_t{0});
      return;
    }
    std::int64_t at = 0;
    for (std::int64_t begin = kChunk * rank_; begin < rows; begin += kChunk * ranks_) {
      std::int64_t const end = std::min(begin + kChunk, rows);
      work(begin, end, at);
      at += end - begin;
    }
  }

 private:
  int rank_;
  int ranks_;
};

}  // namespace thresher::mixed_quality_lasso
