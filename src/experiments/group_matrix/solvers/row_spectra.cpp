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

/// Orders up to which a Gram matrix is decomposed for the largest singular value of sparse rows, if the dense
/// rows have no more numbers than `kMostDense`; beyond, a search by products takes less.
constexpr std::int64_t kGramForNorm = 512;
/// Numbers of a matrix that is decomposed itself where all of its singular values count.
constexpr std::int64_t kWhole = std::int64_t{1} << 20;
constexpr double kNormTolerance = 1e-10;

/// This rank's columns of a matrix, for a group; collective over the ranks that hold rows of the group.
using PanelOf = std::function<DenseMatrix(mpi::Communicator const&, std::size_t)>;

/// What is read off singular values, and up to how many numbers they are those of the matrix itself: of a
/// Gram matrix those below about 1e-8 of the largest are rounding.
struct SpectrumReading {
  std::int64_t whole;
  double (*value)(std::span<double const> singular_values);
};
SpectrumReading const kNuclearNorm{
    kWhole, [](std::span<double const> s) { return std::accumulate(s.begin(), s.end(), 0.0); }};
SpectrumReading const kSpectralNorm{0, [](std::span<double const> s) { return std::ranges::max(s); }};

/// The Gram matrix of the columns of A, or of the rows (A A^T), lower triangle.
DenseMatrix gram_matrix(ConstMatrixView a, Transpose columns) {
  std::int64_t const order = columns == Transpose::yes ? a.columns : a.rows;
  DenseMatrix gram(order, order);
  linalg::syrk(linalg::Triangle::lower, columns, 1, a, 0, gram.view());
  return gram;
}

/// Singular values of what has this Gram matrix, which is spoilt. Not collective.
std::vector<double> gram_values(DenseMatrix gram) {
  std::vector<double> values(static_cast<std::size_t>(gram.rows()));
  linalg::syevd(linalg::Eigenvectors::none, linalg::Triangle::lower, gram.view(), values);
  for (double& value : values) value = std::sqrt(std::max(value, 0.0));
  return values;
}

std::vector<double> values_of_whole(DenseMatrix a, std::int64_t most) {
  if (a.rows() * a.columns() > most)
    return gram_values(gram_matrix(a.view(), a.columns() < a.rows() ? Transpose::yes : Transpose::no));
  std::vector<double> values(static_cast<std::size_t>(std::min(a.rows(), a.columns())));
  linalg::singular_values(a.view(), values);
  return values;
}

/// The columns of all ranks side by side, on the owner alone. Collective.
DenseMatrix on_owner(mpi::Communicator const& comm, int owner, DenseMatrix panel, std::int64_t columns) {
  if (comm.size() == 1) return panel;
  mpi::Parts<double> send{{panel.values().begin(), panel.values().end()},
                          std::vector<std::int64_t>(static_cast<std::size_t>(comm.size()))};
  send.counts[static_cast<std::size_t>(owner)] = std::ssize(send.values);
  auto const parts = mpi::exchange(comm, send);
  if (comm.rank() != owner) return {};
  auto whole = DenseMatrix::unset(panel.rows(), columns);
  std::ranges::copy(parts.values, whole.values().begin());
  return whole;
}

/// A number of each of several matrices; 0 for those that are not wanted. Each of the ranks that hold a
/// matrix decomposes one at a time. Collective.
std::vector<double> read_spectra(mpi::Communicator const& comm, std::span<GroupRows const* const> groups,
                                 std::vector<bool> const& wanted, PanelOf const& panel_of,
                                 SpectrumReading const& reading) {
  std::vector<double> numbers(groups.size());
  mpi::for_each_held(comm, holders(comm, groups), [&](mpi::Holding const& holding) {
    auto items = holding.items;
    std::erase_if(items, [&](std::size_t g) { return !wanted[g]; });
    auto const ranks = static_cast<std::size_t>(holding.comm.size());
    for (std::size_t begin = 0; begin < items.size(); begin += ranks) {
      auto const batch = std::span(items).subspan(begin, std::min(ranks, items.size() - begin));
      DenseMatrix whole, gram;
      for (std::size_t k = 0; k < batch.size(); ++k) {
        auto panel = panel_of(holding.comm, batch[k]);
        std::int64_t const columns = groups[batch[k]]->size;
        int const owner = static_cast<int>(k);
        if (ranks > 1 && panel.rows() <= columns && panel.rows() * columns > reading.whole) {
          auto part = gram_matrix(panel.view(), Transpose::no);
          auto const values = part.values();
          mpi::sum_on_owners(holding.comm, {&owner, 1}, {&values, 1});
          if (owner == holding.comm.rank()) gram = std::move(part);
        } else {
          auto gathered = on_owner(holding.comm, owner, std::move(panel), columns);
          if (owner == holding.comm.rank()) whole = std::move(gathered);
        }
      }
      auto const own = static_cast<std::size_t>(holding.comm.rank());
      mpi::agree(holding.comm, [&] {
        if (own >= batch.size()) return;
        numbers[batch[own]] =
            reading.value(gram.rows() > 0 ? gram_values(std::move(gram))
                                          : values_of_whole(std::move(whole), reading.whole));
      });
    }
  });
  mpi::sum_in_place(comm, numbers);
  return numbers;
}

/// By products with the rows of a group. Collective.
double searched_norm(mpi::Communicator const& comm, std::int64_t columns, GroupRows const& rows,
                     RowOperator const& x) {
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

std::vector<double> spectral_norms(mpi::Communicator const& comm, std::span<GroupRows const* const> groups,
                                   std::vector<bool> const& wanted,
                                   std::function<DenseMatrix(std::size_t)> const& panel_of) {
  return read_spectra(
      comm, groups, wanted, [&](mpi::Communicator const&, std::size_t g) { return panel_of(g); },
      kSpectralNorm);
}

std::vector<double> spectral_norms(mpi::Communicator const& comm, std::int64_t columns,
                                   std::span<GroupRows const* const> groups, std::vector<bool> const& wanted,
                                   std::function<std::unique_ptr<RowOperator>(std::size_t)> const& rows_of) {
  auto small = wanted;
  for (std::size_t g = 0; g < groups.size(); ++g)
    small[g] = wanted[g] && std::min(columns, groups[g]->size) <= kGramForNorm &&
               columns * groups[g]->size <= kMostDense;
  auto values = spectral_norms(comm, groups, small, [&](std::size_t g) {
    auto const rows = rows_of(g);
    auto const panel = rows->panel(0);
    auto copy = DenseMatrix::unset(panel.rows, panel.columns);
    for (std::int64_t i = 0; i < panel.columns; ++i)
      std::ranges::copy(panel.column(i), copy.column(i).begin());
    return copy;
  });
  std::vector<double> searched(groups.size());
  mpi::for_each_held(comm, holders(comm, groups), [&](mpi::Holding const& holding) {
    for (auto const g : holding.items) {
      if (!wanted[g] || small[g]) continue;
      double const value = searched_norm(holding.comm, columns, *groups[g], *rows_of(g));
      if (holding.comm.rank() == 0) searched[g] = value;
    }
  });
  mpi::sum_in_place(comm, searched);
  for (std::size_t g = 0; g < values.size(); ++g) values[g] += searched[g];
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
  auto const coordinates = [&](mpi::Communicator const& holders, std::size_t g) {
    return compressed_rows(holders, columns, *groups[g], estimate).coordinates;
  };
  return read_spectra(comm, groups, std::vector<bool>(groups.size(), true), coordinates, kNuclearNorm);
}

}  // namespace thresher::group_matrix
