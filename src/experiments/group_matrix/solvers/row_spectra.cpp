#include "experiments/group_matrix/solvers/row_spectra.hpp"

#include "linalg/orthonormal_frame.hpp"
#include "linalg/singular_values.hpp"
#include "mpi/exchange.hpp"
#include "mpi/holdings.hpp"
#include "mpi/owned_items.hpp"
#include "prox/thresholded_subspace.hpp"

#include <algorithm>
#include <cmath>
#include <numeric>
#include <utility>

namespace thresher::group_matrix {

using linalg::ConstMatrixView;
using linalg::DenseMatrix;
using linalg::MatrixView;
using linalg::Transpose;

namespace {

/// Orders up to which a Gram matrix is decomposed for its largest eigenvalue, and numbers of a matrix that is
/// decomposed whole by one rank.
constexpr std::int64_t kGramForNorm = 512;
constexpr std::int64_t kWhole = std::int64_t{1} << 20;
constexpr double kNormTolerance = 1e-10;

/// This rank's part of the Gram matrix of the panels of all ranks side by side: of the smaller side where the
/// rank is alone.
DenseMatrix gram_part(mpi::Communicator const& comm, ConstMatrixView panel) {
  bool const by_rows = comm.size() == 1 && panel.columns < panel.rows;
  DenseMatrix gram(by_rows ? panel.columns : panel.rows, by_rows ? panel.columns : panel.rows);
  linalg::syrk(linalg::Triangle::lower, by_rows ? Transpose::yes : Transpose::no, 1, panel, 0, gram.view());
  return gram;
}

/// Singular values, ascending, of what has this Gram matrix, which is spoilt. Not collective.
std::vector<double> gram_values(DenseMatrix& gram) {
  std::vector<double> values(static_cast<std::size_t>(gram.rows()));
  linalg::syevd(linalg::Eigenvectors::none, linalg::Triangle::lower, gram.view(), values);
  for (double& value : values) value = std::sqrt(std::max(value, 0.0));
  return values;
}

std::vector<double> singular_values_of(DenseMatrix& a) {
  std::vector<double> values(static_cast<std::size_t>(std::min(a.rows(), a.columns())));
  linalg::singular_values(a.view(), values);
  return values;
}

double largest_by_gram(mpi::Communicator const& comm, ConstMatrixView panel) {
  auto gram = gram_part(comm, panel);
  mpi::sum_in_place(comm, gram.values());
  double largest = 0;
  mpi::agree(comm, [&] {
    if (comm.rank() == 0) largest = std::ranges::max(gram_values(gram));
  });
  mpi::broadcast(comm, std::span(&largest, 1));
  return largest;
}

double largest_singular_value(mpi::Communicator const& comm, std::int64_t columns, GroupRows const& rows,
                              RowOperator const& x) {
  if (std::min(columns, rows.size) <= kGramForNorm && (comm.size() == 1 || columns <= kGramForNorm))
    return largest_by_gram(comm, x.panel(0));
  prox::ThresholdedSubspace subspace(comm, columns);
  return subspace
      .leading(
          [&](ConstMatrixView in, MatrixView out) {
            DenseMatrix inner(in.columns, rows.own_count());
            x.gram_product(0, in, inner.view(), out);
          },
          1, kNormTolerance)
      .singular_values.front();
}

}  // namespace

std::vector<double> largest_singular_values(
    mpi::Communicator const& comm, std::int64_t columns, std::span<GroupRows const* const> groups,
    std::vector<bool> const& wanted,
    std::function<std::unique_ptr<RowOperator>(std::size_t)> const& rows_of) {
  std::vector<double> values(groups.size());
  mpi::for_each_held(comm, holders(comm, groups), [&](mpi::Holding const& holding) {
    for (auto const g : holding.items) {
      if (!wanted[g]) continue;
      double const value = largest_singular_value(holding.comm, columns, *groups[g], *rows_of(g));
      if (holding.comm.rank() == 0) values[g] = value;
    }
  });
  mpi::sum_in_place(comm, values);
  return values;
}

DenseMatrix CompressedRows::expanded(ConstMatrixView vectors) const {
  DenseMatrix result(basis.columns() > 0 ? basis.rows() : vectors.rows, vectors.columns);
  if (basis.columns() > 0)
    linalg::gemm(Transpose::no, Transpose::no, 1, basis.view(), vectors, 0, result.view());
  else
    for (std::int64_t k = 0; k < vectors.columns; ++k)
      std::ranges::copy(vectors.column(k), result.column(k).begin());
  return result;
}

CompressedRows compressed_rows(mpi::Communicator const& comm, std::int64_t columns, GroupRows const& rows,
                               Estimate const& estimate) {
  CompressedRows result;
  // Terms that meet the group on some rank.
  auto const& terms = estimate.factored.terms();
  std::vector<double> meets(terms.size());
  for (std::size_t k = 0; k < terms.size(); ++k) {
    for (auto const i : terms[k].rows->own)
      if (std::ranges::binary_search(rows.own, i)) {
        meets[k] = 1;
        break;
      }
  }
  mpi::sum_in_place(comm, meets);
  std::int64_t rank = 0;
  for (std::size_t k = 0; k < terms.size(); ++k) rank += meets[k] > 0 ? terms[k].rank() : 0;
  bool const is_dense = mpi::max(comm, estimate.dense.columns() > 0 ? 1 : 0) > 0;
  if (is_dense || rank == 0 || 2 * rank >= columns) {
    result.coordinates = DenseMatrix(columns, rows.own_count());
    estimate.rows(rows.own, result.coordinates.view());
    return result;
  }
  result.basis = DenseMatrix(columns, rank);
  linalg::orthonormal_frame(
      comm,
      [&](MatrixView frame) {
        std::int64_t at = 0;
        for (std::size_t k = 0; k < terms.size(); ++k)
          if (meets[k] > 0)
            for (std::int64_t r = 0; r < terms[k].rank(); ++r)
              std::ranges::copy(terms[k].vectors.column(r), frame.column(at++).begin());
      },
      result.basis.view());
  result.coordinates = DenseMatrix(rank, rows.own_count());
  estimate.factored.add_product(rows.own, 1, result.basis.view(), result.coordinates.view());
  return result;
}

std::vector<double> nuclear_norms(mpi::Communicator const& comm, std::int64_t columns,
                                  std::span<GroupRows const* const> groups, Estimate const& estimate) {
  std::vector<double> norms(groups.size());
  mpi::for_each_held(comm, holders(comm, groups), [&](mpi::Holding const& holding) {
    auto const ranks = static_cast<std::size_t>(holding.comm.size());
    // Each of the ranks decomposes one matrix at a time.
    for (std::size_t begin = 0; begin < holding.items.size(); begin += ranks) {
      auto const batch =
          std::span(holding.items).subspan(begin, std::min(ranks, holding.items.size() - begin));
      DenseMatrix whole, gram;
      for (std::size_t k = 0; k < batch.size(); ++k) {
        auto const& rows = *groups[batch[k]];
        auto const panel = compressed_rows(holding.comm, columns, rows, estimate).coordinates;
        int const owner = static_cast<int>(k);
        if (panel.rows() * rows.size > kWhole) {
          auto part = gram_part(holding.comm, panel.view());
          auto const values = part.values();
          mpi::sum_on_owners(holding.comm, {&owner, 1}, {&values, 1});
          if (owner == holding.comm.rank()) gram = std::move(part);
        } else {
          auto const parts = mpi::gather_parts(holding.comm, std::span(panel.values()));
          if (owner != holding.comm.rank()) continue;
          whole = DenseMatrix::unset(panel.rows(), rows.size);
          std::ranges::copy(parts.values, whole.values().begin());
        }
      }
      auto const own = static_cast<std::size_t>(holding.comm.rank());
      mpi::agree(holding.comm, [&] {
        if (own >= batch.size()) return;
        auto const& rows = *groups[batch[own]];
        auto values = gram.rows() > 0 ? gram_values(gram) : singular_values_of(whole);
        // Of a Gram matrix that has more columns than the group has rows the others are rounding.
        if (gram.rows() > rows.size) values.erase(values.begin(), values.end() - rows.size);
        norms[batch[own]] = std::accumulate(values.begin(), values.end(), 0.0);
      });
    }
  });
  mpi::sum_in_place(comm, norms);
  return norms;
}

}  // namespace thresher::group_matrix
