#include "experiments/entropy_coupling/estimators/artifacts.hpp"
#include "experiments/entropy_coupling/estimators/cost.hpp"
#include "experiments/entropy_coupling/estimators/method.hpp"
#include "experiments/entropy_coupling/solvers/codebook_search.hpp"

#include <cmath>

namespace thresher::entropy_coupling {

namespace {

/// Random codebooks whose masses have all marginals: couplings without uncertainty, or none.
class CodebookMethod : public SequentialMethod {
 public:
  std::vector<std::string_view> reads() const override { return {"cb_ratio_max", "cb_tries"}; }

  void search(BoundsResult const& bounds, std::span<Parameters const> points, study::Team& team,
              SearchResult& result) const override {
    auto const& comm = team.communicator();
    auto const& point = points.front();
    auto const& marginals = bounds.data->marginals;
    auto const m_cap = comm.rank() == 0 ? static_cast<std::size_t>(point.m_cap) : 0;
    bool const wanted = team.wants("code") || team.wants("owner") || team.wants("mass") || team.wants("beta");
    auto found = search_codebook(team, marginals.symbols, std::span(marginals.observations).first(m_cap),
                                 bounds.bounds.m_lb, {point.cb_ratio_max, point.cb_tries},
                                 mpi::broadcast_value(comm, wanted) ? Keep::codebook : Keep::verdict);
    result.outcome.zero_at = found.zero_at;
    result.codebook = std::move(found.codebook);
  }

  void store_own(SearchResult const& search, Parameters const& point, study::Team& team) const override {
    auto const& zero_at = search.outcome.zero_at;
    auto const& book = search.codebook;
    if (!zero_at || point.m < *zero_at || book.owners.empty()) return;
    auto const codewords = static_cast<std::int64_t>(book.owners.size());
    if (team.wants("code")) team.store({"code", {codewords, *zero_at}, as_doubles(book.codes)});
    if (team.wants("owner")) team.store({"owner", {codewords}, as_doubles(book.owners)});
    if (team.wants("mass")) team.store({"mass", {codewords}, book.masses});
    if (team.wants("beta")) team.store({"beta", {std::ssize(book.beta)}, book.beta});
  }

 protected:
  void add_search_cost(Parameters const& point, int ranks, study::Cost& cost) const override {
    double const n = symbol_count(point);
    double const steps = observations_needed(point);
    double const codewords = static_cast<double>(point.cb_ratio_max) * n;
    double const words = std::ceil(steps * std::ceil(std::log2(static_cast<double>(point.k))) / 64);
    double const dimension = steps * static_cast<double>(point.k - 1);
    double const held = dimension <= 2000 ? 48 * dimension * dimension : 0;
    cost.bytes_per_rank += codewords * (16 * words + 60) + codewords * 40 / ranks + held;
    cost.flops = 2 * n * (2 * steps * 60 + 15 * steps * steps);
  }
};

}  // namespace

Method const& codebook_method() {
  static CodebookMethod const method;
  return method;
}

}  // namespace thresher::entropy_coupling
