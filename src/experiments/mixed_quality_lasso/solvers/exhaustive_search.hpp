#pragma once

#include "linalg/lapack.hpp"
#include "mpi/communicator.hpp"

#include <cstdint>
#include <functional>
#include <limits>
#include <span>
#include <tuple>
#include <vector>

namespace thresher::mixed_quality_lasso {

/// How far this rank is in its range of the subsets, and the best that it has seen.
struct SearchedSubsets {
  std::int64_t rounds = 0;
  double least = std::numeric_limits<double>::infinity();
  std::vector<std::int64_t> best;
  static constexpr std::tuple members{&SearchedSubsets::rounds, &SearchedSubsets::least,
                                      &SearchedSubsets::best};
};

/// The subset T of `size` of the variables with the least sum over T of linear[j] + sum over pairs i < j in T
/// of pair(i, j); of equal ones the lexicographically first. `pair` is square, symmetric. Every rank visits a
/// contiguous range of the C(p, size) < 2^62 subsets; losses have the same bits whoever computes them.
/// `linear` and `pair` are the same on all ranks, and so is the result. The search starts behind `searched`,
/// which it brings up to date before `between` is told the part that is done (0..1), every 2^27 subsets; that
/// may throw, on all ranks together. Collective.
std::vector<std::int64_t> best_subset(mpi::Communicator const& comm, std::span<double const> linear,
                                      linalg::ConstMatrixView pair, std::int64_t size,
                                      SearchedSubsets& searched,
                                      std::function<void(double part)> const& between,
                                      std::int64_t subsets_a_round = std::int64_t{1} << 27);

}  // namespace thresher::mixed_quality_lasso
