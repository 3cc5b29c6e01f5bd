#pragma once

#include "experiments/hawkes_network/model/parameters.hpp"

namespace thresher::hawkes_network {

/// E log(1 + cX), E X log(1 + cX) and E sqrt(1 + cX) of the generalised Dickman law X with parameter theta:
/// the filter of a Poisson stream, E exp(-u X) = exp(-theta Ein(u)).
struct DickmanMeans {
  double log = 0;
  double x_log = 0;
  double root = 0;
};
DickmanMeans dickman_means(double theta, double c);

/// Ein(u) = integral over (0, u) of (1 - exp(-v))/v.
double entire_exponential_integral(double u);

/// Rates at which the data tell networks apart, for a Poisson source of rate mu and edges of weight alpha.
struct InformationRates {
  double pair = 0;           ///< one edge against none (Kullback-Leibler, by Jacod's formula)
  double parent = 0;         ///< one parent against a Poisson process of the same rate
  double bhattacharyya = 0;  ///< variance of the root of the intensity
};
InformationRates information_rates(Parameters const& point);

/// Fano's bounds over the class of networks with one edge and over that of the bipartite networks with one
/// parent for each sink. The horizon below which every estimator fails half the time, and the largest
/// possible probability of the whole network at T.
double fano_horizon(Parameters const& point, InformationRates const& rates);
double fano_bound(Parameters const& point, InformationRates const& rates, double horizon);

/// Of the optimal decoder of the bipartite class: where the union bound has it succeed, and its success by a
/// normal approximation.
double decoder_horizon(Parameters const& point, InformationRates const& rates);
double decoder_success(Parameters const& point, InformationRates const& rates, double horizon);

}  // namespace thresher::hawkes_network
