#pragma once

#include "prox/gram_lasso.hpp"

#include <cstddef>
#include <span>

/// What the LASSO on a Gram matrix does wherever the matrix is: the order of sweeps and polishing steps.
namespace thresher::prox {

enum class PolishStep { exact, moved, impossible };

/// Moves the entries `support` of beta to `target`, or towards it as far as their signs hold. Returns whether
/// it got there.
bool move_within_signs(std::span<double> beta, std::span<std::size_t const> support,
                       std::span<double const> target);

/// Sweeps, and steps to the minimiser on the current signed support whenever sweeps have cost as much as one.
/// `Descent` has sweep_all and sweep_support (whether the signed support stayed the same), gap, support_size
/// and polish.
template <class Descent>
GramLassoOutcome descend(Descent& descent, std::size_t count, GramLassoOptions const& options) {
  GramLassoOutcome outcome;
  double const variables = static_cast<double>(count);
  double spent = 0;  // multiply-adds since the last polish
  int const sweeps_on_support = 4;
  while (outcome.sweeps < options.max_sweeps) {
    bool same_signs = descent.sweep_all();
    ++outcome.sweeps;
    for (int k = 0; k < sweeps_on_support && outcome.sweeps < options.max_sweeps; ++k, ++outcome.sweeps)
      same_signs &= descent.sweep_support();
    double const size = static_cast<double>(descent.support_size());
    spent += size * variables * (1 + sweeps_on_support);
    outcome.gap = descent.gap();
    bool const done = outcome.gap <= options.gap;
    // A factorisation runs at several times the speed of sweeps.
    double const polish_cost = size * size * size / 12 + size * variables;
    if (!done && !(same_signs && spent >= polish_cost)) continue;
    outcome.exact = descent.polish() == PolishStep::exact;
    spent = 0;
    outcome.gap = descent.gap();
    if (outcome.exact || outcome.gap <= options.gap) break;
  }
  return outcome;
}

}  // namespace thresher::prox
