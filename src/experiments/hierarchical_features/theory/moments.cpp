#include "experiments/hierarchical_features/theory/moments.hpp"

#include "experiments/hierarchical_features/model/setting.hpp"
#include "experiments/hierarchical_features/model/weight_map.hpp"
#include "experiments/hierarchical_features/theory/equal_bins.hpp"

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <numeric>

namespace thresher::hierarchical_features {

namespace {

constexpr std::int64_t kBins = 4096;
constexpr std::int64_t kDrawsAtOnce = 4096;

/// Shows the draws in blocks: number of the first, and h with one draw per row (its last entry is the noise).
template <class Visit>
void visit_draws(random::Stream const& stream, std::int64_t draws, std::int64_t hidden, Visit visit) {
  auto const columns = hidden + 1;
  std::vector<double> block(static_cast<std::size_t>(std::min(draws, kDrawsAtOnce) * columns));
  for (std::int64_t first = 0; first < draws; first += kDrawsAtOnce) {
    auto const count = std::min(kDrawsAtOnce, draws - first);
    random::fill_normals(stream, {first, first + count, 0, columns}, random::Layout::row_major, block,
                         columns);
    visit(first, count, std::span<double const>(block).first(static_cast<std::size_t>(count * columns)));
  }
}

void center(std::vector<double>& values) {
  double sum = 0;
  for (double const value : values) sum += value;
  double const mean = sum / static_cast<double>(values.size());
  for (double& value : values) value -= mean;
}

std::vector<double> weights_of_draws(Parameters const& point, std::vector<double> const& lambda,
                                     random::Stream const& stream) {
  auto const hidden = static_cast<std::int64_t>(lambda.size());
  std::vector<double> weights(static_cast<std::size_t>(point.theory_draws));
  visit_draws(stream, point.theory_draws, hidden,
              [&](std::int64_t first, std::int64_t count, std::span<double const> h) {
                for (std::int64_t draw = 0; draw < count; ++draw) {
                  auto const row =
                      h.subspan(static_cast<std::size_t>(draw * (hidden + 1)), lambda.size() + 1);
                  double h2 = 0;
                  for (std::size_t k = 0; k < lambda.size(); ++k) h2 += lambda[k] * (row[k] * row[k] - 1);
                  weights[static_cast<std::size_t>(first + draw)] =
                      link_value(point.link, h2 / std::sqrt(2.0)) + point.noise_sigma * row.back();
                }
              });
  center(weights);
  double squares = 0;
  for (double const value : weights) squares += value * value;
  double const deviation = std::sqrt(squares / static_cast<double>(weights.size()));
  for (double& value : weights) value = spectral_weight(point.preprocess, point.clip, deviation, value);
  center(weights);
  return weights;
}

}  // namespace

WeightMoments weight_moments(Parameters const& point, std::vector<double> const& lambda,
                             random::Stream const& stream) {
  WeightMoments moments;
  if (point.link == Link::identity && point.preprocess == Preprocess::identity) {
    moments.variance = 1 + point.noise_sigma * point.noise_sigma;
    for (double const value : lambda) {
      moments.signal.push_back(std::sqrt(2.0) * value);
      moments.square_signal.push_back(4 * value * value);
    }
    return moments;
  }
  auto const weights = weights_of_draws(point, lambda, stream);
  auto const draws = point.theory_draws;
  std::vector<std::int32_t> order(weights.size());
  std::iota(order.begin(), order.end(), 0);
  std::ranges::sort(order, [&](std::int32_t a, std::int32_t b) {
    auto const at = [&](std::int32_t draw) { return weights[static_cast<std::size_t>(draw)]; };
    return at(a) < at(b) || (at(a) == at(b) && a < b);
  });
  std::vector<double> ascending;
  std::vector<std::int32_t> bin_of(weights.size());
  std::vector<double> bin_counts;
  for (auto const draw : order) ascending.push_back(weights[static_cast<std::size_t>(draw)]);
  for (std::int64_t bin = 0; bin < kBins; ++bin) {
    auto const begin = bin_begin(bin, kBins, draws);
    auto const end = bin_begin(bin + 1, kBins, draws);
    for (auto rank = begin; rank < end; ++rank)
      bin_of[static_cast<std::size_t>(order[static_cast<std::size_t>(rank)])] =
          static_cast<std::int32_t>(bin);
    bin_counts.push_back(static_cast<double>(end - begin));
  }
  moments.bin_weights = bin_means(ascending, kBins);

  // The same draws again: holding them all would take theory_draws x d1 numbers.
  auto const hidden = static_cast<std::int64_t>(lambda.size());
  moments.bin_excess.assign(lambda.size(), std::vector<double>(static_cast<std::size_t>(kBins)));
  visit_draws(stream, draws, hidden, [&](std::int64_t first, std::int64_t count, std::span<double const> h) {
    for (std::int64_t draw = 0; draw < count; ++draw) {
      auto const bin = static_cast<std::size_t>(bin_of[static_cast<std::size_t>(first + draw)]);
      for (std::size_t k = 0; k < lambda.size(); ++k) {
        double const value = h[static_cast<std::size_t>(draw * (hidden + 1)) + k];
        moments.bin_excess[k][bin] += (value * value - 1) / bin_counts[bin];
      }
    }
  });
  double const probability = 1.0 / static_cast<double>(kBins);
  for (double const weight : moments.bin_weights) moments.variance += probability * weight * weight;
  for (auto const& excess : moments.bin_excess) {
    double signal = 0;
    double square_signal = 0;
    for (std::size_t bin = 0; bin < excess.size(); ++bin) {
      double const weight = moments.bin_weights[bin];
      signal += probability * weight * excess[bin];
      square_signal += probability * weight * weight * excess[bin];
    }
    moments.signal.push_back(signal);
    moments.square_signal.push_back(square_signal);
  }
  if (!has_bounded_weights(point)) {
    moments.bin_weights.clear();
    moments.bin_excess.clear();
  }
  return moments;
}

}  // namespace thresher::hierarchical_features
