#include "experiments/partial_order/solvers/plackett_luce.hpp"

#include "experiments/partial_order/estimators/pair_rule.hpp"
#include "experiments/partial_order/model/setting.hpp"

namespace thresher::partial_order {

namespace {

/// A total order by strengths: what a ranking can say of a partial order.
class PlackettLuceMethod : public Method {
 public:
  std::vector<std::string_view> reads(Parameters const&) const override { return {"pl_prior"}; }
  std::vector<double Metrics::*> measures(Parameters const&) const override { return {}; }
  void check(Parameters const& point, study::Verdict& verdict) const override {
    refuse_many_items(kMostStoredItems, point, verdict);
  }
  study::Cost cost(Parameters const& point, study::Resources const&) const override {
    // Fits end after some hundred iterations.
    constexpr double kIterations = 300;
    auto const n = static_cast<double>(point.n_items);
    study::Cost cost;
    cost.bytes_per_rank = list_bytes(point) + 40 * n + n * n / 4;
    cost.flops = kIterations * 30 * choice_count(point);
    return cost;
  }

  Fit run(FitInput const& input) const override {
    auto const& comm = input.team.communicator();
    Fit fit;
    mpi::agree(comm, [&] {
      if (comm.rank() != 0) return;
      auto fitted = fit_plackett_luce(input.training, input.point.n_items, input.point.pl_prior);
      fit.strengths = std::move(fitted.strengths);
      fit.evaluations = static_cast<double>(fitted.iterations);
    });
    mpi::broadcast_vector(comm, fit.strengths);
    fit.order = std::make_shared<PartialOrder>(PartialOrder::total(strongest_first(fit.strengths)));
    return fit;
  }
};

}  // namespace

Method const& plackett_luce_method() {
  static PlackettLuceMethod const method;
  return method;
}

}  // namespace thresher::partial_order
