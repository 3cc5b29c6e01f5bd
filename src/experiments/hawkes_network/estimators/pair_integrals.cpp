#include "experiments/hawkes_network/estimators/pair_integrals.hpp"

#include "experiments/hawkes_network/estimators/filter_blocks.hpp"
#include "experiments/hawkes_network/estimators/row_moments.hpp"
#include "mpi/exchange.hpp"

#include <cmath>
#include <numeric>

namespace thresher::hawkes_network {

std::vector<double> filters_at_end(Observation const& observation, double decay) {
  std::vector<double> own;
  for (auto node = observation.own().begin; node < observation.own().end; ++node) {
    // Times far before the end add nothing.
    double filter = 0;
    double last = 0;
    for (double const time : observation.of(node)) {
      filter = std::fma(filter, std::exp(-decay * (time - last)), 1);
      last = time;
    }
    own.push_back(filter * std::exp(-decay * (observation.horizon() - last)));
  }
  return mpi::gather_parts(observation.communicator(), own).values;
}

PairIntegrals pair_integrals(Observation const& observation, double decay, study::Team& team) {
  auto const d = observation.nodes();
  auto const own = observation.own();
  FilterIntegrals const rules(decay, observation.horizon());
  PairIntegrals result{observation.horizon(), {}, {}, linalg::DenseMatrix(d, own.size()), {}};
  auto& sums = result.at_events;  // column i: sums of all filters at the events of own node i
  auto const ends = FilterBlocks(observation, decay, team)(
      {0, d},
      [&](std::size_t row, std::size_t first, std::size_t count, double factor, double const* filters) {
        double* const column = sums.column(static_cast<std::int64_t>(row)).data() + first;
        for (std::size_t j = 0; j < count; ++j) column[j] = std::fma(factor, filters[j], column[j]);
      });
  result.products = linalg::DenseMatrix(d, d);
  auto const all =
      mpi::gather_parts(observation.communicator(), std::span<double const>(sums.values())).values;
  linalg::ConstMatrixView const whole(all.data(), d, d);
  for (std::int64_t j = 0; j < d; ++j) {
    auto const at = static_cast<std::size_t>(j);
    auto const count = static_cast<double>(observation.count(j));
    result.means.push_back(FilterIntegrals::mean(count, ends[at]));
    for (std::int64_t k = 0; k < j; ++k)
      result.products(k, j) = result.products(j, k) =
          rules.product(whole(k, j), whole(j, k), ends[at], ends[static_cast<std::size_t>(k)]);
    result.products(j, j) = rules.square(whole(j, j), count, ends[at]);
  }
  for (double& entry : sums.values()) entry = rules.at_events(entry);
  for (auto node = own.begin; node < own.end; ++node)
    result.own_counts.push_back(static_cast<double>(observation.count(node)));
  return result;
}

std::vector<double> PairRefit::operator()(std::size_t row, std::span<std::int32_t const> nodes) const {
  std::size_t const size = nodes.size();
  RegressionMoments moments{SmallSymmetric(size + 1), std::vector<double>(size + 1)};
  moments.gram(0, 0) = integrals_.horizon;
  moments.h[0] = integrals_.own_counts[row];
  for (std::size_t j = 0; j < size; ++j) {
    moments.gram(j + 1, 0) = integrals_.means[static_cast<std::size_t>(nodes[j])];
    moments.h[j + 1] = integrals_.at_events(nodes[j], static_cast<std::int64_t>(row));
    for (std::size_t k = 0; k <= j; ++k) moments.gram(j + 1, k + 1) = integrals_.products(nodes[j], nodes[k]);
  }
  std::vector<std::size_t> used(size + 1);
  std::iota(used.begin(), used.end(), std::size_t{0});
  return fit_regression(moments, used, nullptr).coefficients;
}

}  // namespace thresher::hawkes_network
