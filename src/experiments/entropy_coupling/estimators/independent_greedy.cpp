#include "experiments/entropy_coupling/estimators/artifacts.hpp"
#include "experiments/entropy_coupling/estimators/cost.hpp"
#include "experiments/entropy_coupling/estimators/method.hpp"
#include "experiments/entropy_coupling/solvers/joint_coupling.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

namespace thresher::entropy_coupling {

namespace {

/// Greedy coupling of the symbol with all cells of the product of the observations.
class IndependentGreedy : public Method {
 public:
  std::vector<std::string_view> reads() const override { return {"ind_cells_max"}; }
  bool has_integer_masses() const override { return false; }

  void check(Parameters const& point, std::span<std::int64_t const> alphabets,
             study::Verdict& verdict) const override {
    Method::check(point, alphabets, verdict);
    double cells = 1;
    for (std::int64_t const k : alphabets) cells *= static_cast<double>(k);
    if (cells > static_cast<double>(point.ind_cells_max))
      verdict.refuse(
          "ind_cells_max",
          fmt::format("independent_greedy lists all {:.10g} cells of the product at this k and m", cells));
  }

  Solution solve(SearchResult const& search, Parameters const& point) const override {
    auto const& marginals = search.bounds->data->marginals;
    CellCollector<double> collector;
    independent_greedy(
        marginals.symbols, observations_of(marginals, point),
        [&](Symbol x, std::span<std::int32_t const> code, double mass) { collector.add(x, code, mass); });
    auto const cells = collector.impure_cells();
    return {read_cells(cells, conditional_entropy(cells), 1.0, marginals.symbols.size()), {}};
  }

  void store_coupling(Solution const&, Marginals const& marginals, Parameters const& point,
                      study::Team& team) const override {
    Coupling<double> coupling;
    coupling.observations = static_cast<std::size_t>(point.m);
    independent_greedy(marginals.symbols, observations_of(marginals, point), atoms_of(coupling));
    store_atoms(coupling, team);
  }

 protected:
  void add_reading_cost(Parameters const& point, study::Cost& cost) const override {
    double const cells = std::min(static_cast<double>(point.ind_cells_max),
                                  std::pow(static_cast<double>(point.k), static_cast<double>(point.m)));
    cost.bytes_per_rank += 60 * (symbol_count(point) + cells);
    cost.flops = 2 * kFlopsPerAtom * (symbol_count(point) + cells);
  }
};

}  // namespace

Method const& independent_greedy_method() {
  static IndependentGreedy const method;
  return method;
}

}  // namespace thresher::entropy_coupling
