#pragma once

#include <optional>
#include <span>
#include <vector>

namespace thresher::numerics {

/// Which end of a spectrum.
enum class SpectrumSide { right, left };

/// An eigenvalue beyond the bulk, and the squared cosine of its eigenvector with the direction that makes it.
struct WeightedOutlier {
  double eigenvalue;
  double squared_cosine;
};

/// Spectrum of the label-weighted covariance (1/n) sum_mu T_mu x_mu x_mu^T of n standard normal rows in D
/// dimensions, both large, for weights T that are bounded and depend on the rows through a few directions
/// only (spectral estimators: Lu and Li 2020; Mondelli and Montanari 2019; several directions with even
/// labels: Kovacevic, Zhang and Mondelli 2025). In terms of delta = D / n and, on the right side,
///   psi(m) = delta / m + E[T / (1 - T m)],   0 < m < 1 / max T,
/// the bulk ends at psi(m_e), psi'(m_e) = 0. A direction h with excess e(T) = E[h^2 - 1 | T] has an outlier
/// psi(m) where m E[T e / (1 - T m)] = delta at some m < m_e, with squared cosine
///   (delta / m^2 - E[T^2 / (1 - T m)^2]) / (delta / m^2 + E[T^2 e / (1 - T m)^2]).
/// The left side is the right one of -T. (With l = 1/m and alpha = 1/delta the same equations are
/// psi(l) = l (1/alpha + E[T / (l - T)]), phi(l) = l E[T h^2 / (l - T)].)
class LabelWeightedLaw {
 public:
  /// T takes the value weights[i] with probability probabilities[i] (which sum to 1); delta > 0.
  LabelWeightedLaw(std::vector<double> weights, std::vector<double> probabilities, double delta);

  /// Signed end of the bulk.
  double edge(SpectrumSide side) const;

  /// The outlier on one side of the direction with excess[i] = E[h^2 - 1 | T = weights[i]]; none below its
  /// threshold.
  std::optional<WeightedOutlier> outlier(SpectrumSide side, std::span<double const> excess) const;

 private:
  struct End {
    double sign;
    double m;  ///< m_e; infinite where the bulk reaches 0, which it does where D >= n and all weights share
               ///< a sign
    double psi;
  };
  End end(SpectrumSide side) const;
  double excess_level(double sign, double m, std::span<double const> excess) const;
  double psi(double sign, double m) const;

  std::vector<double> weights_;
  std::vector<double> probabilities_;
  double delta_;
  End right_;
  End left_;
};

}  // namespace thresher::numerics
