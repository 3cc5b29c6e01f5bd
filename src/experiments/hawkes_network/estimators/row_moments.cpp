#include "experiments/hawkes_network/estimators/row_moments.hpp"

#include "experiments/hawkes_network/estimators/filter_sweep.hpp"
#include "mpi/exchange.hpp"

#include <algorithm>
#include <cmath>

namespace thresher::hawkes_network {

namespace {

/// Bytes of streams that a batch of rows fetches, about.
constexpr double kBatchBytes = 64e6;

/// Sums of x x' over events, x = (1, features): the lower triangle, rows padded for vectors.
class SpreadSum {
 public:
  explicit SpreadSum(std::size_t features)
      : order_(features + 1), stride_(padded(order_)), x_(stride_, 0.0), sums_(order_ * stride_, 0.0) {
    x_[0] = 1;
  }
  /// The features are decay * factor * filters[columns[k]].
  void add(double scale, double const* filters, std::span<std::int32_t const> columns) {
    for (std::size_t k = 0; k < columns.size(); ++k)
      x_[k + 1] = scale * filters[static_cast<std::size_t>(columns[k])];
    double const* const x = x_.data();
    for (std::size_t i = 0; i < order_; ++i) {
      double* const row = sums_.data() + i * stride_;
      for (std::size_t j = 0; j < padded(i + 1); ++j) row[j] = std::fma(x[i], x[j], row[j]);
    }
  }
  SmallSymmetric result() const {
    SmallSymmetric symmetric(order_);
    for (std::size_t i = 0; i < order_; ++i)
      for (std::size_t j = 0; j <= i; ++j) symmetric(i, j) = sums_[i * stride_ + j];
    return symmetric;
  }

 private:
  std::size_t order_;
  std::size_t stride_;
  std::vector<double> x_;
  std::vector<double> sums_;
};

void add_filters(double factor, double const* filters, double* sums, std::size_t count) {
  for (std::size_t j = 0; j < count; ++j) sums[j] = std::fma(factor, filters[j], sums[j]);
}

/// The moments of a row: `sum(k, j)` over events of feature k of the filter of feature j.
template <class Sum>
RegressionMoments moments_of_row(Observation const& observation, std::span<std::int32_t const> features,
                                 std::int64_t target, double decay, Sum sum, std::span<double const> ends) {
  FilterIntegrals const integrals(decay, observation.horizon());
  std::size_t const size = features.size();
  auto const own = static_cast<std::size_t>(
      std::ranges::lower_bound(features, static_cast<std::int32_t>(target)) - features.begin());
  RegressionMoments moments{SmallSymmetric(size + 1), std::vector<double>(size + 1)};
  auto const count = [&](std::size_t k) { return static_cast<double>(observation.count(features[k])); };
  moments.gram(0, 0) = observation.horizon();
  moments.h[0] = count(own);
  for (std::size_t j = 0; j < size; ++j) {
    moments.gram(j + 1, 0) = FilterIntegrals::mean(count(j), ends[j]);
    moments.h[j + 1] = integrals.at_events(sum(own, j));
    for (std::size_t k = 0; k < j; ++k)
      moments.gram(j + 1, k + 1) = integrals.product(sum(k, j), sum(j, k), ends[j], ends[k]);
    moments.gram(j + 1, j + 1) = integrals.square(sum(j, j), count(j), ends[j]);
  }
  return moments;
}

/// One walk over all events.
std::vector<RowRegression> walk_once(Observation const& observation,
                                     std::vector<std::vector<std::int32_t>> features, double decay) {
  auto const d = static_cast<std::size_t>(observation.nodes());
  auto const own = observation.own();
  NodeStreams const all(observation, all_nodes(observation.nodes()));
  auto const own_streams =
      std::span(all.streams())
          .subspan(static_cast<std::size_t>(own.begin), static_cast<std::size_t>(own.size()));
  MarkedEvents sources;
  MarkedEvents own_events;
  sources.assign(all.streams(), observation.horizon(), decay);
  bool const is_alone = own.size() == observation.nodes();
  if (!is_alone) own_events.assign(own_streams, observation.horizon(), decay);
  auto const& targets = is_alone ? sources : own_events;

  std::size_t const stride = padded(d);
  std::vector<double> filters(stride);
  std::vector<double> own_sums(static_cast<std::size_t>(own.size()) * stride, 0.0);
  std::vector<SpreadSum> spreads;
  for (auto const& of_row : features) spreads.emplace_back(of_row.size());
  sweep(sources, targets, observation.horizon(), filters,
        [&](std::int32_t row, double factor, double const* at_event) {
          auto const r = static_cast<std::size_t>(row);
          add_filters(factor, at_event, own_sums.data() + r * stride, stride);
          spreads[r].add(decay * factor, at_event, features[r]);
        });
  auto const sums = mpi::gather_parts(observation.communicator(), own_sums).values;

  std::vector<RowRegression> rows;
  for (std::size_t r = 0; r < features.size(); ++r) {
    auto const& of_row = features[r];
    std::vector<double> ends;
    for (auto const node : of_row) ends.push_back(filters[static_cast<std::size_t>(node)]);
    auto const sum = [&](std::size_t k, std::size_t j) {
      return sums[static_cast<std::size_t>(of_row[k]) * stride + static_cast<std::size_t>(of_row[j])];
    };
    auto moments =
        moments_of_row(observation, of_row, own.begin + static_cast<std::int64_t>(r), decay, sum, ends);
    rows.push_back({std::move(features[r]), std::move(moments), spreads[r].result()});
  }
  return rows;
}

/// Walks over the features of one row at a time.
class RowWalk {
 public:
  RowWalk(Observation const& observation, double decay) : observation_(observation), decay_(decay) {}

