#include "experiments/federated_lora/theory/refinement_errors.hpp"

#include "experiments/federated_lora/model/sizes.hpp"
#include "experiments/federated_lora/theory/entry_levels.hpp"
#include "numerics/root.hpp"
#include "numerics/spiked_singular.hpp"

#include <algorithm>
#include <cmath>
#include <functional>
#include <vector>

namespace thresher::federated_lora {

namespace {

double square(double x) {
  return x * x;
}
double benign(Parameters const& point) {
  return static_cast<double>(benign_clients(point));
}
/// Columns that are left when a common part is taken out.
double free_clients(Parameters const& point, double clients) {
  return point.centering == Centering::common ? clients - 1 : clients;
}
numerics::SpikedSingular clean_law(Parameters const& point) {
  return {static_cast<double>(point.d1) /
          (free_clients(point, benign(point)) * static_cast<double>(point.d2))};
}
/// l_i of the directions in the clean stack.
std::vector<double> clean_spikes(Parameters const& point) {
  std::vector<double> spikes;
  for (double const s : strengths(point))
    spikes.push_back(s * s * static_cast<double>(point.d1) / total_error(point));
  return spikes;
}
double subspace_part(Parameters const& point) {
  return static_cast<double>(point.rank) / static_cast<double>(point.d1);
}

}  // namespace

double oracle_error(Parameters const& point) {
  double const inside = subspace_part(point);
  double const averaged = 1 / benign(point);
  return square(point.noise) * (inside + (1 - inside) * averaged) +
         (1 - inside) * (1 - averaged) * square(point.heterogeneity);
}

double oracle_set_error(Parameters const& point) {
  double const w = total_error(point);
  if (w == 0) return 0;
  auto const law = clean_law(point);
  double const beta = law.aspect;
  double errors = 0, shares = 0;  // sums of e_i, g_i
  for (double const l : clean_spikes(point)) {
    errors += law.detectable(l) ? 1 + beta + 3 * beta / l : law.squared_edge() + l;
    shares += law.detectable(l) ? 1 + beta + 2 * beta / l : law.squared_edge();
  }
  auto const d1 = static_cast<double>(point.d1);
  double const h = square(point.heterogeneity);
  double const averaged = 1 / benign(point);
  return square(point.noise) * averaged + (1 - averaged) * (w * errors / d1 + h - 2 * h * shares / d1);
}

double adaptive_oracle_error(Parameters const& point) {
  double const inside = subspace_part(point);
  double const averaged = 1 / benign(point);
  return square(point.noise) *
         (inside +
          (1 - inside) * (averaged + (1 - averaged) * square(point.heterogeneity) / total_error(point)));
}

double average_error(Parameters const& point) {
  auto const clients = static_cast<double>(point.clients);
  auto const m = static_cast<double>(contaminated_clients(point));
  double const own = square(1 - 1 / clients) + (benign(point) - 1) / square(clients);
  double const foreign =
      point.contamination_kind == ContaminationKind::shift ? square(m / clients) : m / square(clients);
  return (signal_energy(point) + square(point.heterogeneity)) * own + contamination_energy(point) * foreign +
         square(point.noise) / clients;
}

double heterogeneity_crossover(Parameters const& point) {
  return numerics::bisect(
             [&](double h) {
               Parameters at = point;
               at.heterogeneity = h;
               return oracle_set_error(at) >= square(point.noise);
             },
             {0, 10 * point.noise}, 80)
      .middle();
}

double oracle_set_subspace_error(Parameters const& point) {
  if (total_error(point) == 0) return 0;
  auto const law = clean_law(point);
  double overlap = 0;
  for (double const l : clean_spikes(point)) overlap += law.left_overlap(l);
  return 1 - overlap / static_cast<double>(point.rank);
}

double svd_subspace_error(Parameters const& point) {
  auto const clients = static_cast<double>(point.clients);
  auto const d1 = static_cast<double>(point.d1);
  auto const m = static_cast<double>(contaminated_clients(point));
  double const error = (benign(point) * total_error(point) + m * square(point.noise)) / clients;
  numerics::SpikedSingular const law{d1 / (free_clients(point, clients) * static_cast<double>(point.d2))};
  struct Spike {
    double strength;
    bool is_benign;
  };
  std::vector<Spike> spikes;
  for (double const s : strengths(point))
    spikes.push_back({benign(point) / clients * s * s * d1 / error, true});
  for (std::int64_t j = 0; j < point.contamination_rank; ++j)
    spikes.push_back({m / clients * contamination_energy(point) /
                          static_cast<double>(point.contamination_rank) * d1 / error,
                      false});
  std::ranges::stable_sort(spikes, std::greater<>{}, &Spike::strength);
  auto places = static_cast<double>(point.rank);
  double overlap = 0;
  for (std::size_t first = 0; first < spikes.size() && places > 0;) {
    // Equal spikes share the places that are left.
    std::size_t last = first;
    double own = 0;
    while (last < spikes.size() && spikes[last].strength >= spikes[first].strength * (1 - 1e-12))
      own += spikes[last++].is_benign ? 1 : 0;
    auto const group = static_cast<double>(last - first);
    double const kept = std::min(places, group);
    overlap += kept * own / group * law.left_overlap(spikes[first].strength);
    places -= kept;
    first = last;
  }
  return 1 - overlap / static_cast<double>(point.rank);
}

double detectable_signal(Parameters const& point) {
  return std::sqrt(total_error(point) / static_cast<double>(point.d1) * std::sqrt(clean_law(point).aspect));
}

double benign_score(Parameters const& point) {
  double const w = total_error(point);
  if (w == 0) return 0;
  auto const law = clean_law(point);
  double inside = 0;
  for (double const l : clean_spikes(point)) inside += law.squared_value(l);
  double const kept = point.centering == Centering::common ? 1 - 1 / benign(point) : 1;
  return std::sqrt(kept * (signal_energy(point) + w - w * inside / static_cast<double>(point.d1)));
}

double contaminated_score(Parameters const& point) {
  double const inside = subspace_part(point);
  bool const has_subspace = point.contamination_kind == ContaminationKind::collude ||
                            point.contamination_kind == ContaminationKind::shift;
  double const seen = has_subspace ? 1 - square(point.overlap) : 1 - inside;
  return std::sqrt(seen * contamination_energy(point) + (1 - inside) * square(point.noise));
}

}  // namespace thresher::federated_lora
