#include "experiments/entropy_coupling/estimators/artifacts.hpp"
#include "experiments/entropy_coupling/estimators/cost.hpp"
#include "experiments/entropy_coupling/estimators/method.hpp"
#include "experiments/entropy_coupling/solvers/greedy_coupling.hpp"

namespace thresher::entropy_coupling {

namespace {

/// Each observation cuts the cells that the earlier ones left, greedily.
class ListGreedy : public SequentialMethod {
 public:
  std::vector<std::string_view> reads() const override { return {"refresh", "shards"}; }
  void check(Parameters const&, std::span<std::int64_t const>, study::Verdict&) const override {}
  bool has_trajectory() const override { return true; }

  void search(BoundsResult const& bounds, std::span<Parameters const> points, study::Team& team,
              SearchResult& result) const override {
    auto const& marginals = bounds.data->marginals;
    auto const& point = points.front();
    auto const& comm = team.communicator();
    auto const asked = asked_numbers(points);
    auto const size = mpi::broadcast_value(comm, marginals.symbols.size());
    auto const total = Mass{1} << point.mass_bits;
    auto& outcome = result.outcome;
    GreedyCoupling coupling(comm, whole_law(marginals.symbols), point.refresh, point.shards,
                            Detail::impure_cells);
    outcome.trajectory.push_back(coupling.entropy() / static_cast<double>(total));
    for (std::int64_t m = 0;; ++m) {
      if (coupling.cells() == 0) {
        outcome.zero_at = m;
        break;
      }
      if (m == point.m_cap) break;
      if (team.stopping()) throw study::Interrupted();
      coupling.observe(observation_or_nothing(marginals, m + 1).masses);
      outcome.trajectory.push_back(coupling.entropy() / static_cast<double>(total));
      if (asked.contains(m + 1))
        outcome.readings[m + 1] = read_cells(comm, coupling.local_cells(), coupling.entropy(), total, size);
    }
  }

  void store_coupling(Solution const&, Marginals const& marginals, Parameters const& point,
                      study::Team& team) const override {
    store_atoms(list_greedy_coupling(marginals.symbols, observations_of(marginals, point), point.refresh,
                                     point.shards),
                team);
  }

 protected:
  void add_search_cost(Parameters const& point, int, study::Cost& cost) const override {
    // The first steps hold everything on one rank, with shards or without.
    cost.bytes_per_rank += (140 + 12 * values_of_step(point)) * symbol_count(point);
    cost.flops = 4 * kFlopsPerAtom * symbol_count(point) * observations_needed(point);
  }
};

}  // namespace

Method const& list_greedy_method() {
  static ListGreedy const method;
  return method;
}

}  // namespace thresher::entropy_coupling
