#pragma once

#include "experiments/group_matrix/model/parameters.hpp"

#include <cstdint>
#include <vector>

namespace thresher::group_matrix {

/// Which rows a simulated matrix groups, and what follows for ranks and densities, in closed form. Groups are
/// numbered factor by factor; base blocks are the `levels_1` contiguous parts of the rows.
class Design {
 public:
  explicit Design(Parameters const& point);

  std::int64_t rows() const { return rows_; }
  std::int64_t columns() const { return columns_; }
  std::int64_t groups() const { return blocks_ + levels_2_; }
  std::int64_t blocks() const { return blocks_; }
  /// Rows of a base block.
  std::int64_t block_rows() const { return rows_ / blocks_; }
  std::int64_t block_of(std::int64_t row) const { return row / block_rows(); }
  int factors() const { return levels_2_ > 0 ? 2 : 1; }
  /// 0 or 1.
  int factor_of(std::int64_t group) const { return group < blocks_ ? 0 : 1; }
  std::vector<std::int64_t> groups_of(std::int64_t row) const;
  std::int64_t size(std::int64_t group) const;
  /// |I_g n I_h|.
  std::int64_t intersection(std::int64_t g, std::int64_t h) const;
  /// Rows that a base block shares with a group.
  std::int64_t block_intersection(std::int64_t block, std::int64_t group) const;
  /// Largest number of groups of one row.
  std::int64_t coverage() const;

  std::int64_t shared_rank() const { return rank_shared_; }
  std::int64_t own_rank(std::int64_t group) const { return factor_of(group) == 0 ? rank_1_ : rank_2_; }
  /// k_i: components of a row.
  std::int64_t components(std::int64_t row) const;
  /// Ranks of a group's rows, of a base block's and of all, for subspaces in general position.
  std::int64_t group_rank(std::int64_t group) const;
  std::int64_t block_rank(std::int64_t block) const;
  std::int64_t whole_rank() const;

  /// p_b.
  double block_density(std::int64_t block) const;
  /// Largest p_b / p: what limits the density.
  double richest() const;

 private:
  std::int64_t whole_of(std::vector<std::int64_t> const& intersections, std::int64_t most) const;

  std::int64_t rows_;
  std::int64_t columns_;
  std::int64_t blocks_;
  std::int64_t levels_2_;  ///< 0 where factor 2 does not exist
  bool is_chain_;
  std::int64_t lent_ = 0;  ///< chain: rows of the next block that a group takes in
  std::int64_t rank_shared_;
  std::int64_t rank_1_;
  std::int64_t rank_2_;
  bool is_distinct_;
  double density_;
  double ratio_;
};

}  // namespace thresher::group_matrix
