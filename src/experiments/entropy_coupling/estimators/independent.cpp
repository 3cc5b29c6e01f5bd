#include "experiments/entropy_coupling/estimators/cost.hpp"
#include "experiments/entropy_coupling/estimators/method.hpp"
#include "experiments/entropy_coupling/solvers/interval_algorithm.hpp"

namespace thresher::entropy_coupling {

namespace {

/// Independent observations: the interval algorithm.
class Independent : public SequentialMethod {
 public:
  bool has_trajectory() const override { return true; }

  void search(BoundsResult const& bounds, std::span<Parameters const> points, study::Team& team,
              SearchResult& result) const override {
    auto const& marginals = bounds.data->marginals;
    auto const asked = asked_numbers(points);
    auto& outcome = result.outcome;
    IntervalAlgorithm algorithm(team.communicator(), marginals.symbols);
    outcome.trajectory.push_back(algorithm.h_bits());
    for (std::int64_t m = 0;; ++m) {
      if (algorithm.pure()) {
        outcome.zero_at = m;
        break;
      }
      if (m == points.front().m_cap) break;
      if (team.stopping()) throw study::Interrupted();
      algorithm.observe(observation_or_nothing(marginals, m + 1));
      outcome.trajectory.push_back(algorithm.h_bits());
      if (asked.contains(m + 1)) outcome.readings[m + 1] = algorithm.read();
    }
  }

  void store_coupling(Solution const&, Marginals const&, Parameters const&,
                      study::Team& team) const override {
    team.warn("no coupling of independent is stored: its pure cells are the product space");
  }

 protected:
  void add_search_cost(Parameters const& point, int, study::Cost& cost) const override {
    cost.bytes_per_rank += 64 * symbol_count(point);
    cost.flops = kFlopsPerAtom * symbol_count(point) * static_cast<double>(point.m_cap);
  }
};

}  // namespace

Method const& independent_method() {
  static Independent const method;
  return method;
}

}  // namespace thresher::entropy_coupling
