#include "experiments/entropy_coupling/data/data.hpp"
#include "experiments/entropy_coupling/estimators/artifacts.hpp"
#include "experiments/entropy_coupling/estimators/method.hpp"
#include "experiments/entropy_coupling/solvers/vertex_enumeration.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

namespace thresher::entropy_coupling {

namespace {

/// The minimum over all couplings, by enumeration of vertices.
class Exact : public Method {
 public:
  std::vector<std::string_view> reads() const override { return {"exact_max_bases"}; }
  std::vector<double Metrics::*> omits() const override {
    auto omitted = Method::omits();
    omitted.insert(omitted.end(), {&Metrics::bayes_error, &Metrics::tv_extract, &Metrics::impure_mass,
                                   &Metrics::impure_cells, &Metrics::boundaries});
    return omitted;
  }
  bool has_integer_masses() const override { return false; }
  bool is_zero(double h_bits) const override {
    double const rounding = 1e-9;
    return h_bits < rounding;
  }

  void check(Parameters const& point, std::span<std::int64_t const> alphabets,
             study::Verdict& verdict) const override {
    Method::check(point, alphabets, verdict);
    bool const from_file = point.p_kind == SymbolLaw::file && point.input != nullptr;
    double const bases = candidate_bases(from_file ? point.input->symbols : point.n, alphabets);
    if (bases > static_cast<double>(point.exact_max_bases))
      verdict.refuse(
          "exact_max_bases",
          fmt::format("exact would look at {:.10g} bases at this n, k and m; allow as many or shrink them",
                      bases));
  }

  Solution solve(SearchResult const& search, Parameters const& point) const override {
    auto const& marginals = search.bounds->data->marginals;
    auto optimum = minimum_coupling(marginals.symbols, observations_of(marginals, point));
    double const unknown = study::kUndefined;
    return {Reading{optimum.h_bits, unknown, unknown, unknown, unknown, unknown},
            std::move(optimum.coupling)};
  }

  void store_coupling(Solution const& solution, Marginals const&, Parameters const&,
                      study::Team& team) const override {
    store_atoms(solution.coupling, team);
  }

 protected:
  void add_reading_cost(Parameters const& point, study::Cost& cost) const override {
    std::vector<std::int64_t> const sizes(static_cast<std::size_t>(point.m), point.k);
    cost.flops = 200 * std::min(candidate_bases(point.n, sizes), static_cast<double>(point.exact_max_bases));
  }
};

}  // namespace

Method const& exact_method() {
  static Exact const method;
  return method;
}

}  // namespace thresher::entropy_coupling