  RowRegression operator()(std::int64_t target, std::vector<std::int32_t> features,
                           NodeStreams const& streams) {
    std::size_t const size = features.size();
    std::size_t const stride = padded(size);
    of_features_.clear();
    for (auto const node : features) of_features_.push_back(streams.of(node));
    events_.assign(of_features_, observation_.horizon(), decay_);
    auto const own = static_cast<std::int32_t>(
        std::ranges::lower_bound(features, static_cast<std::int32_t>(target)) - features.begin());
    filters_.assign(stride, 0.0);
    sums_.assign(size * stride, 0.0);
    places_ = all_nodes(static_cast<std::int64_t>(size));
    SpreadSum spread(size);
    sweep(events_, events_, observation_.horizon(), filters_,
          [&](std::int32_t feature, double factor, double const* at_event) {
            add_filters(factor, at_event, sums_.data() + static_cast<std::size_t>(feature) * stride, stride);
            if (feature == own) spread.add(decay_ * factor, at_event, places_);
          });
    auto const sum = [&](std::size_t k, std::size_t j) { return sums_[k * stride + j]; };
    auto moments = moments_of_row(observation_, features, target, decay_, sum, filters_);
    return {std::move(features), std::move(moments), spread.result()};
  }

 private:
  Observation const& observation_;
  double decay_;
  MarkedEvents events_;
  std::vector<std::span<double const>> of_features_;
  std::vector<std::int32_t> places_;
  std::vector<double> filters_;
  std::vector<double> sums_;
};

}  // namespace

void for_row_batches(Observation const& observation, std::vector<std::vector<std::int32_t>> const& features,
                     study::Team& team,
                     std::function<void(mpi::Range rows, NodeStreams const& streams)> const& work) {
  auto const& comm = observation.communicator();
  double events = 0;
  for (auto const& of_row : features)
    for (auto const node : of_row) events += static_cast<double>(observation.count(node));
  auto const own = static_cast<double>(features.size());
  int const batches =
      static_cast<int>(mpi::max(comm, std::min(own, std::ceil(events * sizeof(double) / kBatchBytes))));
  for (int batch = 0; batch < batches; ++batch) {
    if (team.stopping()) throw study::Interrupted();
    auto const rows = mpi::share(static_cast<std::int64_t>(features.size()), batch, batches);
    std::vector<std::int32_t> nodes;
    for (auto row = rows.begin; row < rows.end; ++row) {
      auto const& of_row = features[static_cast<std::size_t>(row)];
      nodes.insert(nodes.end(), of_row.begin(), of_row.end());
    }
    std::ranges::sort(nodes);
    nodes.erase(std::unique(nodes.begin(), nodes.end()), nodes.end());
    work(rows, NodeStreams(observation, std::move(nodes)));
  }
}

std::vector<RowRegression> row_regressions(Observation const& observation,
                                           std::vector<std::vector<std::int32_t>> features, double decay,
                                           study::Team& team) {
  if (observation.nodes() <= kNodesInOneWalk) return walk_once(observation, std::move(features), decay);
  std::vector<RowRegression> result;
  RowWalk walk(observation, decay);
  for_row_batches(observation, features, team, [&](mpi::Range rows, NodeStreams const& streams) {
    for (auto row = rows.begin; row < rows.end; ++row)
      result.push_back(walk(observation.own().begin + row, features[static_cast<std::size_t>(row)], streams));
  });
  return result;
}

}  // namespace thresher::hawkes_network
