#pragma once

#include "experiments/partial_order/theory/subset_law.hpp"

#include <cstdint>
#include <vector>

namespace thresher::partial_order {

/// How often the maximum of the likelihood is at the true order, and from which number of lists on: every
/// neighbour of the order is a rival, whose likelihood ratio after N lists has a tail that Lugannani and
/// Rice's formula gives from K(s) = log sum_y p(y)^s p_rival(y)^(1-s). Rivals are taken for independent.
class SearchTransition {
 public:
  /// `law` is that of `order`, by the frontier, with epsilon > 0.
  SearchTransition(PartialOrder const& order, SubsetLaw const& law, Noise const& noise);

  /// Probability that no rival wins after so many lists.
  double exact(std::int64_t sequences) const;
  /// Fewest lists (at least 2) for which it is one half; infinity above 2^30.
  double half_recovery() const;
  /// Smallest Chernoff information and Kullback-Leibler divergence of a rival.
  double smallest_chernoff() const;
  double smallest_divergence() const;

 private:
  struct Rival {
    double tilt;       ///< s of the minimum, in [0.01, 0.99]
    double minimum;    ///< of K
    double curvature;  ///< K'' there
    double divergence;
  };
  static double wins(Rival const& rival, double sequences);

  std::vector<Rival> rivals_;
};

}  // namespace thresher::partial_order
