#include "mpi/owned_items.hpp"

#include <algorithm>

namespace thresher::mpi {

std::vector<int> in_turn(Communicator const& comm, std::size_t count) {
  std::vector<int> owners(count);
  for (std::size_t k = 0; k < count; ++k)
    owners[k] = static_cast<int>(k % static_cast<std::size_t>(comm.size()));
  return owners;
}

void sum_on_owners(Communicator const& comm, std::span<int const> owners,
                   std::span<std::span<double> const> items) {
  if (comm.size() == 1) return;
  constexpr std::size_t kPiece = std::size_t{1} << 30;  // counts of MPI are 32-bit
  for (std::size_t k = 0; k < items.size(); ++k) {
    int const owner = owners[k];
    for (std::size_t at = 0; at < items[k].size(); at += kPiece) {
      double* const values = items[k].data() + at;
      auto const count = static_cast<int>(std::min(kPiece, items[k].size() - at));
      bool const is_own = owner == comm.rank();
      check(MPI_Reduce(is_own ? MPI_IN_PLACE : values, is_own ? values : nullptr, count, MPI_DOUBLE, MPI_SUM,
                       owner, comm.get()),
            "MPI_Reduce");
    }
  }
}

void send_from_owners(Communicator const& comm, std::span<int const> owners,
                      std::span<std::int64_t> numbers) {
  if (comm.size() == 1) return;
  for (std::size_t k = 0; k < numbers.size(); ++k)
    if (owners[k] != comm.rank()) numbers[k] = 0;
  check(MPI_Allreduce(MPI_IN_PLACE, numbers.data(), static_cast<int>(numbers.size()), MPI_INT64_T, MPI_SUM,
                      comm.get()),
        "MPI_Allreduce");
}

void send_from_owners(Communicator const& comm, std::span<int const> owners,
                      std::span<std::span<double> const> items) {
  for (std::size_t k = 0; k < items.size(); ++k)
    if (!items[k].empty()) broadcast(comm, items[k], owners[k]);
}

void send_from_owners(Communicator const& comm, std::span<int const> owners,
                      std::span<std::vector<double>> items) {
  std::vector<std::int64_t> sizes;
  for (auto const& item : items) sizes.push_back(std::ssize(item));
  send_from_owners(comm, owners, sizes);
  std::vector<std::span<double>> values;
  for (std::size_t k = 0; k < items.size(); ++k) {
    items[k].resize(static_cast<std::size_t>(sizes[k]));
    values.emplace_back(items[k]);
  }
  send_from_owners(comm, owners, std::span<std::span<double> const>(values));
}

}  // namespace thresher::mpi
