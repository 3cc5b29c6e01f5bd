#include "linalg/owned_matrices.hpp"

#include <cstdint>
#include <vector>

namespace thresher::linalg {

namespace {

std::vector<std::span<double>> values_of(std::span<DenseMatrix* const> matrices) {
  std::vector<std::span<double>> values;
  for (auto* const matrix : matrices) values.push_back(matrix->values());
  return values;
}

}  // namespace

void sum_on_owners(mpi::Communicator const& comm, std::span<int const> owners,
                   std::span<DenseMatrix* const> matrices) {
  mpi::sum_on_owners(comm, owners, values_of(matrices));
}

void send_from_owners(mpi::Communicator const& comm, std::span<int const> owners,
                      std::span<DenseMatrix* const> matrices) {
  std::vector<std::int64_t> columns;
  for (auto const* const matrix : matrices) columns.push_back(matrix->columns());
  mpi::send_from_owners(comm, owners, columns);
  for (std::size_t k = 0; k < matrices.size(); ++k)
    if (owners[k] != comm.rank()) *matrices[k] = DenseMatrix::unset(matrices[k]->rows(), columns[k]);
  auto const values = values_of(matrices);
  mpi::send_from_owners(comm, owners, std::span<std::span<double> const>(values));
}

}  // namespace thresher::linalg
