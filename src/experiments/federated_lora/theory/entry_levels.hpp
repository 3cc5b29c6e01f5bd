#pragma once

#include "experiments/federated_lora/model/parameters.hpp"

/// Asymptotic levels of lambda at which groups of clients enter the low-rank part, and the contaminations up
/// to which the benign ones enter first.
///
/// For groups whose row spaces are orthogonal and that hold disjoint columns the program decouples; a group
/// has L = 0 exactly when lambda times the spectral norm of its normalised stack is at most 1, and its r-th
/// direction enters at one over the r-th singular value.
namespace thresher::federated_lora {

/// Squared Frobenius norm of a client's own part: noise and heterogeneity.
double total_error(Parameters const& point);

/// Level of a direction of energy `direction_energy` of a group of `clients` (a real number) of energy
/// `energy` and error `error` each (squared Frobenius norms per client).
double entry_level(Parameters const& point, double clients, double energy, double direction_energy,
                   double error);

/// At contamination `fraction` of the clients, with the factors of a common block. NaN where undefined.
double benign_entry_level(Parameters const& point, double benign, double fraction);
double contaminated_entry_level(Parameters const& point, double contaminated, double fraction);

/// Contamination at which both levels meet; NaN for kind independent.
double contamination_limit(Parameters const& point);
/// Largest contamination on the grid 0.001 ... 0.999 at which the rule's lambda lies between the levels; 0
/// where none does, NaN for kind independent.
double contamination_limit_of_rule(Parameters const& point);
/// The limit without noise, in closed form (kinds collude, shift; else NaN).
double contamination_limit_noiseless(Parameters const& point);
/// Where the leading directions of the whole stack become the colluders' (kinds collude, shift; else NaN).
double contamination_limit_of_svd(Parameters const& point);

}  // namespace thresher::federated_lora
