#include "experiments/federated_lora/data/client_stack.hpp"

#include <algorithm>

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
    : comm_(&comm), clients_(clients), columns_(columns) {
  auto const own = columns_of(clients, columns, comm.rank(), comm.size());
  for (std::int64_t column = own.begin; column < own.end;) {
    std::int64_t const client = column / columns;
    std::int64_t const end = std::min(own.end, (client + 1) * columns);
    pieces_.push_back({client, {column - client * columns, end - client * columns}, column - own.begin});
    column = end;
  }
  own_ = linalg::DenseMatrix(rows, own.size());
}

double ClientStack::bytes_per_rank(std::int64_t clients, std::int64_t rows, std::int64_t columns, int ranks) {
  return 8 * static_cast<double>(rows) * static_cast<double>(columns_of(clients, columns, 0, ranks).size());
}

}  // namespace thresher::federated_lora
