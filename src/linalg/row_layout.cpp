#include "linalg/row_layout.hpp"

#include "linalg/column_products.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <limits>
#include <stdexcept>

namespace thresher::linalg {

namespace {

/// Below this many entries one MPI_Allreduce is faster than packing for MPI_Reduce_scatter.
constexpr std::int64_t kSmallPanel = 1'000'000;

struct Segments {
  std::vector<int> counts;
  std::vector<int> offsets;
};

/// Where the rows of each rank lie in a buffer that holds rank after rank.
Segments segments(RowLayout const& layout, std::int64_t columns) {
  if (layout.rows() * columns > std::numeric_limits<int>::max())
    throw std::length_error(fmt::format("a panel of {} x {} entries is above 2^31 - 1: use fewer columns",
                                        layout.rows(), columns));
  Segments found;
  for (int rank = 0; rank < layout.communicator().size(); ++rank) {
    auto const rows = layout.owned_by(rank);
    found.counts.push_back(static_cast<int>(rows.size() * columns));
    found.offsets.push_back(static_cast<int>(rows.begin * columns));
  }
  return found;
}

void copy(ConstMatrixView from, MatrixView to) {
  for (std::int64_t j = 0; j < from.columns; ++j) std::ranges::copy(from.column(j), to.column(j).begin());
}

std::vector<double> packed(ConstMatrixView panel) {
  std::vector<double> buffer(static_cast<std::size_t>(panel.rows * panel.columns));
  copy(panel, {buffer.data(), panel.rows, panel.columns});
  return buffer;
}

/// Buffer of rank after rank <-> whole panel.
template <class Visit>
void for_each_rank(RowLayout const& layout, std::int64_t columns, double* buffer, Visit visit) {
  for (int rank = 0; rank < layout.communicator().size(); ++rank) {
    auto const rows = layout.owned_by(rank);
    visit(rows, MatrixView(buffer + rows.begin * columns, rows.size(), columns));
  }
}

}  // namespace

void gather_rows(RowLayout const& layout, ConstMatrixView own, MatrixView whole) {
  auto const& comm = layout.communicator();
  if (comm.size() == 1) return copy(own, whole);
  auto const where = segments(layout, own.columns);
  auto const mine = packed(own);
  std::vector<double> all(static_cast<std::size_t>(whole.rows * whole.columns));
  mpi::check(MPI_Allgatherv(mine.data(), static_cast<int>(mine.size()), MPI_DOUBLE, all.data(),
                            where.counts.data(), where.offsets.data(), MPI_DOUBLE, comm.get()),
             "MPI_Allgatherv");
  for_each_rank(layout, own.columns, all.data(), [&](mpi::Range rows, MatrixView part) {
    copy(part, whole.block(rows.begin, 0, rows.size(), whole.columns));
  });
}

void gather_rows_to(RowLayout const& layout, int owner, ConstMatrixView own, MatrixView whole) {
  auto const& comm = layout.communicator();
  if (comm.size() == 1) return copy(own, whole);
  auto const where = segments(layout, own.columns);
  auto const mine = packed(own);
  std::vector<double> all(comm.rank() == owner ? static_cast<std::size_t>(layout.rows() * own.columns) : 0);
  mpi::check(MPI_Gatherv(mine.data(), static_cast<int>(mine.size()), MPI_DOUBLE, all.data(),
                         where.counts.data(), where.offsets.data(), MPI_DOUBLE, owner, comm.get()),
             "MPI_Gatherv");
  if (comm.rank() != owner) return;
  for_each_rank(layout, own.columns, all.data(), [&](mpi::Range rows, MatrixView part) {
    copy(part, whole.block(rows.begin, 0, rows.size(), whole.columns));
  });
}

void scatter_rows_from(RowLayout const& layout, int owner, ConstMatrixView whole, MatrixView own) {
  auto const& comm = layout.communicator();
  if (comm.size() == 1) return copy(whole, own);
  auto const where = segments(layout, own.columns);
  std::vector<double> all(comm.rank() == owner ? static_cast<std::size_t>(layout.rows() * own.columns) : 0);
  if (comm.rank() == owner)
    for_each_rank(layout, own.columns, all.data(), [&](mpi::Range rows, MatrixView part) {
      copy(whole.block(rows.begin, 0, rows.size(), whole.columns), part);
    });
  std::vector<double> mine(static_cast<std::size_t>(own.rows * own.columns));
  mpi::check(MPI_Scatterv(all.data(), where.counts.data(), where.offsets.data(), MPI_DOUBLE, mine.data(),
                          static_cast<int>(mine.size()), MPI_DOUBLE, owner, comm.get()),
             "MPI_Scatterv");
  copy({mine.data(), own.rows, own.columns}, own);
}

void sum_to_rows(RowLayout const& layout, MatrixView partial, MatrixView own) {
  auto const& comm = layout.communicator();
  if (comm.size() == 1) return copy(partial, own);
  if (partial.leading == partial.rows && partial.rows * partial.columns < kSmallPanel) {
    mpi::sum_in_place(comm, {partial.data, static_cast<std::size_t>(partial.rows * partial.columns)});
    return copy_own_rows(layout, partial, own);
  }
  auto const where = segments(layout, own.columns);
  std::vector<double> all(static_cast<std::size_t>(partial.rows * partial.columns));
  for_each_rank(layout, own.columns, all.data(), [&](mpi::Range rows, MatrixView part) {
    copy(partial.block(rows.begin, 0, rows.size(), partial.columns), part);
  });
  std::vector<double> mine(static_cast<std::size_t>(own.rows * own.columns));
  mpi::check(
      MPI_Reduce_scatter(all.data(), mine.data(), where.counts.data(), MPI_DOUBLE, MPI_SUM, comm.get()),
      "MPI_Reduce_scatter");
  copy({mine.data(), own.rows, own.columns}, own);
}

void copy_own_rows(RowLayout const& layout, ConstMatrixView whole, MatrixView own) {
  auto const rows = layout.owned();
  copy(whole.block(rows.begin, 0, rows.size(), own.columns), own);
}

std::vector<double> column_inner_products(RowLayout const& layout, ConstMatrixView own_a,
                                          ConstMatrixView own_b) {
  std::vector<double> products(static_cast<std::size_t>(own_a.columns));
  for (std::int64_t j = 0; j < own_a.columns; ++j)
    products[static_cast<std::size_t>(j)] = inner_product(own_a.column(j), own_b.column(j));
  mpi::sum_in_place(layout.communicator(), products);
  return products;
}

std::vector<double> cross_products(RowLayout const& layout, ConstMatrixView own_a, ConstMatrixView own_b) {
  std::vector<double> products(static_cast<std::size_t>(own_a.columns * own_b.columns));
  gemm(Transpose::yes, Transpose::no, 1, own_a, own_b, 0, {products.data(), own_a.columns, own_b.columns});
  mpi::sum_in_place(layout.communicator(), products);
  return products;
}

}  // namespace thresher::linalg
