#pragma once

#include "experiments/partial_order/estimators/relaxed_method.hpp"
#include "experiments/partial_order/solvers/gaussian_family.hpp"

#include <functional>
#include <span>

namespace thresher::partial_order {

/// What methods that fit a normal law to the relaxed posterior share: draws of it are read as h(U).
class NormalMethod : public RelaxedMethod {
 public:
  std::vector<double Metrics::*> measures(Parameters const&) const override { return {&Metrics::elbo}; }
  void check(Parameters const& point, study::Verdict& verdict) const override;

 protected:
  study::Cost own_cost(Parameters const& point, study::Resources const& resources) const override;
  /// Fills scores and mixture from posterior_samples draws: `place` makes a position of noise. Collective.
  static void read_draws(FitInput const& input, RelaxedPosterior const& posterior,
                         std::function<void(std::span<double const>, std::span<double>)> const& place,
                         Fit& fit);
};

/// (D/2)(1 + log 2 pi), the constant of a normal law's entropy.
double entropy_constant(std::size_t dimension);

/// Stochastic gradients of the evidence lower bound, in antithetic pairs, by Adam; the best of the restarts
/// by the bound over the last tenth of the iterations.
class VariationalMethod : public NormalMethod {
 public:
  explicit VariationalMethod(Covariance covariance) : covariance_(covariance) {}
  Fit run(FitInput const& input) const override;

 protected:
  std::vector<std::string_view> reads_too(Parameters const& point) const override;
  double evaluations(Parameters const& point) const override;
  study::Cost own_cost(Parameters const& point, study::Resources const& resources) const override;

 private:
  struct Search;
  /// One step, whose share of the bound is returned where it counts.
  double iterate(FitInput const& input, RelaxedPosterior& posterior, Search& search,
                 GaussianFamily& family) const;

  Covariance covariance_;
};

}  // namespace thresher::partial_order
