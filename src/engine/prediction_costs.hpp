#pragma once

#include "engine/unit_runner.hpp"
#include "study/ledger.hpp"

#include <cstdint>
#include <string>
#include <vector>

namespace thresher::engine {

/// What the predictions of one theory that are not computed yet will take.
struct PredictionCost {
  std::string theory;
  std::int64_t count = 0;
  double seconds = 0;  ///< of one, on one rank
};

/// Of every theory that is asked for and has something left: a sample over the grid is timed, as many as
/// `seconds` (shared by the theories) allow, at least one. Not collective.
std::vector<PredictionCost> prediction_costs(Study const& study, Ledger const& ledger, UnitRunner& runner,
                                             double seconds);

}  // namespace thresher::engine
