#include "experiments/mixed_quality_lasso/solvers/exhaustive_search.hpp"
#include "experiments/mixed_quality_lasso/solvers/least_squares.hpp"
#include "experiments/mixed_quality_lasso/solvers/local_search.hpp"
#include "experiments/mixed_quality_lasso/solvers/matching_pursuit.hpp"
#include "linalg/column_products.hpp"
#include "prox/dense_design.hpp"
#include "trials.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <limits>
#include <numeric>
#include <random>

namespace thresher::mixed_quality_lasso {
namespace {

using testing::fixed_lambda;
using testing::Trials;

class Baselines : public ::testing::Test {
 protected:
  mpi::Communicator comm = mpi::Communicator::self();
  Trials trials{comm};
};

TEST_F(Baselines, MessagePassingConvergesToTheLasso) {
  int converged = 0;
  for (auto const weighting : {Weighting::agnostic, Weighting::inverse_variance, Weighting::interference})
    for (int trial = 0; trial < 3; ++trial) {
      auto point = fixed_lambda(Estimator::amp, weighting, 0.4);
      point.p = 400;
      point.s = 8;
      point.n1 = 150;
      point.n2 = 100;
      auto const data = trials.data(point, trial);
      auto const amp = trials.measure(*data, point);
      if (amp.converged != 1) continue;
      ++converged;
      point.estimator = Estimator::lasso;
      auto const lasso = trials.measure(*data, point);
      EXPECT_NEAR(amp.mse, lasso.mse, 1e-6);
      EXPECT_NEAR(amp.linf_error, lasso.linf_error, 1e-6);
      EXPECT_EQ(amp.n_false_pos, lasso.n_false_pos);
    }
  EXPECT_GE(converged, 7);
}

TEST_F(Baselines, MessagePassingThatDoesNotSettleSaysSo) {
  auto point = fixed_lambda(Estimator::amp, Weighting::agnostic, 0.01);
  point.p = 400;
  point.s = 60;
  point.n1 = 40;
  point.n2 = 40;
  auto const metrics = trials.run(point, 0);
  EXPECT_EQ(metrics.converged, 0);
  EXPECT_EQ(trials.outcome, study::Outcome::ok);
  EXPECT_TRUE(std::isfinite(metrics.mse));
}

TEST_F(Baselines, MatchingPursuitRecoversWithoutNoise) {
  std::mt19937_64 generator(5);
  std::normal_distribution<double> normal;
  std::vector<double> a(60 * 40);
  for (double& entry : a) entry = normal(generator);
  std::vector<double> b(60, 0.0);
  for (int i = 0; i < 60; ++i) b[i] = 3 * a[7 * 60 + i] - 2 * a[33 * 60 + i] + a[12 * 60 + i];
  prox::DenseDesign const design(comm, 60, 40, a);
  auto const found = matching_pursuit(design, b, 3, {}, [](double, std::span<std::int64_t const>) {});
  EXPECT_EQ(found.indices, (std::vector<std::int64_t>{7, 12, 33}));
  EXPECT_NEAR(found.values[0], 3, 1e-12);
  EXPECT_NEAR(found.values[1], 1, 1e-12);
  EXPECT_NEAR(found.values[2], -2, 1e-12);
  // Nothing is left to explain: no fourth column.
  EXPECT_LE(matching_pursuit(design, std::vector<double>(60, 0.0), 3, {},
                             [](double, std::span<std::int64_t const>) {})
                .indices.size(),
            0u);
  // The refit is the least-squares fit.
  for (double& entry : b) entry += normal(generator);
  auto const noisy = matching_pursuit(design, b, 5, {}, [](double, std::span<std::int64_t const>) {});
  auto const refit = least_squares(design, b, noisy.indices);
  for (std::size_t k = 0; k < refit.size(); ++k) EXPECT_NEAR(noisy.values[k], refit[k], 1e-11);
}

TEST_F(Baselines, LeastSquaresIsOfMinimumNorm) {
  // Two equal columns share their coefficient.
  std::vector<double> const a{1, 2, 3, 1, 2, 3};
  prox::DenseDesign const design(comm, 3, 2, a);
  std::vector<double> const b{2, 4, 6};
  std::vector<std::int64_t> const both{0, 1};
  auto const x = least_squares(design, b, both);
  EXPECT_NEAR(x[0], 1, 1e-12);
  EXPECT_NEAR(x[1], 1, 1e-12);
}

/// Visits all subsets with a counter per element.
std::vector<std::int64_t> brute_force(std::vector<double> const& linear, std::vector<double> const& pair,
                                      int p, int s) {
  std::vector<int> chosen(p, 0);
  std::fill(chosen.begin(), chosen.begin() + s, 1);
  std::vector<std::int64_t> best;
  double least = std::numeric_limits<double>::infinity();
  do {
    std::vector<std::int64_t> subset;
    double loss = 0;
    for (int j = 0; j < p; ++j)
      if (chosen[j]) {
        loss += linear[j];
        for (auto const i : subset) loss += pair[i * p + j];
        subset.push_back(j);
      }
    if (loss < least) {
      least = loss;
      best = subset;
    }
  } while (std::prev_permutation(chosen.begin(), chosen.end()));
  return best;
}

/// In rounds of a few subsets, each of which goes on where the state of the one before ends.
std::vector<std::int64_t> find_best_subset(mpi::Communicator const& comm, std::span<double const> linear,
                                           linalg::ConstMatrixView pair, std::int64_t size) {
  SearchedSubsets searched;
  for (;;) {
    bytes::Writer writer;
    try {
      return best_subset(
          comm, linear, pair, size, searched,
          [&](double) {
            writer.put(searched);
            throw study::Interrupted();
          },
          5);
    } catch (study::Interrupted const&) {
      auto const bytes = writer.take();
      bytes::Reader reader(bytes);
      searched = {};
      reader.read(searched);
    }
  }
}

TEST_F(Baselines, ExhaustiveSearchFindsTheBestSubset) {
  std::mt19937_64 generator(6);
  std::normal_distribution<double> normal;
  for (int const p : {5, 9, 14})
    for (int s = 1; s < p && s <= 6; ++s) {
      std::vector<double> linear(p);
      std::vector<double> pair(p * p);
      for (double& entry : linear) entry = normal(generator);
      for (int i = 0; i < p; ++i)
        for (int j = 0; j <= i; ++j) pair[i * p + j] = pair[j * p + i] = normal(generator);
      EXPECT_EQ(find_best_subset(comm, linear, {pair.data(), p, p}, s), brute_force(linear, pair, p, s))
          << p << " " << s;
    }
}

TEST_F(Baselines, EqualSubsetsGoToTheFirst) {
  std::vector<double> const linear(12, 1.0);
  std::vector<double> const pair(144, 0.5);
  EXPECT_EQ(find_best_subset(comm, linear, {pair.data(), 12, 12}, 3), (std::vector<std::int64_t>{0, 1, 2}));
}

TEST_F(Baselines, SearchesAreOrdered) {
  int improved = 0;
  for (auto const weighting : {Weighting::agnostic, Weighting::inverse_variance})
    for (int trial = 0; trial < 60; ++trial) {
      Parameters point{.p = 16,
                       .s = 3,
                       .n1 = 3,
                       .n2 = 12,
                       .sigma1 = 0.3,
                       .sigma2 = 3,
                       .estimator = Estimator::ml_exhaustive,
                       .weighting = weighting};
      auto const data = trials.data(point, trial);
      auto const exhaustive = trials.measure(*data, point);
      point.estimator = Estimator::ml_swap;
      auto const swap = trials.measure(*data, point);
      point.ml_restarts = 4;
      auto const restarted = trials.measure(*data, point);
      // ml_excess falls as the loss rises.
      EXPECT_GE(exhaustive.ml_excess, -1e-12);
      EXPECT_GE(exhaustive.ml_excess, restarted.ml_excess - 1e-12);
      EXPECT_GE(restarted.ml_excess, swap.ml_excess - 1e-12);
      improved += exhaustive.ml_excess > swap.ml_excess + 1e-9;

      auto const setting = realise(point);
      auto const tuning = tuning_at(point);
      WeightedDesign const design(data->data_set(), setting.n1, setting.n2, tuning.weights, Storage::dense);
      auto const b = design.scaled(data->data_set().response(setting, 1));
      std::vector<std::int64_t> const start{0, 1, 2};
      auto const residual = subset_residual(design, b, 1, start);
      auto const found = search_by_swaps(design, b, 1, start, [](std::span<std::int64_t const>) {});
      EXPECT_LE(found.loss, linalg::inner_product(residual, residual));
      auto const left = subset_residual(design, b, 1, found.subset);
      EXPECT_EQ(found.loss, linalg::inner_product(left, left));
      // No swap lowers the loss of what was found.
      for (std::size_t i = 0; i < 3; ++i)
        for (std::int64_t j = 0; j < 16; ++j) {
          auto other = found.subset;
          if (std::find(other.begin(), other.end(), j) != other.end()) continue;
          other[i] = j;
          std::sort(other.begin(), other.end());
          auto const r = subset_residual(design, b, 1, other);
          EXPECT_GE(linalg::inner_product(r, r), found.loss - 2e-9 * linalg::inner_product(b, b));
        }
    }
  EXPECT_GT(improved, 0);
}

TEST_F(Baselines, MaximumCorrelationRanksAllColumns) {
  Parameters point{
      .p = 60, .s = 3, .estimator = Estimator::max_corr, .weighting = Weighting::inverse_variance};
  for (int trial = 0; trial < 10; ++trial) {
    auto const data = trials.data(point, trial);
    auto const metrics = trials.measure(*data, point);
    auto const setting = realise(point);
    auto const w = tuning_at(point).weights;
    auto const y = data->data_set().response(setting, 1);
    std::vector<double> scores(60, 0.0);
    for (std::int64_t j = 0; j < 60; ++j) {
      std::vector<double> column(200);
      data->data_set().fill_rows(0, 0, 100, j, std::span(column).first(100));
      data->data_set().fill_rows(kLowQualityRow, 0, 100, j, std::span(column).subspan(100));
      for (int i = 0; i < 200; ++i) scores[j] += column[i] * w[i < 100 ? 0 : 1] * y[i];
    }
    std::vector<std::int64_t> order(60);
    std::iota(order.begin(), order.end(), 0);
    std::sort(order.begin(), order.end(),
              [&](auto a, auto b) { return std::abs(scores[a]) > std::abs(scores[b]); });
    std::vector<std::int64_t> top(order.begin(), order.begin() + 3);
    std::sort(top.begin(), top.end());
    EXPECT_EQ(metrics.exact_support, top == data->data_set().support() ? 1 : 0);
  }
}

}  // namespace
}  // namespace thresher::mixed_quality_lasso
