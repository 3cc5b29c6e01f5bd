#pragma once

#include "mpi/communicator.hpp"

#include <cstdint>
#include <numeric>
#include <span>
#include <type_traits>
#include <vector>

namespace thresher::mpi {

/// Values for (or from) every rank, back to back in the order of the ranks.
template <class T>
struct Parts {
  std::vector<T> values;
  std::vector<std::int64_t> counts;  ///< one per rank

  /// Where the part of each rank begins, and at last the number of all values.
  std::vector<std::int64_t> offsets() const {
    std::vector<std::int64_t> result(counts.size() + 1, 0);
    std::partial_sum(counts.begin(), counts.end(), result.begin() + 1);
    return result;
  }
  std::span<T const> part(int rank) const {
    auto const begin = std::accumulate(counts.begin(), counts.begin() + rank, std::int64_t{0});
    return std::span<T const>(values).subspan(
        static_cast<std::size_t>(begin), static_cast<std::size_t>(counts[static_cast<std::size_t>(rank)]));
  }
};

/// Collective calls on elements of `element_size` bytes. Fewer than 2^31 elements for and from all ranks
/// together (std::length_error).
namespace untyped {
void all_to_all(Communicator const& comm, std::size_t element_size, void const* send,
                std::span<std::int64_t const> send_counts, void* received,
                std::span<std::int64_t const> receive_counts);
void all_gather(Communicator const& comm, std::size_t element_size, void const* mine, void* all,
                std::span<std::int64_t const> counts);
void pass_on(Communicator const& comm, std::size_t element_size, void const* send, std::int64_t send_count,
             void* received, std::int64_t receive_count);
}  // namespace untyped

/// counts[r] = what rank r says. Collective.
std::vector<std::int64_t> gather_counts(Communicator const& comm, std::int64_t mine);
/// result[r] = what rank r has for this rank. Collective.
std::vector<std::int64_t> exchange_counts(Communicator const& comm, std::span<std::int64_t const> for_ranks);

/// Sends every rank its part where both sides know how much: result holds the parts from all ranks, in their
/// order. Collective.
template <class T>
requires std::is_trivially_copyable_v<T> Parts<T> exchange(Communicator const& comm, Parts<T> const& send,
                                                           std::vector<std::int64_t> receive_counts) {
  Parts<T> received{{}, std::move(receive_counts)};
  received.values.resize(static_cast<std::size_t>(received.offsets().back()));
  untyped::all_to_all(comm, sizeof(T), send.values.data(), send.counts, received.values.data(),
                      received.counts);
  return received;
}
/// The same where the receivers are told first. Collective.
template <class T>
requires std::is_trivially_copyable_v<T> Parts<T> exchange(Communicator const& comm, Parts<T> const& send) {
  return exchange(comm, send, exchange_counts(comm, send.counts));
}

/// All ranks' values, on every rank. Collective.
template <class T>
requires std::is_trivially_copyable_v<T> Parts<T> gather_parts(Communicator const& comm,
                                                               std::span<T const> mine) {
  Parts<T> all{{}, gather_counts(comm, static_cast<std::int64_t>(mine.size()))};
  all.values.resize(static_cast<std::size_t>(all.offsets().back()));
  untyped::all_gather(comm, sizeof(T), mine.data(), all.values.data(), all.counts);
  return all;
}
template <class T>
Parts<T> gather_parts(Communicator const& comm, std::vector<T> const& mine) {
  return gather_parts(comm, std::span<T const>(mine));
}

/// Hands `values` to the rank before (the first one's to the last) and returns what comes from the rank
/// behind: after as many calls as there are ranks everyone has seen all. Collective.
template <class T>
requires std::is_trivially_copyable_v<T> std::vector<T> pass_on(Communicator const& comm,
                                                                std::vector<T> values) {
  if (comm.size() == 1) return values;
  std::int64_t incoming = 0;
  auto const outgoing = static_cast<std::int64_t>(values.size());
  untyped::pass_on(comm, sizeof outgoing, &outgoing, 1, &incoming, 1);
  std::vector<T> received(static_cast<std::size_t>(incoming));
  untyped::pass_on(comm, sizeof(T), values.data(), outgoing, received.data(), incoming);
  return received;
}

}  // namespace thresher::mpi
