#include "experiments/mixed_quality_lasso/estimators/iso_recovery.hpp"

#include "experiments/mixed_quality_lasso/solvers/witness.hpp"
#include "experiments/mixed_quality_lasso/theory/weights.hpp"
#include "numerics/level_crossing.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>

namespace thresher::mixed_quality_lasso {

namespace {

/// Mean conditional success with the first n1 and n2 rows, lambda and weights evaluated there.
double mean_recovery(AnalysisMaker const& analyses, std::span<DataSet const* const> draws, Parameters point,
                     std::int64_t n1, std::int64_t n2, study::Team& team) {
  point.n1 = n1;
  point.n2 = n2;
  std::array const blocks{NoiseBlock{static_cast<double>(n1), point.sigma1},
                          NoiseBlock{static_cast<double>(n2), point.sigma2}};
  if (n1 + n2 == 0 || !weighting_applies(blocks, point.weighting)) return 0;
  auto const setting = realise(point);
  auto const tuning = analyses.tuning_on(team, point);
  double sum = 0;
  for (auto const* data : draws)
    sum += primal_dual_witness(*data, setting, point.rho, tuning).success_probability;
  return mpi::broadcast_value(team.communicator(), sum / static_cast<double>(draws.size()));
}

}  // namespace

study::Outcome run_iso(AnalysisMaker const& analyses, std::span<DataSet const* const> draws,
                       Parameters const& point, study::Team& team, Metrics& metrics) {
  auto const line = [&](std::int64_t n1) {
    auto const recovery = [&](std::int64_t n2) {
      if (team.stopping()) throw study::Interrupted();
      return mean_recovery(analyses, draws, point, n1, n2, team);
    };
    double const without = recovery(0);
    if (without >= point.iso_level) return 0.0;  // no low-quality row is needed
    auto const crossing = numerics::level_crossing(
        0, point.n2, point.iso_level, [&](std::int64_t n2) { return n2 == 0 ? without : recovery(n2); });
    return crossing.state == numerics::Crossing::crossed ? crossing.place
                                                         : std::numeric_limits<double>::infinity();
  };
  metrics.iso_n2 = line(point.n1);
  auto const step = static_cast<std::int64_t>(iso_price_step(static_cast<double>(point.n1)));
  if (point.n1 < step) return study::Outcome::ok;
  double const fewer = line(point.n1 - step);
  double const more = line(point.n1 + step);
  auto const inside = [](double rows) { return rows > 0 && std::isfinite(rows); };
  if (inside(fewer) && inside(more)) metrics.iso_price = (fewer - more) / (2 * static_cast<double>(step));
  return study::Outcome::ok;
}

}  // namespace thresher::mixed_quality_lasso
