#include "experiments/hierarchical_features/theory/kernel_theory.hpp"

#include "numerics/log_binomial.hpp"
#include "numerics/root.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>
#include <numbers>

namespace thresher::hierarchical_features {

namespace {

constexpr int kDegrees = 15;

struct Degree {
  double eigenvalue;    ///< mu_l = E[e^t Q_l(t)]
  double multiplicity;  ///< N_l
};

/// mu_l = Gamma(d/2) 2^(d/2 - 1) I_{l + d/2 - 1}(1), the series of the modified Bessel function: every term
/// is positive, where a quadrature of e^t Q_l would cancel to nothing.
double eigenvalue(double d, int l) {
  double sum = 0;
  for (int j = 0; j < 30; ++j)
    sum += std::exp(-(2 * j + l) * std::log(2.0) + std::lgamma(d / 2) - std::lgamma(j + 1.0) -
                    std::lgamma(j + l + d / 2));
  return sum;
}

double multiplicity(double d, int l) {
  if (l == 0) return 1;
  double const all = std::exp(numerics::log_binomial(d + l - 1, l));
  return l < 2 ? all : all - std::exp(numerics::log_binomial(d + l - 3, l - 2));
}

double error_at(std::array<Degree, kDegrees> const& degrees, double ridge, double rows,
                LabelVariance const& labels, double noise) {
  double trace = 0;
  for (auto const& degree : degrees) trace += degree.multiplicity * degree.eigenvalue;
  double const effective_ridge = ridge + std::numbers::e - trace;
  auto const excess = [&](double log_kappa) {
    double const kappa = std::exp(log_kappa);
    double sum = effective_ridge / kappa - rows;
    for (auto const& degree : degrees)
      sum += degree.multiplicity * degree.eigenvalue / (degree.eigenvalue + kappa);
    return sum;
  };
  double const kappa = std::exp(numerics::bracketed_root(excess, -80, 80, 1e-13));
  double degrees_of_freedom = 0;
  std::array<double, kDegrees> bias;
  for (std::size_t l = 0; l < degrees.size(); ++l) {
    double const learned = degrees[l].eigenvalue / (degrees[l].eigenvalue + kappa);
    degrees_of_freedom += degrees[l].multiplicity * learned * learned;
    bias[l] = (1 - learned) * (1 - learned);
  }
  double const degree_four = labels.total - labels.degree_two;
  return rows / (rows - degrees_of_freedom) * (bias[2] * labels.degree_two + bias[4] * degree_four + noise) /
         (labels.total + noise);
}

}  // namespace

double kernel_error(double d, double rows, LabelVariance const& labels, double noise_variance) {
  std::array<Degree, kDegrees> degrees;
  for (int l = 0; l < kDegrees; ++l)
    degrees[static_cast<std::size_t>(l)] = {eigenvalue(d, l), multiplicity(d, l)};
  double best = std::numeric_limits<double>::infinity();
  for (int exponent = -4; exponent <= 3; ++exponent)
    best = std::min(
        best, error_at(degrees, std::numbers::e * std::pow(10, exponent), rows, labels, noise_variance));
  return best;
}

}  // namespace thresher::hierarchical_features
