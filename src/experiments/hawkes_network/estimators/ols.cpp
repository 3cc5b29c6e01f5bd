#include "experiments/hawkes_network/estimators/filter_sweep.hpp"
#include "experiments/hawkes_network/estimators/method.hpp"
#include "experiments/hawkes_network/estimators/pair_integrals.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

namespace thresher::hawkes_network {

namespace {

constexpr std::int64_t kMostNodes = 4000;
/// Eigenvalues that are smaller, relative to the largest, are taken for zero.
constexpr double kCut = 1e-12;
constexpr std::int64_t kEventsAtOnce = 256;

/// Moments of the intercept and all filters.
linalg::DenseMatrix moment_matrix(PairIntegrals const& integrals) {
  auto const d = integrals.products.rows();
  linalg::DenseMatrix gram(d + 1, d + 1);
  gram(0, 0) = integrals.horizon;
  for (std::int64_t j = 0; j < d; ++j) {
    gram(j + 1, 0) = gram(0, j + 1) = integrals.means[static_cast<std::size_t>(j)];
    std::ranges::copy(integrals.products.column(j), gram.column(j + 1).begin() + 1);
  }
  return gram;
}

/// Pseudo-inverse of a symmetric matrix: by rank 0, for all. Collective.
linalg::DenseMatrix pseudo_inverse(mpi::Communicator const& comm, linalg::DenseMatrix matrix) {
  auto const order = matrix.rows();
  linalg::DenseMatrix inverse(order, order);
  mpi::agree(comm, [&] {
    if (comm.rank() != 0) return;
    std::vector<double> values(static_cast<std::size_t>(order));
    linalg::syevd(linalg::Eigenvectors::wanted, linalg::Triangle::lower, matrix.view(), values);
    auto scaled = matrix;
    for (std::int64_t k = 0; k < order; ++k) {
      double const value = values[static_cast<std::size_t>(k)];
      double const factor = value > kCut * values.back() ? 1 / value : 0;
      for (double& entry : scaled.column(k)) entry *= factor;
    }
    linalg::gemm(linalg::Transpose::no, linalg::Transpose::yes, 1, scaled.view(), matrix.view(), 0,
                 inverse.view());
  });
  mpi::broadcast(comm, inverse.values());
  return inverse;
}

/// sum over the events t of each own node of (G^+ x(t))_j^2: the variances of its coefficients.
class Variances {
 public:
  Variances(Observation const& observation, double decay, linalg::DenseMatrix const& inverse)
      : inverse_(inverse),
        events_(inverse.rows(), kEventsAtOnce),
        images_(inverse.rows(), kEventsAtOnce),
        sums_(inverse.rows(), observation.own().size()) {
    NodeStreams const all(observation, all_nodes(observation.nodes()));
    auto const own = observation.own();
    MarkedEvents sources;
    MarkedEvents targets;
    sources.assign(all.streams(), observation.horizon(), decay);
    targets.assign(std::span(all.streams())
                       .subspan(static_cast<std::size_t>(own.begin), static_cast<std::size_t>(own.size())),
                   observation.horizon(), decay);
    std::vector<double> filters(padded(static_cast<std::size_t>(observation.nodes())));
    sweep(sources, targets, observation.horizon(), filters,
          [&](std::int32_t row, double factor, double const* at_event) {
            auto const column = events_.column(static_cast<std::int64_t>(rows_.size()));
            column[0] = 1;
            for (std::size_t j = 1; j < column.size(); ++j) column[j] = decay * factor * at_event[j - 1];
            rows_.push_back(row);
            if (static_cast<std::int64_t>(rows_.size()) == kEventsAtOnce) flush();
          });
    flush();
  }
  linalg::DenseMatrix const& sums() const { return sums_; }

 private:
  void flush() {
    auto const count = static_cast<std::int64_t>(rows_.size());
    if (count == 0) return;
    linalg::gemm(linalg::Transpose::no, linalg::Transpose::no, 1, inverse_.view(),
                 events_.columns_from(0, count), 0, images_.columns_from(0, count));
    for (std::int64_t k = 0; k < count; ++k) {
      auto const image = images_.column(k);
      auto const sum = sums_.column(rows_[static_cast<std::size_t>(k)]);
      for (std::size_t j = 0; j < image.size(); ++j) sum[j] = std::fma(image[j], image[j], sum[j]);
    }
    rows_.clear();
  }

  linalg::DenseMatrix const& inverse_;
  linalg::DenseMatrix events_;
  linalg::DenseMatrix images_;
  linalg::DenseMatrix sums_;
  std::vector<std::int32_t> rows_;  ///< of the events that wait
};

/// Least squares on all sources.
class Ols : public Method {
 public:
  std::string name() const override { return "ols"; }

  void check(Parameters const& point, study::Verdict& verdict) const override {
    inert_screening(verdict);
    inert_lasso(verdict);
    inert_edge_rule_tuning(point, verdict);
    verdict.inert("refine");
    if (point.d > kMostNodes)
      verdict.refuse("d",
                     fmt::format("standard errors of method = ols take (number of events) d^2 operations; "
                                 "allowed is at most {}",
                                 kMostNodes));
  }

  MethodWork work(Parameters const& point, double events, double ranks) const override {
    double const d = static_cast<double>(point.d);
    double const own = std::ceil(d / ranks);
    return {8 * d * d * 4 + d * own * (8 * 3 + sizeof(ScoredPair)) + 36 * events,
            2 * events * d * d + 2 * events * d + 12 * d * d * d};
  }

  Fit fit(MethodInput const& input, study::Team& team) const override {
    auto const& observation = input.observation;
    double const decay = working_decay(input.point);
    auto integrals = pair_integrals(observation, decay, team);
    auto const inverse = pseudo_inverse(team.communicator(), moment_matrix(integrals));
    auto const d = observation.nodes();
    auto const own = observation.own();
    linalg::DenseMatrix right(d + 1, own.size());
    for (std::int64_t row = 0; row < own.size(); ++row) {
      right(0, row) = integrals.own_counts[static_cast<std::size_t>(row)];
      std::ranges::copy(integrals.at_events.column(row), right.column(row).begin() + 1);
    }
    linalg::DenseMatrix coefficients(d + 1, own.size());
    if (own.size() > 0)
      linalg::gemm(linalg::Transpose::no, linalg::Transpose::no, 1, inverse.view(), right.view(), 0,
                   coefficients.view());
    if (team.stopping()) throw study::Interrupted();
    Variances const variances(observation, decay, inverse);
    Fit fit;
    for (std::int64_t row = 0; row < own.size(); ++row) {
      auto& pairs = fit.pairs.emplace_back();
      pairs.reserve(static_cast<std::size_t>(d - 1));
      for (std::int64_t j = 0; j < d; ++j) {
        double const weight = coefficients(j + 1, row);
        double const error = std::sqrt(variances.sums()(j + 1, row));
        if (j == own.begin + row)
          fit.self_weights.push_back(weight);
        else
          pairs.push_back({static_cast<std::int32_t>(j), error > 0 ? weight / error : 0, weight, error});
      }
      fit.baselines.push_back(coefficients(0, row));
    }
    fit.refit = std::make_unique<PairRefit>(std::move(integrals));
    return fit;
  }
};

}  // namespace

Method const& ols_method() {
  static Ols const method;
  return method;
}

}  // namespace thresher::hawkes_network
