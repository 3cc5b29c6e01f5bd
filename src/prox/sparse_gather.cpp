#include "prox/sparse_gather.hpp"

#include <numeric>

namespace thresher::prox {

SparseVector gather_nonzeros(mpi::Communicator const& comm, mpi::Range range, std::span<double const> part) {
  SparseVector mine;
  for (std::size_t k = 0; k < part.size(); ++k)
    if (part[k] != 0) {
      mine.indices.push_back(range.begin + static_cast<std::int64_t>(k));
      mine.values.push_back(part[k]);
    }
  if (comm.size() == 1) return mine;
  int const count = static_cast<int>(mine.indices.size());
  std::vector<int> counts(static_cast<std::size_t>(comm.size()));
  mpi::check(MPI_Allgather(&count, 1, MPI_INT, counts.data(), 1, MPI_INT, comm.get()), "MPI_Allgather");
  std::vector<int> offsets(counts.size(), 0);
  std::partial_sum(counts.begin(), counts.end() - 1, offsets.begin() + 1);
  SparseVector all;
  all.indices.resize(static_cast<std::size_t>(offsets.back() + counts.back()));
  all.values.resize(all.indices.size());
  mpi::check(MPI_Allgatherv(mine.indices.data(), count, MPI_INT64_T, all.indices.data(), counts.data(),
                            offsets.data(), MPI_INT64_T, comm.get()),
             "MPI_Allgatherv");
  mpi::check(MPI_Allgatherv(mine.values.data(), count, MPI_DOUBLE, all.values.data(), counts.data(),
                            offsets.data(), MPI_DOUBLE, comm.get()),
             "MPI_Allgatherv");
  return all;
}

}  // namespace thresher::prox
