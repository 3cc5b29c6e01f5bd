#include "mpi/holdings.hpp"

#include <algorithm>
#include <exception>

namespace thresher::mpi {

std::vector<Holding> holdings(Communicator const& comm, std::vector<bool> const& holds) {
  auto const ranks = static_cast<std::size_t>(comm.size());
  std::vector<double> marks(holds.size() * ranks);
  for (std::size_t k = 0; k < holds.size(); ++k)
    marks[k * ranks + static_cast<std::size_t>(comm.rank())] = holds[k] ? 1 : 0;
  sum_in_place(comm, marks);
  std::vector<std::vector<double>> sets;
  std::vector<Holding> result;
  for (std::size_t k = 0; k < holds.size(); ++k) {
    std::vector<double> set(marks.begin() + static_cast<std::ptrdiff_t>(k * ranks),
                            marks.begin() + static_cast<std::ptrdiff_t>((k + 1) * ranks));
    if (std::ranges::find(set, 1.0) == set.end()) std::ranges::fill(set, 1.0);
    auto const at = static_cast<std::size_t>(std::ranges::find(sets, set) - sets.begin());
    if (at == sets.size()) {
      sets.push_back(set);
      auto& fresh = result.emplace_back();
      fresh.first = static_cast<int>(std::ranges::find(set, 1.0) - set.begin());
      fresh.size = static_cast<int>(std::ranges::count(set, 1.0));
      bool const is_own = set[static_cast<std::size_t>(comm.rank())] == 1;
      auto part = comm.split(is_own ? 1 : 0, comm.rank());
      if (is_own) fresh.comm = std::move(part);
    }
    result[at].items.push_back(k);
  }
  return result;
}

void for_each_held(Communicator const& comm, std::span<Holding const> holdings,
                   std::function<void(Holding const&)> const& work) {
  agree(comm, [&] {
    std::exception_ptr failure;
    for (auto const& holding : holdings) {
      if (!holding.comm) continue;
      try {
        work(holding);
      } catch (...) {
        // The other ranks of the next set wait for this one.
        if (!failure) failure = std::current_exception();
      }
    }
    if (failure) std::rethrow_exception(failure);
  });
}

}  // namespace thresher::mpi
