#pragma once

#include "experiments/group_matrix/data/row_groups.hpp"
#include "experiments/group_matrix/solvers/estimate.hpp"
#include "experiments/group_matrix/solvers/row_operator.hpp"
#include "mpi/communicator.hpp"

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <span>
#include <vector>

namespace thresher::group_matrix {

/// Spectral norms of the rows of several groups, by Gram matrices: of a dual point, whose singular values lie
/// together at the threshold, a search by products would hardly tell the largest. `panel_of(g)` is what this
/// rank holds of one group (columns x own rows), asked for there. 0 for groups that are not wanted.
/// Collective.
std::vector<double> spectral_norms(mpi::Communicator const& comm, std::span<GroupRows const* const> groups,
                                   std::vector<bool> const& wanted,
                                   std::function<linalg::DenseMatrix(std::size_t)> const& panel_of);

/// The same of sparse rows, of large groups by products: `rows_of(g)` is an operator of one group, let go
/// before the next one. Collective. Throws std::runtime_error where a search does not converge.
std::vector<double> spectral_norms(mpi::Communicator const& comm, std::int64_t columns,
                                   std::span<GroupRows const* const> groups, std::vector<bool> const& wanted,
                                   std::function<std::unique_ptr<RowOperator>(std::size_t)> const& rows_of);

/// The rows of a group of an estimate in coordinates of few columns: row = basis times coordinates. The basis
/// is orthonormal, or absent where nothing is gained by one.
struct CompressedRows {
  linalg::DenseMatrix basis;        ///< columns x K, or no columns
  linalg::DenseMatrix coordinates;  ///< K (or all columns) x own rows
  /// Vectors of the coordinates in full length.
  linalg::DenseMatrix expanded(linalg::ConstMatrixView vectors) const;
};
/// Collective.
CompressedRows compressed_rows(mpi::Communicator const& comm, std::int64_t columns, GroupRows const& rows,
                               Estimate const& estimate);

/// ||M_g||_* of the rows of each of several groups of an estimate: by decompositions of the whole, spread
/// over the ranks, where it is small, else from the Gram matrix, in whose rounding singular values below
/// about 1e-8 of the largest are lost. Collective.
std::vector<double> nuclear_norms(mpi::Communicator const& comm, std::int64_t columns,
                                  std::span<GroupRows const* const> groups, Estimate const& estimate);

}  // namespace thresher::group_matrix
