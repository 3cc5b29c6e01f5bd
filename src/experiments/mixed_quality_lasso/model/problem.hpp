#pragma once

#include <cmath>
#include <span>
#include <vector>

namespace thresher::mixed_quality_lasso {

/// Rows of equal noise. `rows` is real, so that theory can be followed between integers; it may be zero.
struct NoiseBlock {
  double rows = 0;
  double sigma = 1;  ///< standard deviation of the noise, > 0
};

/// A sparse regression y = X beta + z as theory sees it: X has iid N(0,1) entries, beta has s nonzeros of
/// magnitude rho among p. Blocks are in order of quality, the high-quality rows first; any number is allowed.
struct RecoveryProblem {
  double p = 2;  ///< up to 1e12, an integer
  double s = 1;  ///< 1 <= s < p
  double rho = 1;
  std::vector<NoiseBlock> blocks;
};

/// n, the number of rows.
inline double total_rows(std::span<NoiseBlock const> blocks) {
  double rows = 0;
  for (auto const& block : blocks) rows += block.rows;
  return rows;
}

/// Mean of `value(g)` over the rows, g being the index of a row's block.
template <class Value>
double row_average(std::span<NoiseBlock const> blocks, Value value) {
  double sum = 0;
  for (std::size_t g = 0; g < blocks.size(); ++g)
    if (blocks[g].rows > 0) sum += blocks[g].rows * value(g);
  return sum / total_rows(blocks);
}

/// sigma_avg_sq, the variance of the noise averaged over the rows.
inline double average_noise_variance(std::span<NoiseBlock const> blocks) {
  return row_average(blocks, [&](std::size_t g) { return blocks[g].sigma * blocks[g].sigma; });
}

/// log(p - s), the price of searching the null coordinates; log 2 where there is a single one, so that
/// penalty levels stay positive.
inline double log_null_count(RecoveryProblem const& problem) {
  return std::log(std::fmax(problem.p - problem.s, 2.0));
}

}  // namespace thresher::mixed_quality_lasso
