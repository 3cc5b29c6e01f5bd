#pragma once

#include "experiments/partial_order/solvers/list_rows.hpp"

#include <cstddef>

/// The loops behind ListKernel, over the items of one list.
namespace thresher::partial_order {

/// Far below every exponent.
constexpr double kDead = -1e300;

/// One step backwards: the sums take in the row of the item chosen, then weights of [from, width).
struct BackwardStep {
  ListRows::View row;
  double* free;
  double* after;
  double const* dead;
  double* weights;
  double* slopes;
  std::size_t from;
  std::size_t width;
  double beta;
};

struct WeightSums {
  double sum = 0;
  double log_sum = 0;  ///< of weight times log(1 + S); where derivatives by the noise are asked for
};

/// What derivatives are taken by. Without those by the noise, (1 + S)^beta needs no logarithm where beta is
/// 0, 1 or 2.
enum class Slopes { by_latents, by_noise_too };

using Weigh = void (*)(BackwardStep const&, WeightSums&);
/// The backward step for this beta: to be looked up once a list.
Weigh weigh_for(double beta, Slopes asked);

/// by_free -= pull weights, by_after -= pull slopes, on [from, width).
struct ForwardStep {
  double const* weights;
  double const* slopes;
  double* by_free;
  double* by_after;
  std::size_t from;
  std::size_t width;
  double pull;
};

void pull_back(ForwardStep const& step);

/// free += row.free, after += row.after.
void add_row(ListRows::View const& row, double* free, double* after, std::size_t width);

}  // namespace thresher::partial_order
