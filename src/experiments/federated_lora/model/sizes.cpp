#include "experiments/federated_lora/model/sizes.hpp"

#include <cmath>
#include <limits>

namespace thresher::federated_lora {

Parameters with_shapes(Parameters point) {
  if (point.module == Module::copy) point.d1 = point.d2 = point.d_model;
  return point;
}

Parameters of_adapter(Parameters point, Adapter const& adapter) {
  point.d1 = adapter.d1;
  point.d2 = adapter.d2;
  return point;
}

std::int64_t known_rank(Parameters const& point, Adapter const* adapter) {
  if (adapter != nullptr) return adapter->has_base ? 0 : adapter->factor_rank;
  return point.module == Module::copy ? point.lora_rank : point.local_rank;
}

bool stores_factors(Parameters const& point, std::int64_t known, int ranks) {
  return point.module != Module::copy && known > 0 && ranks <= point.clients &&
         4 * known * (point.d1 + point.d2) <= point.d1 * point.d2;
}

std::int64_t adapter_count(Parameters const& point) {
  if (point.module != Module::input || point.input == nullptr) return 1;
  return static_cast<std::int64_t>(point.input->adapters.size());
}

std::int64_t contaminated_clients(Parameters const& point) {
  if (point.module == Module::input) return point.input == nullptr ? 0 : point.input->contaminated;
  // 0.3 * 60 = 17.999...: decimals mean what they say, so a product within rounding of a half or a whole is
  // that.
  double const product = point.contamination * static_cast<double>(point.clients);
  double const twice = std::round(2 * product);
  double const exact = std::abs(2 * product - twice) < 1e-9 * (1 + product) ? twice / 2 : product;
  return std::llrint(exact);  // to even in the default rounding mode
}

std::vector<double> strengths(Parameters const& point) {
  std::vector<double> s;
  for (std::int64_t i = 0; i < point.rank; ++i)
    s.push_back(point.rank == 1
                    ? point.signal
                    : point.signal * std::pow(point.condition,
                                              -static_cast<double>(i) / static_cast<double>(point.rank - 1)));
  return s;
}

double signal_energy(Parameters const& point) {
  double energy = 0;
  for (double const s : strengths(point)) energy += s * s;
  return energy;
}

double contamination_energy(Parameters const& point) {
  return point.contamination_scale * point.contamination_scale * signal_energy(point);
}

BalanceFactors balance_factors(Parameters const& point, double fraction) {
  if (point.contamination_kind != ContaminationKind::shift || point.centering == Centering::none) return {};
  double const ratio = fraction / (1 - fraction);
  return {ratio < 1 ? 1 / std::sqrt(1 - ratio * ratio) : std::numeric_limits<double>::infinity(),
          std::sqrt(1 - fraction)};
}

}  // namespace thresher::federated_lora
