#pragma once

#include "bytes/reader.hpp"
#include "bytes/writer.hpp"
#include "experiments/group_matrix/data/row_groups.hpp"
#include "experiments/group_matrix/solvers/row_operator.hpp"
#include "experiments/group_matrix/solvers/thresholded_rows.hpp"
#include "linalg/dense_matrix.hpp"
#include "mpi/communicator.hpp"
#include "mpi/holdings.hpp"
#include "prox/thresholded_subspace.hpp"

#include <cstdint>
#include <functional>
#include <span>
#include <vector>

namespace thresher::group_matrix {

/// A Gram matrix of this order at most is always decomposed; above the second one never; between them unless
/// the last rank was so many times smaller: there a few products with a narrow block are cheaper.
inline constexpr std::int64_t kSmallGram = 128;
inline constexpr std::int64_t kLargestGram = 1500;
inline constexpr std::int64_t kGramPerRank = 6;

/// Thresholds the row submatrices of all groups again and again, by Gram matrices where the smaller side is
/// short, else by block subspaces that start with what was found before. Ranks that hold no row of a group
/// have no part in it.
class GroupThreshold {
 public:
  /// `comm` and the groups must outlive it. Collective.
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
  void by_gram(mpi::Communicator const& comm, RowOperator const& x, std::vector<std::size_t> const& groups,
               std::span<double const> thresholds, std::vector<ThresholdedRows>& results) const;
  /// Groups whose small algebra `ranks` ranks have at once: at least one for each of them.
  static std::vector<std::vector<std::size_t>> together(
      int ranks, std::vector<std::size_t> const& groups,
      std::function<std::int64_t(std::size_t)> const& numbers);
  void by_products(mpi::Communicator const& comm, RowOperator const& x,
                   std::vector<std::size_t> const& groups, std::span<double const> thresholds,
                   std::vector<ThresholdedRows>& results);
  void by_power_steps(mpi::Communicator const& comm, RowOperator const& x,
                      std::vector<std::size_t> const& groups, std::span<double const> thresholds,
                      std::vector<ThresholdedRows>& results);
  /// One of the two that start with what was found before.
  using Iteration = void (GroupThreshold::*)(mpi::Communicator const&, RowOperator const&,
                                             std::vector<std::size_t> const&, std::span<double const>,
                                             std::vector<ThresholdedRows>&);
  std::vector<ThresholdedRows> thresholded(RowOperator const& x, std::span<double const> thresholds,
                                           std::function<bool(std::size_t)> const& has_gram,
                                           Iteration iteration);
  /// Every rank learns what those that hold a group have found.
  void spread(std::vector<ThresholdedRows>& results) const;
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
  std::vector<mpi::Holding> holdings_;
  std::vector<int> ranks_of_;  ///< how many ranks hold a group's rows
  std::vector<prox::ThresholdedSubspace> subspaces_;
  std::vector<std::int64_t> ranks_;  ///< of the last call
};

}  // namespace thresher::group_matrix
