#pragma once

#include "bytes/reader.hpp"
#include "bytes/writer.hpp"
#include "experiments/group_matrix/data/row_groups.hpp"
#include "experiments/group_matrix/solvers/row_operator.hpp"
#include "experiments/group_matrix/solvers/thresholded_rows.hpp"
#include "linalg/dense_matrix.hpp"
#include "mpi/communicator.hpp"
#include "prox/thresholded_subspace.hpp"

#include <cstdint>
#include <functional>
#include <span>
#include <vector>

namespace thresher::group_matrix {

/// Thresholds the row submatrices of all groups again and again, by Gram matrices where the smaller side is
/// short, else by block subspaces that start with what was found before.
class GroupThreshold {
 public:
  /// `comm` and the groups must outlive it.
  GroupThreshold(mpi::Communicator const& comm, std::int64_t columns, std::vector<GroupRows const*> groups,
                 prox::SubspaceEffort effort);

  /// A threshold of 0 belongs to a group without observations, whose rows are 0 and stay so. Collective.
  std::vector<ThresholdedRows> operator()(RowOperator const& x, std::span<double const> thresholds);
  /// The same by one step of block power iteration per group where no Gram matrix is decomposed: for a scheme
  /// that calls again and again, and asks for the exact values in the end. Collective.
  std::vector<ThresholdedRows> approximate(RowOperator const& x, std::span<double const> thresholds);
  /// Whether the two differ.
  bool approximates() const;
  /// The leading triplets of one group, without threshold. Collective.
  ThresholdedRows leading(RowOperator const& x, std::size_t group, std::int64_t count);

  /// What the next call starts with, for a scheme that is to be continued with the same bits.
  void save(bytes::Writer& writer) const;
  void restore(bytes::Reader& reader);

 private:
  enum class Way { row_gram, column_gram, products };
  Way way(std::size_t g) const;
  /// The smaller side of a group, and whether its Gram matrix is always decomposed.
  std::int64_t order(std::size_t g) const;
  bool is_small(std::size_t g) const;
  void by_gram(RowOperator const& x, std::vector<std::size_t> const& groups,
               std::span<double const> thresholds, std::vector<ThresholdedRows>& results) const;
  /// Groups whose small algebra the ranks have at once: at least one for each rank.
  std::vector<std::vector<std::size_t>> together(
      std::vector<std::size_t> const& groups, std::function<std::int64_t(std::size_t)> const& numbers) const;
  void by_products(RowOperator const& x, std::vector<std::size_t> const& groups,
                   std::span<double const> thresholds, std::vector<ThresholdedRows>& results);
  void by_power_steps(RowOperator const& x, std::vector<std::size_t> const& groups,
                      std::span<double const> thresholds, std::vector<ThresholdedRows>& results);
  prox::GramProduct product_of(RowOperator const& x, std::size_t g) const;
  /// Adds the coefficients, weighted with 1 - t / s.
  void complete(RowOperator const& x, std::size_t g, ThresholdedRows& result) const;
  /// Adds vectors and coefficients from the singular vectors u of all rows, on the only rank: X^T u / s is
  /// the other singular vector, (s - t) u^T its coefficients.
  void complete_from_rows(RowOperator const& x, std::size_t g, linalg::ConstMatrixView u,
                          ThresholdedRows& result) const;

  mpi::Communicator const& comm_;
  std::int64_t columns_;
  std::vector<GroupRows const*> groups_;
  prox::SubspaceEffort effort_;
  std::vector<prox::ThresholdedSubspace> subspaces_;
  std::vector<std::int64_t> ranks_;  ///< of the last call
};

}  // namespace thresher::group_matrix
