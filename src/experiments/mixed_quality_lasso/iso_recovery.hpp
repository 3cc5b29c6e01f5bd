#pragma once

#include "experiments/mixed_quality_lasso/analysis.hpp"
#include "experiments/mixed_quality_lasso/data_set.hpp"

#include <functional>
#include <memory>
#include <span>
#include <vector>

namespace thresher::mixed_quality_lasso {

/// Low-quality rows at which a non-decreasing `recovery`(n2) of 0..most_n2 reaches `level`: 0 where none are
/// needed, +infinity where `most_n2` do not suffice, else linear between the two neighbouring integers.
/// `recovery` must answer alike on all ranks.
double crossing_rows(std::int64_t most_n2, double level,
                     std::function<double(std::int64_t n2)> const& recovery);

/// High-quality rows beyond a point's own that its price needs.
std::int64_t price_step(std::int64_t n1);

/// Traces the line of equal recovery through one point: one bisection on the mean witness of `draws`, and two
/// more for its slope. Fills iso_n2 and iso_price. Collective.
study::Outcome run_iso(AnalysisMaker const& analyses, std::span<DataSet const* const> draws,
                       Parameters const& point, study::Team& team, Metrics& metrics);

}  // namespace thresher::mixed_quality_lasso
