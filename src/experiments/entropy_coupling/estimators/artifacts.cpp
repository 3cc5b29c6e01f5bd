#include "experiments/entropy_coupling/estimators/artifacts.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

namespace thresher::entropy_coupling {

namespace {

// Artifacts are doubles: masses beyond this have more digits.
constexpr std::int64_t kBitsOfDouble = 53;

void leave_coupling(Solution const& solution, Marginals const& marginals, Parameters const& point,
                    study::Team& team) {
  // Atoms, their codes and the doubles that carry them out.
  std::size_t atoms = marginals.symbols.size();
  for (auto const& observation : observations_of(marginals, point)) atoms += observation.size();
  auto const bytes = 1.5 * static_cast<double>(atoms) * (12.0 + 8.0 + 12.0 * static_cast<double>(point.m));
  if (bytes > static_cast<double>(team.memory_budget())) {
    team.warn(fmt::format("no coupling is stored: {:.3g} bytes are more than a rank may hold", bytes));
    return;
  }
  auto const& method = method_of(point);
  if (point.mass_bits > kBitsOfDouble && method.has_integer_masses()) {
    team.warn("no coupling is stored: masses of more than 53 bits are not exact in doubles");
    return;
  }
  method.store_coupling(solution, marginals, point, team);
}

}  // namespace

template <class Weight>
void store_atoms(Coupling<Weight> const& coupling, study::Team& team) {
  auto const atoms = static_cast<std::int64_t>(coupling.size());
  auto const width = static_cast<std::int64_t>(coupling.observations);
  if (team.wants("atom_x")) team.store({"atom_x", {atoms}, as_doubles(coupling.symbols)});
  if (team.wants("atom_mass")) team.store({"atom_mass", {atoms}, as_doubles(coupling.weights)});
  if (team.wants("atom_code")) team.store({"atom_code", {atoms, width}, as_doubles(coupling.codes)});
}
template void store_atoms(Coupling<Mass> const&, study::Team&);
template void store_atoms(Coupling<double> const&, study::Team&);

void leave_artifacts(SearchResult const& search, Solution const& solution, Parameters const& point,
                     study::Team& team) {
  auto const& method = method_of(point);
  auto const& marginals = search.bounds->data->marginals;
  if (team.wants("h_traj") && method.has_trajectory()) {
    auto trajectory = search.outcome.trajectory;
    trajectory.resize(static_cast<std::size_t>(point.m_cap) + 1, 0.0);
    team.store({"h_traj", {point.m_cap + 1}, std::move(trajectory)});
  }
  if (team.wants("p")) {
    // Zeros behind the symbols that samples have observed: one length for all trials of a point.
    std::vector<double> p(std::max<std::size_t>(
        marginals.symbols.size(), point.p_kind == SymbolLaw::file ? 0 : static_cast<std::size_t>(point.n)));
    for (std::size_t x = 0; x < marginals.symbols.size(); ++x) p[x] = marginals.symbols.probability(x);
    team.store({"p", {std::ssize(p)}, std::move(p)});
  }
  if (team.wants("q")) {
    std::size_t values = 0;
    auto const observations = observations_of(marginals, point);
    for (auto const& observation : observations) values = std::max(values, observation.size());
    std::vector<double> q(observations.size() * values, 0.0);
    for (std::size_t i = 0; i < observations.size(); ++i)
      for (std::size_t y = 0; y < observations[i].size(); ++y)
        q[i * values + y] = observations[i].probability(y);
    team.store({"q", {point.m, static_cast<std::int64_t>(values)}, std::move(q)});
  }
  if (team.wants("atom_x") || team.wants("atom_mass") || team.wants("atom_code"))
    leave_coupling(solution, marginals, point, team);
  method.store_own(search, point, team);
}

}  // namespace thresher::entropy_coupling
