#include "mpi/exchange.hpp"

#include <cstring>
#include <limits>
#include <stdexcept>

namespace thresher::mpi {

namespace {

int as_int(std::int64_t count) {
  if (count > std::numeric_limits<int>::max())
    throw std::length_error("a message of more than 2^31 elements");
  return static_cast<int>(count);
}

/// Counts and offsets as MPI wants them.
struct Layout {
  std::vector<int> counts;
  std::vector<int> offsets;

  explicit Layout(std::span<std::int64_t const> of_ranks) {
    std::int64_t total = 0;
    for (auto const count : of_ranks) {
      counts.push_back(as_int(count));
      offsets.push_back(as_int(total));
      total += count;
    }
    as_int(total);
  }
};

/// So many bytes as one element.
class ElementType {
 public:
  explicit ElementType(std::size_t size) {
    check(MPI_Type_contiguous(static_cast<int>(size), MPI_BYTE, &type_), "MPI_Type_contiguous");
    check(MPI_Type_commit(&type_), "MPI_Type_commit");
  }
  ~ElementType() { MPI_Type_free(&type_); }
  ElementType(ElementType const&) = delete;
  ElementType& operator=(ElementType const&) = delete;
  MPI_Datatype get() const { return type_; }

 private:
  MPI_Datatype type_ = MPI_DATATYPE_NULL;
};

}  // namespace

namespace untyped {

void all_to_all(Communicator const& comm, std::size_t element_size, void const* send,
                std::span<std::int64_t const> send_counts, void* received,
                std::span<std::int64_t const> receive_counts) {
  if (comm.size() == 1) {
    if (send_counts[0] > 0)
      std::memcpy(received, send, element_size * static_cast<std::size_t>(send_counts[0]));
    return;
  }
  ElementType const type(element_size);
  Layout const out(send_counts);
  Layout const in(receive_counts);
  check(MPI_Alltoallv(send, out.counts.data(), out.offsets.data(), type.get(), received, in.counts.data(),
                      in.offsets.data(), type.get(), comm.get()),
        "MPI_Alltoallv");
}

void all_gather(Communicator const& comm, std::size_t element_size, void const* mine, void* all,
                std::span<std::int64_t const> counts) {
  auto const own = counts[static_cast<std::size_t>(comm.rank())];
  if (comm.size() == 1) {
    if (own > 0) std::memcpy(all, mine, element_size * static_cast<std::size_t>(own));
    return;
  }
  ElementType const type(element_size);
  Layout const in(counts);
  check(MPI_Allgatherv(mine, as_int(own), type.get(), all, in.counts.data(), in.offsets.data(), type.get(),
                       comm.get()),
        "MPI_Allgatherv");
}

void pass_on(Communicator const& comm, std::size_t element_size, void const* send, std::int64_t send_count,
             void* received, std::int64_t receive_count) {
  ElementType const type(element_size);
  int const before = (comm.rank() + comm.size() - 1) % comm.size();
  int const behind = (comm.rank() + 1) % comm.size();
  check(MPI_Sendrecv(send, as_int(send_count), type.get(), before, 0, received, as_int(receive_count),
                     type.get(), behind, 0, comm.get(), MPI_STATUS_IGNORE),
        "MPI_Sendrecv");
}

}  // namespace untyped

std::vector<std::int64_t> gather_counts(Communicator const& comm, std::int64_t mine) {
  std::vector<std::int64_t> counts(static_cast<std::size_t>(comm.size()), mine);
  if (comm.size() > 1)
    check(MPI_Allgather(&mine, 1, MPI_INT64_T, counts.data(), 1, MPI_INT64_T, comm.get()), "MPI_Allgather");
  return counts;
}

std::vector<std::int64_t> exchange_counts(Communicator const& comm, std::span<std::int64_t const> for_ranks) {
  std::vector<std::int64_t> from_ranks(for_ranks.begin(), for_ranks.end());
  if (comm.size() > 1)
    check(MPI_Alltoall(for_ranks.data(), 1, MPI_INT64_T, from_ranks.data(), 1, MPI_INT64_T, comm.get()),
          "MPI_Alltoall");
  return from_ranks;
}

}  // namespace thresher::mpi
