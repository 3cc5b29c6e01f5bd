#pragma once

#include "experiments/partial_order/solvers/relaxed_posterior.hpp"

#include <cstdint>
#include <functional>
#include <tuple>
#include <vector>

namespace thresher::partial_order {

/// A climb of log pi_tau through falling temperatures, each stage from where the one before ended.
struct Annealing {
  std::int64_t stage = 0;        ///< next one
  std::vector<double> position;  ///< start of the next stage
  std::int64_t evaluations = 0;  ///< of the stages done
  static constexpr std::tuple members{&Annealing::stage, &Annealing::position, &Annealing::evaluations};
};

/// Options of PETSc's database that act on the climb begin with this.
inline constexpr char const* kAnnealingPrefix = "partial_order_";

/// Goes through the stages that are left, at most `iterations` (may be 0) of TAO's lmvm in each, until the
/// largest gradient entry is at most `tolerance`. `stopping` is asked in every iteration: false, with
/// `annealing` at the begin of the stage, where it said so; true at the end. Collective.
bool anneal(RelaxedPosterior& posterior, std::vector<double> const& temperatures, std::int64_t iterations,
            double tolerance, std::function<bool()> const& stopping, Annealing& annealing);

}  // namespace thresher::partial_order
