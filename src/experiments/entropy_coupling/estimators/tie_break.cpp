#include "experiments/entropy_coupling/solvers/tie_break.hpp"

#include "experiments/entropy_coupling/estimators/artifacts.hpp"
#include "experiments/entropy_coupling/estimators/cost.hpp"
#include "experiments/entropy_coupling/estimators/method.hpp"

#include <algorithm>
#include <optional>

namespace thresher::entropy_coupling {

namespace {

/// Observations that are independent but for the last few.
class TieBreak : public SequentialMethod {
 public:
  std::vector<std::string_view> reads() const override { return {"dep_last", "refresh"}; }

  /// Rank 0 searches; the others wait for its steps, so that all of them see the run stop.
  void search(BoundsResult const& bounds, std::span<Parameters const> points, study::Team& team,
              SearchResult& result) const override {
    auto const& comm = team.communicator();
    auto const& point = points.front();
    auto const& marginals = bounds.data->marginals;
    std::optional<TieBreakSearch> search;
    if (comm.rank() == 0)
      search.emplace(marginals.symbols,
                     std::span(marginals.observations).first(static_cast<std::size_t>(point.m_cap)),
                     point.dep_last, point.refresh, bounds.bounds.m_lb, asked_numbers(points));
    bool more = true;
    while (more) {
      if (team.stopping()) throw study::Interrupted();
      mpi::agree(comm, [&] { more = search && search->advance(); });
      more = mpi::broadcast_value(comm, more);
    }
    if (search) result.outcome = search->outcome();
  }

  void store_coupling(Solution const&, Marginals const& marginals, Parameters const& point,
                      study::Team& team) const override {
    store_atoms(tie_break_coupling(marginals.symbols, observations_of(marginals, point), point.dep_last,
                                   point.refresh),
                team);
  }

 protected:
  void add_search_cost(Parameters const& point, int, study::Cost& cost) const override {
    // Two partitions at a time, each cut at up to k boundaries (measured at k = 32 to 2048).
    cost.bytes_per_rank += (210 + 26 * static_cast<double>(point.k)) * symbol_count(point);
    cost.flops = 4 * kFlopsPerAtom * symbol_count(point) * observations_needed(point) *
                 static_cast<double>(std::max<std::int64_t>(1, point.dep_last));
  }
};

}  // namespace

Method const& tie_break_method() {
  static TieBreak const method;
  return method;
}

}  // namespace thresher::entropy_coupling
