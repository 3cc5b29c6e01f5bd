#include "experiments/group_matrix/model/design.hpp"

#include <algorithm>
#include <cmath>

namespace thresher::group_matrix {

namespace {

/// kappa^(-b / (L - 1)): density of a block in units of the richest one's.
double relative_density(double ratio, std::int64_t block, std::int64_t blocks) {
  if (blocks == 1) return 1;
  return std::pow(ratio, -static_cast<double>(block) / static_cast<double>(blocks - 1));
}

double mean_relative_density(double ratio, std::int64_t blocks) {
  double sum = 0;
  for (std::int64_t b = 0; b < blocks; ++b) sum += relative_density(ratio, b, blocks);
  return sum / static_cast<double>(blocks);
}

}  // namespace

Design::Design(Parameters const& point)
    : rows_(point.n_rows),
      columns_(point.n_cols),
      blocks_(point.levels_1),
      levels_2_(point.design == GroupDesign::crossed && point.levels_2 > 1 ? point.levels_2 : 0),
      is_chain_(point.design == GroupDesign::chain),
      rank_shared_(point.rank_shared),
      rank_1_(point.rank_1),
      rank_2_(point.rank_2),
      is_distinct_(point.distinctness > 0),
      density_(point.density),
      ratio_(point.density_ratio) {
  if (is_chain_)
    lent_ = static_cast<std::int64_t>(std::floor(point.overlap * static_cast<double>(block_rows()) + 0.5));
}

std::vector<std::int64_t> Design::groups_of(std::int64_t row) const {
  std::int64_t const block = block_of(row);
  if (levels_2_ > 0) return {block, blocks_ + row % levels_2_};
  if (is_chain_ && row - block * block_rows() < lent_) {
    std::int64_t const before = (block + blocks_ - 1) % blocks_;
    return {std::min(block, before), std::max(block, before)};
  }
  return {block};
}

std::int64_t Design::size(std::int64_t group) const {
  return factor_of(group) == 0 ? block_rows() + lent_ : rows_ / levels_2_;
}

std::int64_t Design::intersection(std::int64_t g, std::int64_t h) const {
  if (g == h) return size(g);
  if (factor_of(g) != factor_of(h)) return block_rows() / levels_2_;
  bool const are_neighbours = (g + 1) % blocks_ == h || (h + 1) % blocks_ == g;
  return is_chain_ && are_neighbours ? lent_ : 0;
}

std::int64_t Design::block_intersection(std::int64_t block, std::int64_t group) const {
  if (factor_of(group) == 1) return block_rows() / levels_2_;
  if (block == group) return block_rows();
  return is_chain_ && (group + 1) % blocks_ == block ? lent_ : 0;
}

std::int64_t Design::coverage() const {
  return levels_2_ > 0 || lent_ > 0 ? 2 : 1;
}

std::int64_t Design::components(std::int64_t row) const {
  std::int64_t count = rank_shared_;
  for (auto const group : groups_of(row)) count += own_rank(group);
  return count;
}

/// r_0 + sum_h min(r_h, rows shared with h), or one subspace per factor where the levels share it.
std::int64_t Design::whole_of(std::vector<std::int64_t> const& intersections, std::int64_t most) const {
  std::int64_t rank = rank_shared_;
  if (is_distinct_) {
    for (std::int64_t h = 0; h < groups(); ++h)
      rank += std::min(own_rank(h), intersections[static_cast<std::size_t>(h)]);
  } else {
    rank += rank_1_ + (levels_2_ > 0 ? rank_2_ : 0);
  }
  return std::min(rank, most);
}

std::int64_t Design::group_rank(std::int64_t group) const {
  std::vector<std::int64_t> shared;
  for (std::int64_t h = 0; h < groups(); ++h) shared.push_back(intersection(group, h));
  return whole_of(shared, size(group));
}

std::int64_t Design::block_rank(std::int64_t block) const {
  std::vector<std::int64_t> shared;
  for (std::int64_t h = 0; h < groups(); ++h) shared.push_back(block_intersection(block, h));
  return whole_of(shared, block_rows());
}

std::int64_t Design::whole_rank() const {
  if (!is_distinct_) return whole_of({}, rows_);
  std::int64_t rank = rank_shared_;
  for (std::int64_t h = 0; h < groups(); ++h) rank += own_rank(h);
  return rank;
}

double Design::block_density(std::int64_t block) const {
  return density_ * relative_density(ratio_, block, blocks_) / mean_relative_density(ratio_, blocks_);
}

double Design::richest() const {
  return 1 / mean_relative_density(ratio_, blocks_);
}

}  // namespace thresher::group_matrix
