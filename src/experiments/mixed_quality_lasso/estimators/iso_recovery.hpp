#pragma once

#include "experiments/mixed_quality_lasso/data/data_set.hpp"
#include "experiments/mixed_quality_lasso/estimators/analysis.hpp"

#include <cstdint>
#include <span>

namespace thresher::mixed_quality_lasso {

/// Traces the line of equal recovery through one point within a trial: the engine's bisection on the mean
/// witness of `draws`, and two more for the slope of the line. Fills iso_n2 and iso_price. (A study with
/// `--search` finds the same n2 once for all of its trials; here every trial gives one, so that the line and
/// its slope have errors.) Collective.
study::Outcome run_iso(AnalysisMaker const& analyses, std::span<DataSet const* const> draws,
                       Parameters const& point, study::Team& team, Metrics& metrics);

}  // namespace thresher::mixed_quality_lasso
