#include "experiments/federated_lora/theory/entry_levels.hpp"

#include "experiments/federated_lora/model/sizes.hpp"
#include "numerics/root.hpp"
#include "numerics/spiked_singular.hpp"
#include "study/experiment.hpp"

#include <algorithm>
#include <cmath>

namespace thresher::federated_lora {

namespace {

double aspect(Parameters const& point, double clients) {
  return static_cast<double>(point.d1) / (clients * static_cast<double>(point.d2));
}

/// Both levels at a real contamination.
struct Levels {
  double benign;
  double contaminated;
};
Levels levels_at(Parameters const& point, double fraction) {
  auto const clients = static_cast<double>(point.clients);
  return {benign_entry_level(point, (1 - fraction) * clients, fraction),
          contaminated_entry_level(point, fraction * clients, fraction)};
}

double price_of_rule(Parameters const& point, double fraction, double benign_level) {
  auto const clients = static_cast<double>(point.clients);
  switch (point.lambda_rule) {
    case LambdaRule::enter:
      return point.lambda_factor * benign_level;
    case LambdaRule::rank:
      return point.lambda_factor * std::sqrt(static_cast<double>(fitted_rank(point)) / clients);
    case LambdaRule::outlier_pursuit:
      return 3 / (7 * std::sqrt(fraction * clients));
    case LambdaRule::fixed:
      break;
  }
  return point.lambda_value;
}

bool is_low_rank(ContaminationKind kind) {
  return kind == ContaminationKind::collude || kind == ContaminationKind::shift;
}

bool is_balanced_shift(Parameters const& point) {
  return point.contamination_kind == ContaminationKind::shift && point.centering == Centering::common;
}

/// E_2 / s_r^2: the effective number of directions.
double weakest_share(Parameters const& point) {
  double const weakest = strengths(point).back();
  return signal_energy(point) / (weakest * weakest);
}

}  // namespace

double total_error(Parameters const& point) {
  return point.noise * point.noise + point.heterogeneity * point.heterogeneity;
}

double entry_level(Parameters const& point, double clients, double energy, double direction_energy,
                   double error) {
  if (error == 0) return std::sqrt(energy / (clients * direction_energy));
  auto const d1 = static_cast<double>(point.d1);
  numerics::SpikedSingular const law{aspect(point, clients)};
  return std::sqrt((energy + error) / clients * d1 / error /
                   law.squared_value(direction_energy * d1 / error));
}

double benign_entry_level(Parameters const& point, double benign, double fraction) {
  double const weakest = strengths(point).back();
  return balance_factors(point, fraction).benign *
         entry_level(point, benign, signal_energy(point), weakest * weakest, total_error(point));
}

double contaminated_entry_level(Parameters const& point, double contaminated, double fraction) {
  if (!(contaminated > 0) || point.contamination_kind == ContaminationKind::independent)
    return study::kUndefined;
  if (point.contamination_kind == ContaminationKind::dense)
    return std::sqrt(static_cast<double>(point.d1) / contaminated) /
           (1 + std::sqrt(aspect(point, contaminated)));
  double const energy = contamination_energy(point);
  return balance_factors(point, fraction).contaminated *
         entry_level(point, contaminated, energy, energy / static_cast<double>(point.contamination_rank),
                     point.noise * point.noise);
}

double contamination_limit(Parameters const& point) {
  if (point.contamination_kind == ContaminationKind::independent) return study::kUndefined;
  return numerics::bisect(
             [&](double fraction) {
               auto const levels = levels_at(point, fraction);
               return levels.benign >= levels.contaminated;
             },
             {0, 1}, 44)
      .middle();
}

double contamination_limit_of_rule(Parameters const& point) {
  if (point.contamination_kind == ContaminationKind::independent) return study::kUndefined;
  for (int step = 999; step >= 1; --step) {
    double const fraction = step / 1000.0;
    auto const levels = levels_at(point, fraction);
    double const lambda = price_of_rule(point, fraction, levels.benign);
    if (levels.benign < lambda && lambda < levels.contaminated) return fraction;
  }
  return 0;
}

double contamination_limit_noiseless(Parameters const& point) {
  if (!is_low_rank(point.contamination_kind)) return study::kUndefined;
  auto const q = static_cast<double>(point.contamination_rank);
  return q / ((is_balanced_shift(point) ? 2 : 1) * q + weakest_share(point));
}

double contamination_limit_of_svd(Parameters const& point) {
  if (!is_low_rank(point.contamination_kind)) return study::kUndefined;
  auto const q = static_cast<double>(point.contamination_rank);
  double const energy = point.contamination_scale * point.contamination_scale * weakest_share(point);
  // The mean takes a part gamma of a common block away: its stack has energy gamma (1 - gamma) B^2 / q.
  return is_balanced_shift(point) ? std::min(1.0, q / energy) : q / (q + energy);
}

}  // namespace thresher::federated_lora
