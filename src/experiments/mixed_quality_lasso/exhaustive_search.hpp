#pragma once

#include "linalg/lapack.hpp"
#include "mpi/communicator.hpp"

#include <cstdint>
#include <span>
#include <vector>

namespace thresher::mixed_quality_lasso {

/// The subset T of `size` of the variables with the least sum over T of linear[j] + sum over pairs i < j in T
/// of pair(i, j); of equal ones the lexicographically first. `pair` is square, symmetric. Every rank visits a
/// contiguous range of the C(p, size) < 2^62 subsets; losses have the same bits whoever computes them.
/// `linear` and `pair` are the same on all ranks, and so is the result. Collective.
std::vector<std::int64_t> best_subset(mpi::Communicator const& comm, std::span<double const> linear,
                                      linalg::ConstMatrixView pair, std::int64_t size);

}  // namespace thresher::mixed_quality_lasso
