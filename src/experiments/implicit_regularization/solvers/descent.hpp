#pragma once

#include "experiments/implicit_regularization/data/rows.hpp"
#include "experiments/implicit_regularization/model/parameters.hpp"
#include "experiments/implicit_regularization/solvers/loss_model.hpp"
#include "experiments/implicit_regularization/solvers/mask_draw.hpp"
#include "study/kept_work.hpp"

#include <cstdint>
#include <functional>
#include <optional>
#include <span>
#include <vector>

namespace thresher::implicit_regularization {

/// What one run of gradient descent is given besides the loss.
struct DescentSetting {
  Optimizer optimizer = Optimizer::gd;  ///< gd and sgd are one rule, adam the other
  double eta = 0;
  double momentum = 0;
  std::int64_t steps = 0;
  double tail_average = 0;
  bool has_patience = false;
  std::int64_t patience = 0;
  double min_delta = 0;
  std::int64_t ask_every = 1;  ///< updates between two questions whether to stop
};

/// What changes from update to update.
struct DescentInputs {
  Rows const* all = nullptr;
  std::function<Rows(std::int64_t step)> batch;  ///< rows of an update; empty: all
  std::optional<MaskDraw> masks;                 ///< its pass is the number of the update
  /// Adds gradients of penalties to that of an update; empty: none.
  std::function<void(std::span<double const> theta, Rows const& rows, std::span<double> gradient)> penalties;
};

struct DescentResult {
  std::vector<double> theta;  ///< this rank's part
  std::int64_t updates = 0;
};

/// Gradient descent: vel <- momentum vel - eta g, theta <- theta + vel; or Adam. With a tail average the
/// result is the mean of the iterates after updates (0-based) from ceil((1 - w) steps) on. With patience the
/// loss on all rows decides before every update (Prechelt 1998, on 2 L). `work` is asked whether to stop,
/// told how far the part that begins at `done` has come, and given the state; `left` continues from it.
/// Throws std::runtime_error "diverged: lower eta" where the loss or the weights are not finite. Collective.
DescentResult descend(DescendedLoss& loss, DescentSetting const& setting, DescentInputs const& inputs,
                      std::vector<double> start, study::KeptWork& work, bytes::Reader* left,
                      std::function<double(double)> const& progress);

}  // namespace thresher::implicit_regularization
