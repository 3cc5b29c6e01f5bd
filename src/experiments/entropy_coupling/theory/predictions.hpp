#pragma once

#include "experiments/entropy_coupling/model/parameters.hpp"
#include "study/experiment.hpp"

#include <cstdint>
#include <optional>
#include <span>

namespace thresher::entropy_coupling {

/// What theory gives for a point.
struct Predictions {
  double h_q_bits = study::kUndefined;
  double h_p_mean_bits = study::kUndefined;
  double h_info_mean_bits = study::kUndefined;
  double h_ind_mean_bits = study::kUndefined;
  double h_exact2_bits = study::kUndefined;
  double h_exact2_mean_bits = study::kUndefined;
  double zero_prob_exact2 = study::kUndefined;
  double m_shift_lb = study::kUndefined;
  double m_shift_ub = study::kUndefined;
};

/// Mean of H(X|Y_1..Y_m) of the interval algorithm in bits, for P uniform on the simplex of `symbols` and
/// independent observations with the given law each: the boundaries are independent uniform points, so a cell
/// of mass mu holds a binomial number of them. Nothing with more than 20000 types.
std::optional<double> mean_interval_entropy(std::int64_t symbols, std::span<double const> observation,
                                            std::int64_t m);

/// Mean entropy in bits of a symmetric Dirichlet law.
double mean_dirichlet_entropy(std::int64_t symbols, double alpha);

/// H*(P||Q,..,Q) in bits for two symbols and m equal binary observations; `p`, `q` <= 1/2 are the smaller
/// masses.
double two_symbol_optimum(double p, double q, std::int64_t m);
/// Its mean, and the probability that it is zero, when P = (U, 1 - U) with U ~ Beta(alpha, alpha).
double mean_two_symbol_optimum(double alpha, double q, std::int64_t m);
double two_symbol_zero_probability(double alpha, double q, std::int64_t m);

/// Least number of digits in base k that tell `symbols` symbols apart.
std::int64_t digits(std::int64_t symbols, std::int64_t base);

// The predictions of a point, by the parameters that they depend on.
void predict_observation_entropy(Parameters const& point, Predictions& predictions);
void predict_symbol_entropy(Parameters const& point, Predictions& predictions);
void predict_information_bound(Parameters const& point, Predictions& predictions);
void predict_interval_entropy(Parameters const& point, Predictions& predictions);
void predict_two_symbols(Parameters const& point, Predictions& predictions);
void predict_shift_code(Parameters const& point, Predictions& predictions);

}  // namespace thresher::entropy_coupling
