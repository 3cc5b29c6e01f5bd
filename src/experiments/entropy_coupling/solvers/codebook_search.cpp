#include "experiments/entropy_coupling/solvers/codebook_search.hpp"

#include "experiments/entropy_coupling/solvers/codebook_dual.hpp"
#include "experiments/entropy_coupling/solvers/codebook_newton.hpp"

#include <algorithm>
#include <exception>

namespace thresher::entropy_coupling {

namespace {

Law broadcast_law(mpi::Communicator const& comm, Law law) {
  mpi::broadcast_vector(comm, law.masses);
  law.total = mpi::broadcast_value(comm, law.total);
  return law;
}

/// Cells of the product of the first `count` laws, or `limit` if there are more.
std::int64_t product_cells(std::span<Law const> laws, std::int64_t limit) {
  std::int64_t cells = 1;
  for (auto const& law : laws) {
    auto const k = static_cast<std::int64_t>(law.size());
    if (cells > limit / k) return limit;
    cells *= k;
  }
  return std::min(cells, limit);
}

/// Minimises on rank 0 while the others serve. The verdict is rank 0's.
DualEnd minimise_together(mpi::Communicator const& comm, CodebookDual& dual) {
  DualEnd end;
  std::exception_ptr failure;
  mpi::agree(comm, [&] {
    if (comm.rank() != 0) {
      dual.serve();
      return;
    }
    try {
      end = minimise_dual(dual);
    } catch (...) {
      failure = std::current_exception();
    }
    dual.dismiss();
    if (failure) std::rethrow_exception(failure);
  });
  end.certified = mpi::broadcast_value(comm, end.certified);
  return end;
}

}  // namespace

CodebookOutcome search_codebook(study::Team& team, Law const& symbols, std::span<Law const> observations,
                                std::optional<std::int64_t> first_possible, CodebookLimits limits,
                                Keep keep) {
  auto const& comm = team.communicator();
  CodebookOutcome outcome;
  std::int64_t first = comm.rank() == 0 && first_possible ? *first_possible : -1;
  first = mpi::broadcast_value(comm, first);
  if (first < 0) return outcome;
  Law const law = broadcast_law(comm, symbols);
  auto const m_cap = static_cast<std::int64_t>(mpi::broadcast_value(comm, observations.size()));
  std::vector<Law> laws;
  for (std::int64_t i = 0; i < m_cap; ++i)
    laws.push_back(broadcast_law(comm, comm.rank() == 0 ? observations[static_cast<std::size_t>(i)] : Law()));
  auto const n = static_cast<std::int64_t>(law.size());
  if (n == 1) {
    outcome.zero_at = 0;
    return outcome;
  }
  // Logarithms may differ between unlike processors: rank 0's count.
  CostTable costs = integer_costs(laws);
  for (auto& of_observation : costs) mpi::broadcast(comm, std::span(of_observation));

  random::Stream const stream = team.stream("codebook");
  for (std::int64_t m = std::max<std::int64_t>(first, 1); m <= m_cap; ++m) {
    auto const used = std::span(laws).first(static_cast<std::size_t>(m));
    std::int64_t equations = 0;
    std::size_t alphabet = 1;
    for (auto const& of_observation : used) {
      equations += static_cast<std::int64_t>(of_observation.size()) - 1;
      alphabet = std::max(alphabet, of_observation.size());
    }
    if ((limits.largest_ratio - 1) * n < equations) return outcome;
    for (std::int64_t ratio = 2; ratio <= limits.largest_ratio; ratio *= 2) {
      std::int64_t const codewords = product_cells(used, ratio * n);
      if (codewords < n) continue;
      for (std::int64_t attempt = 0; attempt < limits.tries; ++attempt) {
        if (team.stopping()) throw study::Interrupted();
        CodebookTry const at{stream, static_cast<std::uint64_t>(m), static_cast<std::uint64_t>(attempt),
                             static_cast<std::uint64_t>(codewords), alphabet};
        CostTable const used_costs(costs.begin(), costs.begin() + m);
        PackedCodes const codes = cheapest_codewords(used_costs, at);
        auto owners = deal_owners(law, at);
        CodebookDual dual(comm, law, used, codes, owners);
        DualEnd end = minimise_together(comm, dual);
        if (!end.certified) continue;
        outcome.zero_at = m;
        if (keep == Keep::verdict) return outcome;
        auto masses = dual.masses(end.beta);
        if (comm.rank() != 0) return outcome;
        for (std::size_t j = 0; j < owners.size(); ++j)
          for (std::size_t i = 0; i < static_cast<std::size_t>(m); ++i)
            outcome.codebook.codes.push_back(codes.value(j, i));
        outcome.codebook.owners = std::move(owners);
        outcome.codebook.masses = std::move(masses);
        outcome.codebook.beta = std::move(end.beta);
        return outcome;
      }
    }
  }
  return outcome;
}

}  // namespace thresher::entropy_coupling
