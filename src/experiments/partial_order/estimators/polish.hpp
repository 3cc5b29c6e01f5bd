#pragma once

#include "experiments/partial_order/estimators/method.hpp"
#include "study/kept_work.hpp"

#include <functional>
#include <memory>
#include <string_view>

namespace thresher::partial_order {

/// Whether an analysis is long enough to keep its state: a minute by nominal rates.
study::Length length_of(study::Cost const& cost);

struct Polished {
  std::shared_ptr<PartialOrder const> order;
  double log_likelihood = 0;
  double evaluations = 0;
};

/// Ascent of the hard likelihood (poset_search) from `start`, which is the same on all ranks. Keeps the order
/// where the run ends before it, under `name`; `start` is then not asked for again. Collective. Throws
/// study::Interrupted.
Polished polish(FitInput const& input, study::Length length, std::string_view name,
                std::function<PartialOrder()> const& start);

/// Memory and work of it: a guess of n steps.
study::Cost polish_cost(Parameters const& point, study::Resources const& resources);

}  // namespace thresher::partial_order
