#include "experiments/partial_order/solvers/starts.hpp"

#include "numerics/normal.hpp"

#include <algorithm>
#include <cmath>
#include <numeric>

namespace thresher::partial_order {

std::vector<double> mean_places(Sequences const& lists, std::int64_t items) {
  std::vector<double> sums(static_cast<std::size_t>(items), 0.0);
  std::vector<double> weights(sums.size(), 0.0);
  for (std::int64_t s = 0; s < lists.count(); ++s) {
    auto const list = lists[s];
    auto const m = static_cast<double>(list.items.size());
    double const rest = (static_cast<double>(list.steps) + m) / (2 * m);
    for (std::size_t t = 0; t < list.items.size(); ++t) {
      auto const item = static_cast<std::size_t>(list.items[t]);
      bool const listed = static_cast<std::int64_t>(t) < list.steps;
      sums[item] += list.weight * (listed ? (static_cast<double>(t) + 0.5) / m : rest);
      weights[item] += list.weight;
    }
  }
  for (std::size_t i = 0; i < sums.size(); ++i) sums[i] = weights[i] > 0 ? sums[i] / weights[i] : 0.5;
  return sums;
}

std::vector<double> start_position(Parameters const& point, Sequences const& training,
                                   random::Stream const& stream, std::int64_t number) {
  constexpr double kHyperStart[] = {0, 0, -3};
  constexpr double kNoise = 0.5;
  auto const n = static_cast<std::size_t>(point.n_items);
  auto const k = static_cast<std::size_t>(point.latent_dim);
  std::vector<double> z(n * k);
  for (std::size_t i = 0; i < n; ++i)
    stream.normals({static_cast<std::uint64_t>(number), i}, 0, std::span(z).subspan(i * k, k));
  if (point.init == Start::borda && number % 2 == 0) {
    auto const places = mean_places(training, point.n_items);
    std::vector<std::size_t> by_place(n);
    std::iota(by_place.begin(), by_place.end(), std::size_t{0});
    std::ranges::stable_sort(by_place, {}, [&](std::size_t i) { return places[i]; });
    auto const count = static_cast<double>(n);
    double const spread = std::sqrt(1 + static_cast<double>(k - 1) * point.rho);
    for (std::size_t rank = 0; rank < n; ++rank) {
      double const common =
          numerics::normal_quantile((count - static_cast<double>(rank) - 0.5) / count) / spread;
      for (std::size_t c = 0; c < k; ++c) {
        double& entry = z[by_place[rank] * k + c];
        entry = common + kNoise * entry;
      }
    }
  }
  if (point.infer_hyper) z.insert(z.end(), std::begin(kHyperStart), std::end(kHyperStart));
  return z;
}

std::vector<double> temperatures(Parameters const& point) {
  if (point.anneal_stages == 1 || point.tau_start <= point.tau) return {point.tau};
  std::vector<double> stages;
  auto const last = static_cast<double>(point.anneal_stages - 1);
  for (std::int64_t j = 0; j < point.anneal_stages; ++j)
    stages.push_back(point.tau_start * std::pow(point.tau / point.tau_start, static_cast<double>(j) / last));
  stages.back() = point.tau;
  return stages;
}

}  // namespace thresher::partial_order
