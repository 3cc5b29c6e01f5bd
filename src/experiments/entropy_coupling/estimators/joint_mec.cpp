#include "experiments/entropy_coupling/estimators/artifacts.hpp"
#include "experiments/entropy_coupling/estimators/cost.hpp"
#include "experiments/entropy_coupling/estimators/method.hpp"
#include "experiments/entropy_coupling/solvers/joint_coupling.hpp"

namespace thresher::entropy_coupling {

namespace {

/// Greedy minimum-entropy coupling of the symbol and all observations at once.
class JointMec : public Method {
 public:
  Solution solve(SearchResult const& search, Parameters const& point) const override {
    auto const& marginals = search.bounds->data->marginals;
    CellCollector<Mass> collector;
    joint_greedy(
        marginals.symbols, observations_of(marginals, point),
        [&](Symbol x, std::span<std::int32_t const> code, Mass mass) { collector.add(x, code, mass); });
    auto const cells = collector.impure_cells();
    return {read_cells(cells, conditional_entropy(cells), static_cast<double>(marginals.symbols.total),
                       marginals.symbols.size()),
            {}};
  }

  void store_coupling(Solution const&, Marginals const& marginals, Parameters const& point,
                      study::Team& team) const override {
    Coupling<Mass> coupling;
    coupling.observations = static_cast<std::size_t>(point.m);
    joint_greedy(marginals.symbols, observations_of(marginals, point), atoms_of(coupling));
    store_atoms(coupling, team);
  }

 protected:
  void add_reading_cost(Parameters const& point, study::Cost& cost) const override {
    cost.bytes_per_rank += 60 * symbol_count(point);
    cost.flops = kFlopsPerAtom * symbol_count(point) * static_cast<double>(point.m);
  }
};

}  // namespace

Method const& joint_mec_method() {
  static JointMec const method;
  return method;
}

}  // namespace thresher::entropy_coupling
