#pragma once

#include "mpi/communicator.hpp"

#include <cstdint>
#include <functional>
#include <span>
#include <string>
#include <vector>

namespace thresher::prox {

/// A smooth function of x in R^P to be minimised.
///
/// Writes the gradient at x and returns the value; infinity or NaN where the function is not defined (the
/// gradient is then ignored). Called on all ranks together with the same x; what differs between ranks is
/// overruled by rank 0. Exceptions must be thrown on all ranks together (mpi::agree), and are thrown on.
using SmoothObjective = std::function<double(std::span<double const> x, std::span<double> gradient)>;

struct SmoothOptions {
  double tolerance = 1e-9;  ///< of the largest |gradient entry|
  std::int64_t max_iterations = 2000;
  std::int64_t pairs = 30;  ///< that the quasi-Newton matrix remembers
  std::string prefix = "smooth_";
  /// Asked once an iteration, on all ranks together: whether to end here.
  std::function<bool()> stopping = {};
};

struct SmoothMinimum {
  std::vector<double> x;
  double value = 0;
  double largest_gradient = 0;
  std::int64_t iterations = 0;
  std::int64_t evaluations = 0;
  bool converged = false;  ///< the tolerance is reached
  bool stopped = false;    ///< by `stopping`
};

/// Limited-memory BFGS under TAO (type lmvm) from `start`, where the objective must be finite
/// (std::invalid_argument otherwise). Options with and without the prefix act on it: -tao_max_it, -tao_gatol
/// (the tolerance), -tao_monitor, -tao_lmvm_...
///
/// Rank 0 holds the whole iteration and sends every trial point to the others, so the path has the same bits
/// on every team whose objective has (mpi::FixedOrderSum). It holds 2 `pairs` + 10 numbers per unknown.
///
/// Two helps for the line search. A trial where the objective is not finite is answered by a value and slope
/// whose interpolation cuts the step to less than half. Where two values agree to their rounding, their
/// difference is taken from the slopes, (g_0 + g).(x - x_0)/2, which keeps its digits close to the minimum
/// (as the approximate Wolfe conditions of Hager and Zhang 2005). Collective; the same result on all ranks.
SmoothMinimum minimise_smooth(mpi::Communicator const& comm, std::span<double const> start,
                              SmoothObjective const& objective, SmoothOptions const& options);

}  // namespace thresher::prox
