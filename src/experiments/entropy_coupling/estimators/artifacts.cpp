#include "experiments/entropy_coupling/estimators/artifacts.hpp"

#include "experiments/entropy_coupling/estimators/greedy_coupling.hpp"
#include "experiments/entropy_coupling/estimators/joint_coupling.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

namespace thresher::entropy_coupling {

namespace {

// Artifacts are doubles: masses beyond this have more digits.
constexpr std::int64_t kBitsOfDouble = 53;

template <class Range>
std::vector<double> as_doubles(Range const& range) {
  return {range.begin(), range.end()};
}

template <class Weight>
void store_coupling(Coupling<Weight> const& coupling, study::Team& team) {
  auto const atoms = static_cast<std::int64_t>(coupling.size());
  auto const width = static_cast<std::int64_t>(coupling.observations);
  if (team.wants("atom_x")) team.store({"atom_x", {atoms}, as_doubles(coupling.symbols)});
  if (team.wants("atom_mass")) team.store({"atom_mass", {atoms}, as_doubles(coupling.weights)});
  if (team.wants("atom_code")) team.store({"atom_code", {atoms, width}, as_doubles(coupling.codes)});
}

Coupling<Mass> joint_coupling(Law const& law, std::span<Law const> observations) {
  Coupling<Mass> coupling;
  coupling.observations = observations.size();
  joint_greedy(law, observations, [&](Symbol x, std::span<std::int32_t const> code, Mass mass) {
    coupling.symbols.push_back(x);
    coupling.weights.push_back(mass);
    coupling.codes.insert(coupling.codes.end(), code.begin(), code.end());
  });
  return coupling;
}

Coupling<double> product_coupling(Law const& law, std::span<Law const> observations) {
  Coupling<double> coupling;
  coupling.observations = observations.size();
  independent_greedy(law, observations, [&](Symbol x, std::span<std::int32_t const> code, double mass) {
    coupling.symbols.push_back(x);
    coupling.weights.push_back(mass);
    coupling.codes.insert(coupling.codes.end(), code.begin(), code.end());
  });
  return coupling;
}

void leave_coupling(Optimum const& optimum, Marginals const& marginals, Parameters const& point,
                    study::Team& team) {
  auto const& law = marginals.symbols;
  auto const observations = std::span(marginals.observations).first(static_cast<std::size_t>(point.m));
  // Atoms, their codes and the doubles that carry them out.
  std::size_t atoms = law.size();
  for (auto const& observation : observations) atoms += observation.size();
  auto const bytes = 1.5 * static_cast<double>(atoms) * (12.0 + 8.0 + 12.0 * static_cast<double>(point.m));
  if (bytes > static_cast<double>(team.memory_budget())) {
    team.warn(fmt::format("no coupling is stored: {:.3g} bytes are more than a rank may hold", bytes));
    return;
  }
  if (point.mass_bits > kBitsOfDouble && point.estimator != Estimator::independent_greedy &&
      point.estimator != Estimator::exact) {
    team.warn("no coupling is stored: masses of more than 53 bits are not exact in doubles");
    return;
  }
  switch (point.estimator) {
    case Estimator::list_greedy:
      store_coupling(list_greedy_coupling(law, observations, point.refresh, point.shards), team);
      return;
    case Estimator::tie_break:
      store_coupling(tie_break_coupling(law, observations, point.dep_last, point.refresh), team);
      return;
    case Estimator::joint_mec:
      store_coupling(joint_coupling(law, observations), team);
      return;
    case Estimator::independent_greedy:
      store_coupling(product_coupling(law, observations), team);
      return;
    case Estimator::exact:
      store_coupling(optimum.coupling, team);
      return;
    case Estimator::independent:
      team.warn("no coupling of independent is stored: its pure cells are the product space");
      return;
    case Estimator::codebook:  // has its own arrays
      return;
  }
}

void leave_codebook(SearchResult const& search, Parameters const& point, study::Team& team) {
  if (!search.outcome.zero_at || point.m < *search.outcome.zero_at || search.codebook.owners.empty()) return;
  auto const& book = search.codebook;
  auto const codewords = static_cast<std::int64_t>(book.owners.size());
  if (team.wants("code")) team.store({"code", {codewords, *search.outcome.zero_at}, as_doubles(book.codes)});
  if (team.wants("owner")) team.store({"owner", {codewords}, as_doubles(book.owners)});
  if (team.wants("mass")) team.store({"mass", {codewords}, book.masses});
  if (team.wants("beta")) team.store({"beta", {std::ssize(book.beta)}, book.beta});
}

}  // namespace

Coupling<Mass> list_greedy_coupling(Law const& law, std::span<Law const> observations, std::int64_t refresh,
                                    std::int64_t shards) {
  auto const alone = mpi::Communicator::self();
  CouplingRecorder recorder(law, observations.size());
  GreedyCoupling coupling(alone, whole_law(law), refresh, shards, Detail::coupling);
  for (auto const& observation : observations) {
    if (coupling.cells() == 0) {
      recorder.observe_pure(observation.masses);
      continue;
    }
    coupling.observe(observation.masses);
    recorder.observe(coupling.last_split());
  }
  return recorder.finish(coupling.local_cells());
}

void leave_artifacts(SearchResult const& search, Optimum const& optimum, Parameters const& point,
                     study::Team& team) {
  auto const& marginals = search.bounds->data->marginals;
  if (team.wants("h_traj") &&
      (point.estimator == Estimator::list_greedy || point.estimator == Estimator::independent)) {
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
    auto const observations = std::span(marginals.observations).first(static_cast<std::size_t>(point.m));
    for (auto const& observation : observations) values = std::max(values, observation.size());
    std::vector<double> q(observations.size() * values, 0.0);
    for (std::size_t i = 0; i < observations.size(); ++i)
      for (std::size_t y = 0; y < observations[i].size(); ++y)
        q[i * values + y] = observations[i].probability(y);
    team.store({"q", {point.m, static_cast<std::int64_t>(values)}, std::move(q)});
  }
  if (team.wants("atom_x") || team.wants("atom_mass") || team.wants("atom_code"))
    leave_coupling(optimum, marginals, point, team);
  if (point.estimator == Estimator::codebook) leave_codebook(search, point, team);
}

}  // namespace thresher::entropy_coupling
