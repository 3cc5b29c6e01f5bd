#include "experiments/entropy_coupling/estimators/measurement.hpp"

#include "experiments/entropy_coupling/estimators/artifacts.hpp"
#include "experiments/entropy_coupling/estimators/joint_coupling.hpp"
#include "experiments/entropy_coupling/estimators/vertex_enumeration.hpp"

#include <algorithm>
#include <chrono>
#include <cmath>

namespace thresher::entropy_coupling {

namespace {

constexpr double kRounding = 1e-12;
constexpr double kExactZero = 1e-9;  // the oracle works in doubles

double or_undefined(std::optional<std::int64_t> const& number) {
  return number ? static_cast<double>(*number) : study::kUndefined;
}

std::optional<Reading> reading_of_trajectory(SearchOutcome const& outcome, std::int64_t m) {
  if (outcome.zero_at && m >= *outcome.zero_at) return Reading();
  auto const found = outcome.readings.find(m);
  return found == outcome.readings.end() ? std::nullopt : std::optional(found->second);
}

std::optional<Reading> read_point(SearchResult const& search, Marginals const& marginals,
                                  Parameters const& point) {
  auto const observations = std::span(marginals.observations).first(static_cast<std::size_t>(point.m));
  auto const total = static_cast<double>(marginals.symbols.total);
  switch (point.estimator) {
    case Estimator::list_greedy:
    case Estimator::independent:
    case Estimator::tie_break:
      return reading_of_trajectory(search.outcome, point.m);
    case Estimator::codebook:
      if (search.outcome.zero_at && point.m >= *search.outcome.zero_at) return Reading();
      return std::nullopt;
    case Estimator::joint_mec: {
      CellCollector<Mass> collector;
      joint_greedy(
          marginals.symbols, observations,
          [&](Symbol x, std::span<std::int32_t const> code, Mass mass) { collector.add(x, code, mass); });
      auto const cells = collector.impure_cells();
      return read_cells(cells, conditional_entropy(cells), total, marginals.symbols.size());
    }
    case Estimator::independent_greedy: {
      CellCollector<double> collector;
      independent_greedy(
          marginals.symbols, observations,
          [&](Symbol x, std::span<std::int32_t const> code, double mass) { collector.add(x, code, mass); });
      auto const cells = collector.impure_cells();
      return read_cells(cells, conditional_entropy(cells), 1.0, marginals.symbols.size());
    }
    case Estimator::exact:
      break;
  }
  return std::nullopt;
}

}  // namespace

bool finds_zero(Estimator estimator) {
  return estimator == Estimator::list_greedy || estimator == Estimator::independent ||
         estimator == Estimator::tie_break || estimator == Estimator::codebook;
}

void measure_point(SearchResult const& search, Parameters const& point, study::Team& team, Metrics& metrics) {
  mpi::agree(team.communicator(), [&] {
    if (team.communicator().rank() != 0) return;
    auto const& bounds = search.bounds->bounds;
    auto const& marginals = search.bounds->data->marginals;
    auto const start = std::chrono::steady_clock::now();
    std::optional<Reading> reading;
    Optimum optimum;
    if (point.estimator == Estimator::exact) {
      optimum = minimum_coupling(marginals.symbols,
                                 std::span(marginals.observations).first(static_cast<std::size_t>(point.m)));
    } else {
      reading = read_point(search, marginals, point);
    }
    metrics.seconds =
        search.seconds + std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();

    metrics.n_eff = static_cast<double>(marginals.symbols.size());
    metrics.h_p_bits = bounds.h_p;
    metrics.h_q_sum_bits = bounds.h_q_sum[static_cast<std::size_t>(point.m)];
    metrics.log2_inv_pmin = std::log2(static_cast<double>(marginals.symbols.total) /
                                      static_cast<double>(marginals.symbols.smallest()));
    metrics.h_info_bits = bounds.information_at(point.m);
    metrics.h_lb_bits = bounds.lower_at(point.m);
    metrics.m_info = or_undefined(bounds.m_info);
    metrics.m_vol = or_undefined(bounds.m_vol);
    metrics.m_lb = or_undefined(bounds.m_lb);
    metrics.m_dim = or_undefined(bounds.m_dim);
    metrics.m_gen = or_undefined(bounds.m_gen);
    metrics.m_ub = or_undefined(bounds.m_ub);

    if (finds_zero(point.estimator)) {
      metrics.m_zero = or_undefined(search.outcome.zero_at);
      metrics.m_excess = metrics.m_zero - metrics.m_lb;
      metrics.m_excess_gen = metrics.m_zero - metrics.m_gen;
    }
    if (reading) {
      metrics.h_bits = reading->h_bits;
      metrics.impure_mass = reading->impure_mass;
      metrics.impure_cells = reading->impure_cells;
      metrics.boundaries = reading->boundaries;
      metrics.bayes_error = reading->bayes_error;
      metrics.tv_extract = reading->tv_extract;
      metrics.zero = reading->h_bits == 0 ? 1 : 0;
    } else if (point.estimator == Estimator::exact) {
      metrics.h_bits = optimum.h_bits;
      metrics.zero = optimum.h_bits < kExactZero ? 1 : 0;
    } else {
      metrics.zero = 0;  // no codebook yet
    }
    if (!std::isnan(metrics.h_bits)) {
      if (bounds.h_p > 0) metrics.h_frac = std::min(1.0, metrics.h_bits / bounds.h_p);
      if (metrics.h_q_sum_bits > 0)
        metrics.efficiency = std::clamp((bounds.h_p - metrics.h_bits) / metrics.h_q_sum_bits, 0.0, 1.0);
      metrics.gap_bits = metrics.h_bits - metrics.h_lb_bits;
      if (std::abs(metrics.gap_bits) < kRounding) metrics.gap_bits = 0;
    }
    leave_artifacts(search, optimum, point, team);
  });
}

}  // namespace thresher::entropy_coupling
