#include "experiments/hierarchical_features/theory/moments.hpp"

#include "experiments/hierarchical_features/model/setting.hpp"
#include "experiments/hierarchical_features/model/weight_map.hpp"
#include "experiments/hierarchical_features/theory/equal_bins.hpp"
#include "numerics/ascending_order.hpp"

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <span>

namespace thresher::hierarchical_features {

namespace {

constexpr std::int64_t kBins = 4096;
constexpr std::int64_t kDrawsAtOnce = 4096;

/// Shows the draws in blocks: number of the first, how many, and their h_1, their h_2, ..., and last their
/// noise.
template <class Visit>
void visit_draws(random::Stream const& stream, std::int64_t draws, std::int64_t hidden, Visit const& visit) {
  auto const columns = hidden + 1;
  std::vector<double> block(static_cast<std::size_t>(std::min(draws, kDrawsAtOnce) * columns));
  for (std::int64_t first = 0; first < draws; first += kDrawsAtOnce) {
    auto const count = std::min(kDrawsAtOnce, draws - first);
    random::fill_normals(stream, {first, first + count, 0, columns}, random::Layout::column_major, block,
                         count);
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
                auto const rows = static_cast<std::size_t>(count);
                auto const labels = std::span(weights).subspan(static_cast<std::size_t>(first), rows);
                for (std::size_t k = 0; k < lambda.size(); ++k) {
                  auto const column = h.subspan(k * rows, rows);
                  for (std::size_t draw = 0; draw < rows; ++draw)
                    labels[draw] += lambda[k] * (column[draw] * column[draw] - 1);
                }
                auto const noise = h.subspan(lambda.size() * rows, rows);
                for (std::size_t draw = 0; draw < rows; ++draw)
                  labels[draw] =
                      link_value(point.link, labels[draw] / std::sqrt(2.0)) + point.noise_sigma * noise[draw];
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
  auto const order = numerics::ascending_order(weights);
  std::vector<double> ascending;
  ascending.reserve(weights.size());
  for (auto const draw : order) ascending.push_back(weights[draw]);
  moments.bin_weights = bin_means(ascending, kBins);

  std::vector<std::uint16_t> bin_of(weights.size());
  for (std::int64_t bin = 0; bin < kBins; ++bin)
    for (auto rank = bin_begin(bin, kBins, point.theory_draws);
         rank < bin_begin(bin + 1, kBins, point.theory_draws); ++rank)
      bin_of[order[static_cast<std::size_t>(rank)]] = static_cast<std::uint16_t>(bin);

  // The same draws again: holding them all would take theory_draws x d1 numbers, and no less time.
  moments.bin_excess.assign(lambda.size(), std::vector<double>(static_cast<std::size_t>(kBins)));
  auto const hidden = static_cast<std::int64_t>(lambda.size());
  visit_draws(stream, point.theory_draws, hidden,
              [&](std::int64_t first, std::int64_t count, std::span<double const> h) {
                auto const rows = static_cast<std::size_t>(count);
                auto const bins = std::span(bin_of).subspan(static_cast<std::size_t>(first), rows);
                for (std::size_t k = 0; k < lambda.size(); ++k) {
                  auto const column = h.subspan(k * rows, rows);
                  auto& sums = moments.bin_excess[k];
                  for (std::size_t draw = 0; draw < rows; ++draw)
                    sums[bins[draw]] += column[draw] * column[draw] - 1;
                }
              });
  for (auto& sums : moments.bin_excess)
    for (std::int64_t bin = 0; bin < kBins; ++bin)
      sums[static_cast<std::size_t>(bin)] /= static_cast<double>(
          bin_begin(bin + 1, kBins, point.theory_draws) - bin_begin(bin, kBins, point.theory_draws));
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
