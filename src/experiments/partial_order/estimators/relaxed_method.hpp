#pragma once

#include "experiments/partial_order/estimators/chain_run.hpp"
#include "experiments/partial_order/estimators/method.hpp"
#include "experiments/partial_order/solvers/annealing.hpp"
#include "experiments/partial_order/solvers/relaxed_posterior.hpp"

#include <string_view>
#include <vector>

namespace thresher::partial_order {

/// A method that climbs or samples the relaxed posterior.
class RelaxedMethod : public Method {
 public:
  std::vector<std::string_view> reads(Parameters const& point) const override;
  void check(Parameters const& point, study::Verdict& verdict) const override;
  study::Cost cost(Parameters const& point, study::Resources const& resources) const override;

 protected:
  /// What it reads beyond the parameters of all relaxed methods.
  virtual std::vector<std::string_view> reads_too(Parameters const& point) const = 0;
  /// Evaluations of the posterior and its gradient, and what it holds and does besides.
  virtual double evaluations(Parameters const& point) const = 0;
  virtual study::Cost own_cost(Parameters const& point, study::Resources const& resources) const = 0;
};

/// Evaluations of an annealed climb.
double climb_evaluations(Parameters const& point, std::int64_t iterations);
/// Numbers of a position.
double position_size(Parameters const& point);
/// What draws of orders hold: counts of pairs and the draws kept.
double draw_bytes(Parameters const& point, double draws);

/// Where chain or restart `number` starts: the annealed climb of its start, start_iter iterations a stage.
/// Throws study::Interrupted after keeping what `save` writes where the run ends before it. Collective.
Annealing annealed_start(RelaxedPosterior& posterior, FitInput const& input, std::int64_t number,
                         study::KeptWork& work, study::KeptWork::Save const& save);

}  // namespace thresher::partial_order
