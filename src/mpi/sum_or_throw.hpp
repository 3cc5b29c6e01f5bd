#pragma once

#include "mpi/communicator.hpp"
#include "mpi/partition.hpp"

#include <cmath>
#include <exception>
#include <limits>
#include <span>

namespace thresher::mpi {

/// sum(partial, result) for a `partial` that may throw on some ranks: every rank throws then, as from
/// agree(). A failure travels as NaN at the front of the (not empty) result: no message where all is well.
/// Collective.
template <class Sum, class Partial>
void sum_or_throw(Communicator const& comm, Sum const& sum, Partial const& partial,
                  std::span<double> result) {
  std::exception_ptr failure;
  sum(
      [&](Range block, std::span<double> sums) {
        if (failure) return;
        try {
          partial(block, sums);
        } catch (...) {
          failure = std::current_exception();
          sums.front() = std::numeric_limits<double>::quiet_NaN();
        }
      },
      result);
  if (!std::isnan(result.front())) return;
  agree(comm, [&] {
    if (failure) std::rethrow_exception(failure);
  });
}

}  // namespace thresher::mpi
