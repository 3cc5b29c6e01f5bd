#include "experiments/entropy_coupling/estimators/measurement.hpp"

#include "experiments/entropy_coupling/estimators/artifacts.hpp"
#include "experiments/entropy_coupling/estimators/method.hpp"
#include "study/stopwatch.hpp"

#include <algorithm>
#include <cmath>

namespace thresher::entropy_coupling {

namespace {

constexpr double kRounding = 1e-12;

double or_undefined(std::optional<std::int64_t> const& number) {
  return number ? static_cast<double>(*number) : study::kUndefined;
}

}  // namespace

void measure_point(SearchResult const& search, Parameters const& point, study::Team& team, Metrics& metrics) {
  mpi::agree(team.communicator(), [&] {
    if (team.communicator().rank() != 0) return;
    auto const& bounds = search.bounds->bounds;
    auto const& marginals = search.bounds->data->marginals;
    study::Stopwatch const watch;
    auto const& method = method_of(point);
    auto const solution = method.solve(search, point);
    auto const& reading = solution.reading;
    metrics.seconds = search.seconds + watch.seconds();

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

    if (method.finds_zero()) {
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
      metrics.zero = method.is_zero(reading->h_bits) ? 1 : 0;
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
    leave_artifacts(search, solution, point, team);
  });
}

}  // namespace thresher::entropy_coupling
