#include "experiments/partial_order/solvers/chain_diagnostics.hpp"

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <limits>

namespace thresher::partial_order {

namespace {

struct Spread {
  double mean = 0;
  double variance = 0;  ///< divisor size - 1
};

Spread spread_of(std::span<double const> values) {
  Spread result;
  auto const size = static_cast<double>(values.size());
  for (double const value : values) result.mean += value / size;
  for (double const value : values)
    result.variance += (value - result.mean) * (value - result.mean) / (size - 1);
  return result;
}

/// Of the means of several sequences, and the mean of their variances.
struct BetweenAndWithin {
  double between = 0;
  double within = 0;
};

BetweenAndWithin compare_sequences(std::span<Spread const> sequences) {
  std::vector<double> means;
  BetweenAndWithin result;
  for (auto const& sequence : sequences) {
    means.push_back(sequence.mean);
    result.within += sequence.variance / static_cast<double>(sequences.size());
  }
  if (means.size() > 1) result.between = spread_of(means).variance;
  return result;
}

}  // namespace

double split_rhat(Chains chains) {
  std::vector<Spread> halves;
  auto const length = chains.front().size() / 2;
  if (length < 2) return std::numeric_limits<double>::quiet_NaN();
  for (auto const& chain : chains) {
    halves.push_back(spread_of(std::span(chain).first(length)));
    halves.push_back(spread_of(std::span(chain).last(length)));
  }
  auto const [between, within] = compare_sequences(halves);
  if (within == 0) return between == 0 ? 1.0 : std::numeric_limits<double>::infinity();
  auto const l = static_cast<double>(length);
  return std::sqrt(((l - 1) * within / l + between) / within);
}

double effective_sample_size(Chains chains) {
  auto const length = chains.front().size();
  auto const draws = static_cast<double>(length);
  auto const all = static_cast<double>(chains.size()) * draws;
  std::vector<Spread> spreads;
  for (auto const& chain : chains) spreads.push_back(spread_of(chain));
  auto const [between, within] = compare_sequences(spreads);
  if (within == 0) return std::numeric_limits<double>::quiet_NaN();
  double const total = (draws - 1) * within / draws + between;
  auto const correlation = [&](std::size_t lag) {
    if (lag == 0) return 1.0;
    double covariance = 0;
    for (std::size_t c = 0; c < chains.size(); ++c) {
      double sum = 0;
      for (std::size_t t = 0; t + lag < length; ++t)
        sum += (chains[c][t] - spreads[c].mean) * (chains[c][t + lag] - spreads[c].mean);
      covariance += sum / (draws - 1) / static_cast<double>(chains.size());
    }
    return 1 - (within - covariance) / total;
  };
  double sum = 0;
  for (std::size_t lag = 0; lag + 1 < length; lag += 2) {
    double const pair = correlation(lag) + correlation(lag + 1);
    if (pair < 0) break;
    sum += pair;
  }
  return std::min(all, all / (2 * sum - 1));
}

}  // namespace thresher::partial_order
