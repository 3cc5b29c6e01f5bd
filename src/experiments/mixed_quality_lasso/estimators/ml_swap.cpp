#include "experiments/mixed_quality_lasso/estimators/cost.hpp"
#include "experiments/mixed_quality_lasso/estimators/maximum_likelihood.hpp"
#include "experiments/mixed_quality_lasso/solvers/local_search.hpp"
#include "experiments/mixed_quality_lasso/solvers/matching_pursuit.hpp"

namespace thresher::mixed_quality_lasso {

namespace {

/// The restarts of a local search, which an interruption leaves where they are.
class Restarts {
 public:
  Restarts(Analysis const& analysis, WeightedDesign const& design)
      : analysis_(analysis),
        design_(design),
        b_(design.scaled(analysis.y)),
        work_(analysis.team, analysis.length, "local search") {
    if (auto* const left = work_.left()) {
      left->read(restart_, phase_, reached_, best_.subset, best_.loss);
    }
  }

  SwapSearch operator()() {
    std::int64_t const restarts = analysis_.point.ml_restarts;
    for (; restart_ < restarts; ++restart_) {
      auto found =
          search_by_swaps(design_, b_, analysis_.point.rho, start(),
                          [&](std::span<std::int64_t const> subset) { go_on(Phase::swaps, subset); });
      if (restart_ == 0 || found.loss < best_.loss) best_ = std::move(found);
      analysis_.team.progress(static_cast<double>(restart_ + 1) / static_cast<double>(restarts));
      phase_ = Phase::start;
      reached_.clear();
    }
    return best_;
  }

 private:
  enum class Phase { start, swaps };

  std::vector<std::int64_t> start() {
    if (phase_ == Phase::swaps) return reached_;
    auto const& point = analysis_.point;
    std::vector<std::int64_t> subset;
    if (restart_ == 0 && point.s <= design_.nonzero_rows())
      subset =
          matching_pursuit(design_, b_, point.s, reached_, [&](double, std::span<std::int64_t const> chosen) {
            go_on(Phase::start, chosen);
          }).indices;
    if (static_cast<std::int64_t>(subset.size()) != point.s)
      subset = analysis_.team.stream("START")
                   .sequence({static_cast<std::uint64_t>(restart_)}, 0)
                   .subset(point.p, point.s);
    go_on(Phase::swaps, subset);
    return subset;
  }

  void go_on(Phase phase, std::span<std::int64_t const> reached) {
    if (!work_.stopping()) return;
    work_.interrupt(
        [&](bytes::Writer& state) { state.put(restart_, phase, reached, best_.subset, best_.loss); });
  }

  Analysis const& analysis_;
  WeightedDesign const& design_;
  std::vector<double> b_;
  study::KeptWork work_;
  std::int64_t restart_ = 0;
  Phase phase_ = Phase::start;
  std::vector<std::int64_t> reached_;  ///< columns of the pursuit, or subset of the search, on continuing
  SwapSearch best_;
};

/// Local search by swaps from several starts.
class MlSwap : public MaximumLikelihood {
 public:
  std::vector<std::string_view> reads(Parameters const&) const override {
    return {"delta", "storage", "ml_restarts"};
  }

 protected:
  void add_cost(Parameters const& point, Workload const& work, study::Cost& cost) const override {
    double const swaps = static_cast<double>(point.ml_restarts) * 2 * work.s;
    add_passes(point, work, work.s + swaps, cost);
    cost.flops += swaps * work.s * work.p;
    cost.bytes_per_rank += kBytesPerNumber * work.s * work.columns_per_rank;
  }

  study::Outcome run(Trial const&, Analysis const& analysis, Metrics& metrics) const override {
    auto const design = analysis.design();
    auto const best = Restarts(analysis, design)();
    report(analysis, design, best.subset, best.loss, metrics);
    return study::Outcome::ok;
  }
};

}  // namespace

Method const& ml_swap_method() {
  static MlSwap const method;
  return method;
}

}  // namespace thresher::mixed_quality_lasso
