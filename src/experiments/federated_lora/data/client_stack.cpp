#include "experiments/federated_lora/data/client_stack.hpp"

#include <algorithm>
#include <cassert>

namespace thresher::federated_lora {

namespace {

/// Columns of the whole stack that one rank holds.
mpi::Range columns_of(std::int64_t clients, std::int64_t columns, int rank, int ranks) {
  if (ranks > clients) return mpi::share(clients * columns, rank, ranks);
  auto const own = mpi::share(clients, rank, ranks);
  return {own.begin * columns, own.end * columns};
}

}  // namespace

ClientStack::ClientStack(mpi::Communicator const& comm, std::int64_t clients, std::int64_t rows,
                         std::int64_t columns)
    : comm_(&comm), clients_(clients), rows_(rows), columns_(columns) {
  deal();
  own_ = linalg::DenseMatrix(rows, own_columns_);
}

void ClientStack::deal() {
  auto const own = columns_of(clients_, columns_, comm_->rank(), comm_->size());
  own_columns_ = own.size();
  for (std::int64_t column = own.begin; column < own.end;) {
    std::int64_t const client = column / columns_;
    std::int64_t const end = std::min(own.end, (client + 1) * columns_);
    pieces_.push_back({client, {column - client * columns_, end - client * columns_}, column - own.begin});
    column = end;
  }
}

ClientStack ClientStack::factored(mpi::Communicator const& comm, std::int64_t clients, std::int64_t rows,
                                  std::int64_t columns, std::int64_t rank) {
  assert(comm.size() <= clients);
  ClientStack stack;
  stack.comm_ = &comm;
  stack.clients_ = clients;
  stack.rows_ = rows;
  stack.columns_ = columns;
  stack.deal();
  stack.factors_.emplace_back(comm, clients, rows, rank);
  stack.factors_.emplace_back(comm, clients, columns, rank);
  return stack;
}

linalg::ConstMatrixView ClientStack::get(Piece const& piece, linalg::DenseMatrix& scratch) const {
  if (!is_factored()) return at(piece);
  auto const k = static_cast<std::size_t>(piece.client - pieces_.front().client);
  if (scratch.rows() != rows_ || scratch.columns() != columns_)
    scratch = linalg::DenseMatrix(rows_, columns_);
  linalg::gemm(linalg::Transpose::no, linalg::Transpose::yes, 1, left().at(left().pieces()[k]),
               right().at(right().pieces()[k]), 0, scratch.view());
  return scratch.view();
}

ClientStack expanded(ClientStack const& stack) {
  ClientStack whole(stack.communicator(), stack.clients(), stack.rows(), stack.columns());
  linalg::DenseMatrix scratch;
  for (auto const& piece : whole.pieces()) {
    auto const from = stack.get(piece, scratch);
    std::copy_n(from.data, from.rows * from.columns, whole.at(piece).data);
  }
  return whole;
}

double ClientStack::bytes_per_rank(std::int64_t clients, std::int64_t rows, std::int64_t columns, int ranks) {
  return 8 * static_cast<double>(rows) * static_cast<double>(columns_of(clients, columns, 0, ranks).size());
}

}  // namespace thresher::federated_lora
