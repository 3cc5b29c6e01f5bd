#include "linalg/gram_matrix.hpp"

#include "linalg/row_layout.hpp"

#include <algorithm>

namespace thresher::linalg {

namespace {

/// Sum over ranks, on `owner`.
DenseMatrix sum_on(mpi::Communicator const& comm, int owner, DenseMatrix partial) {
  if (comm.size() == 1) return partial;
  constexpr std::size_t kPiece = std::size_t{1} << 28;  // counts of MPI are 32-bit
  auto const values = partial.values();
  for (std::size_t at = 0; at < values.size(); at += kPiece) {
    auto const piece = values.subspan(at, std::min(kPiece, values.size() - at));
    bool const here = comm.rank() == owner;
    mpi::check(MPI_Reduce(here ? MPI_IN_PLACE : piece.data(), here ? piece.data() : nullptr,
                          static_cast<int>(piece.size()), MPI_DOUBLE, MPI_SUM, owner, comm.get()),
               "MPI_Reduce");
  }
  return comm.rank() == owner ? std::move(partial) : DenseMatrix();
}

/// Sends every rank its share of the columns of this rank's `block` (columns x rows of X); what arrives is
/// this rank's share of the columns, of the blocks of all ranks.
class ColumnExchange {
 public:
  ColumnExchange(mpi::Communicator const& comm, std::int64_t columns) : layout_(comm, columns) {}

  void operator()(DenseMatrix const& block, std::vector<std::int64_t> const& rows_of_rank,
                  std::function<void(int rank, ConstMatrixView part)> const& receive) const {
    auto const& comm = layout_.communicator();
    auto const ranks = comm.size();
    std::vector<int> send_counts;
    std::vector<int> send_offsets;
    std::vector<int> receive_counts;
    std::vector<int> receive_offsets;
    std::vector<double> outgoing;
    int incoming_size = 0;
    for (int rank = 0; rank < ranks; ++rank) {
      auto const share = layout_.owned_by(rank);
      send_offsets.push_back(static_cast<int>(outgoing.size()));
      for (std::int64_t row = 0; row < block.columns(); ++row) {
        auto const column = block.column(row).subspan(static_cast<std::size_t>(share.begin),
                                                      static_cast<std::size_t>(share.size()));
        outgoing.insert(outgoing.end(), column.begin(), column.end());
      }
      send_counts.push_back(static_cast<int>(outgoing.size()) - send_offsets.back());
      receive_offsets.push_back(incoming_size);
      receive_counts.push_back(
          static_cast<int>(rows_of_rank[static_cast<std::size_t>(rank)] * layout_.owned().size()));
      incoming_size += receive_counts.back();
    }
    std::vector<double> incoming(static_cast<std::size_t>(incoming_size));
    mpi::check(
        MPI_Alltoallv(outgoing.data(), send_counts.data(), send_offsets.data(), MPI_DOUBLE, incoming.data(),
                      receive_counts.data(), receive_offsets.data(), MPI_DOUBLE, comm.get()),
        "MPI_Alltoallv");
    for (int rank = 0; rank < ranks; ++rank)
      receive(rank, {incoming.data() + receive_offsets[static_cast<std::size_t>(rank)],
                     layout_.owned().size(), rows_of_rank[static_cast<std::size_t>(rank)]});
  }

 private:
  RowLayout layout_;
};

}  // namespace

DenseMatrix column_gram(TallMatrix const& rows, int owner) {
  DenseMatrix gram(rows.columns(), rows.columns());
  mpi::agree(rows.communicator(), [&] {
    rows.visit([&](mpi::Range, ConstMatrixView block) {
      syrk(Triangle::lower, Transpose::no, 1, block, 1, gram.view());
    });
  });
  return sum_on(rows.communicator(), owner, std::move(gram));
}

DenseMatrix row_gram(TallMatrix const& rows, std::function<void(MatrixView)> const& map, int owner) {
  constexpr std::int64_t kRowsAtOnce = 256;
  auto const& comm = rows.communicator();
  DenseMatrix share(mpi::share(rows.columns(), comm.rank(), comm.size()).size(), rows.rows());
  DenseMatrix gram(rows.rows(), rows.rows());
  if (comm.size() == 1) {
    rows.copy(rows.owned(), share.view());
    if (map) map(share.view());
    syrk(Triangle::lower, Transpose::yes, 1, share.view(), 0, gram.view());
    return gram;
  }
  ColumnExchange const exchange(comm, rows.columns());
  auto const own = rows.owned();
  auto const rounds = (mpi::share(rows.rows(), 0, comm.size()).size() + kRowsAtOnce - 1) / kRowsAtOnce;
  for (std::int64_t round = 0; round < rounds; ++round) {
    auto const part = [&](mpi::Range all) {
      auto const begin = std::min(all.begin + round * kRowsAtOnce, all.end);
      return mpi::Range{begin, std::min(begin + kRowsAtOnce, all.end)};
    };
    auto const mine = part(own);
    DenseMatrix block(rows.columns(), mine.size());
    mpi::agree(comm, [&] {
      rows.copy(mine, block.view());
      if (map && mine.size() > 0) map(block.view());
    });
    std::vector<std::int64_t> rows_of_rank;
    for (int rank = 0; rank < comm.size(); ++rank)
      rows_of_rank.push_back(part(mpi::share(rows.rows(), rank, comm.size())).size());
    exchange(block, rows_of_rank, [&](int rank, ConstMatrixView received) {
      auto const first = part(mpi::share(rows.rows(), rank, comm.size())).begin;
      for (std::int64_t row = 0; row < received.columns; ++row)
        std::ranges::copy(received.column(row), share.column(first + row).begin());
    });
  }
  syrk(Triangle::lower, Transpose::yes, 1, share.view(), 0, gram.view());
  return sum_on(comm, owner, std::move(gram));
}

}  // namespace thresher::linalg
