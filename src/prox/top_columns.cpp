#include "prox/top_columns.hpp"

#include <algorithm>
#include <numeric>

namespace thresher::prox {

namespace {

void keep_top(std::vector<ScoredColumn>& columns, std::int64_t count) {
  auto const before = [](ScoredColumn const& a, ScoredColumn const& b) {
    return a.score > b.score || (a.score == b.score && a.column < b.column);
  };
  if (static_cast<std::int64_t>(columns.size()) > count) {
    std::nth_element(columns.begin(), columns.begin() + count, columns.end(), before);
    columns.resize(static_cast<std::size_t>(count));
  }
  std::sort(columns.begin(), columns.end(), before);
}

}  // namespace

std::vector<ScoredColumn> top_columns(mpi::Communicator const& comm, std::vector<ScoredColumn> local,
                                      std::int64_t count) {
  keep_top(local, count);
  if (comm.size() == 1) return local;
  int const mine = static_cast<int>(local.size() * sizeof(ScoredColumn));
  std::vector<int> sizes(static_cast<std::size_t>(comm.size()));
  mpi::check(MPI_Allgather(&mine, 1, MPI_INT, sizes.data(), 1, MPI_INT, comm.get()), "MPI_Allgather");
  std::vector<int> offsets(sizes.size(), 0);
  std::partial_sum(sizes.begin(), sizes.end() - 1, offsets.begin() + 1);
  std::vector<ScoredColumn> all(static_cast<std::size_t>(offsets.back() + sizes.back()) /
                                sizeof(ScoredColumn));
  mpi::check(MPI_Allgatherv(local.data(), mine, MPI_BYTE, all.data(), sizes.data(), offsets.data(), MPI_BYTE,
                            comm.get()),
             "MPI_Allgatherv");
  keep_top(all, count);
  return all;
}

}  // namespace thresher::prox
