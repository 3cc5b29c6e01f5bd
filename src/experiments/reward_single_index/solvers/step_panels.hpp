#pragma once

#include "experiments/reward_single_index/data/trial_data.hpp"
#include "experiments/reward_single_index/solvers/spread_weights.hpp"

#include <cstdint>
#include <memory>
#include <span>

namespace thresher::reward_single_index {

/// The first layer v_j and the inputs of one step of online descent, in this rank's blocks of coordinates,
/// with products in the precision of the point: single precision holds both as floats and adds over
/// coordinates of a block in floats, over blocks in doubles. Nothing here is collective.
class StepPanels {
 public:
  virtual ~StepPanels() = default;
  /// Makes the inputs of rows [rows) in a block and adds what the step needs of it: <v_j, x_i> by rows,
  /// <theta, x_i>, |v_j|^2.
  virtual void add_products(std::size_t block, mpi::Range rows, std::span<double> sums) = 0;
  /// v_j *= factor.
  virtual void scale_neuron(std::int64_t neuron, double factor) = 0;
  /// v_j += sum_i amounts(i, j) x_i over the `rows` rows of the inputs; amounts are row-major.
  virtual void add_inputs(std::int64_t rows, std::span<double const> amounts) = 0;
  /// Brings the spread weights up to date, or takes them over.
  virtual void publish() = 0;
  virtual void take_over() = 0;
};

/// Panels of the point that start with `weights`. `data` and `weights` must outlive them.
std::unique_ptr<StepPanels> step_panels(Parameters const& point, TrialData const& data,
                                        SpreadWeights& weights);

}  // namespace thresher::reward_single_index
