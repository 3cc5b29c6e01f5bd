#include "experiments/hawkes_network/model/setting.hpp"
#include "experiments/hawkes_network/theory/information.hpp"
#include "experiments/hawkes_network/theory/predictions.hpp"
#include "experiments/hawkes_network/theory/recovery_prediction.hpp"
#include "experiments/hawkes_network/theory/second_order.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <random>

namespace thresher::hawkes_network {
namespace {

constexpr double kDigits = 1e-8;

void expect_close(double value, double expected, double tolerance = kDigits) {
  EXPECT_NEAR(value / expected, 1, tolerance) << value << " for " << expected;
}

linalg::DenseMatrix matrix(std::int64_t order, std::vector<double> const& by_rows) {
  linalg::DenseMatrix a(order, order);
  for (std::int64_t i = 0; i < order; ++i)
    for (std::int64_t j = 0; j < order; ++j) a(i, j) = by_rows[static_cast<std::size_t>(i * order + j)];
  return a;
}

TEST(SecondOrder, MatchesTheExampleWorkedByHand) {
  std::vector<double> const baselines{0.5, 0.4};
  SecondOrder const moments(matrix(2, {0.1, 0, 0.3, 0.1}), baselines, 2);
  auto const expect_matrix = [](linalg::DenseMatrix const& found, std::vector<double> const& expected) {
    for (std::int64_t i = 0; i < 2; ++i)
      for (std::int64_t j = 0; j < 2; ++j)
        EXPECT_NEAR(found(i, j), expected[static_cast<std::size_t>(2 * i + j)], 6e-9);
  };
  EXPECT_NEAR(moments.rates()[0], 0.55555556, 6e-9);
  EXPECT_NEAR(moments.rates()[1], 0.62962963, 6e-9);
  expect_matrix(moments.filter_covariance(), {0.61728395, 0.10288066, 0.10288066, 0.73388203});
  expect_matrix(moments.bin_covariance(0.25, 1), {0.00475338, 0.00079223, 0.01496155, 0.00801279});
  expect_matrix(moments.same_bin_covariance(0.25), {0.14523295, 0.01021966, 0.01021966, 0.16800389});
}

TEST(SecondOrder, IntegratesToTheCovarianceOfCounts) {
  std::mt19937_64 draw(2);
  std::uniform_real_distribution<double> uniform;
  std::int64_t const order = 5;
  linalg::DenseMatrix a(order, order);
  for (double& entry : a.values()) entry = 0.18 * uniform(draw);
  std::vector<double> baselines(5);
  for (double& mu : baselines) mu = 0.2 + uniform(draw);
  SecondOrder const moments(a, baselines, 1.7);
  auto const past = moments.integrated_covariance();
  // diag(Lambda) + M + M' = (I - A)^-1 diag(Lambda) (I - A)^-T, so (I - A) (left side) (I - A)' is diagonal.
  linalg::DenseMatrix left(order, order);
  for (std::int64_t i = 0; i < order; ++i)
    for (std::int64_t j = 0; j < order; ++j)
      left(i, j) = past(i, j) + past(j, i) + (i == j ? moments.rates()[static_cast<std::size_t>(i)] : 0);
  linalg::DenseMatrix b(order, order);
  for (std::int64_t i = 0; i < order; ++i)
    for (std::int64_t j = 0; j < order; ++j) b(i, j) = (i == j ? 1 : 0) - a(i, j);
  linalg::DenseMatrix half(order, order);
  linalg::DenseMatrix result(order, order);
  linalg::gemm(linalg::Transpose::no, linalg::Transpose::no, 1, b.view(), left.view(), 0, half.view());
  linalg::gemm(linalg::Transpose::no, linalg::Transpose::yes, 1, half.view(), b.view(), 0, result.view());
  for (std::int64_t i = 0; i < order; ++i)
    for (std::int64_t j = 0; j < order; ++j)
      EXPECT_NEAR(result(i, j), i == j ? moments.rates()[static_cast<std::size_t>(i)] : 0, 1e-12);
  // Bins of lag 1, 2, ... and half of their own make up the same.
  double sum = (moments.same_bin_covariance(0.4)(2, 3)) / 0.4;
  for (int lag = 1; lag < 200; ++lag)
    sum += (moments.bin_covariance(0.4, lag)(2, 3) + moments.bin_covariance(0.4, lag)(3, 2)) / 0.4;
  expect_close(sum, left(2, 3), 1e-10);
}

TEST(Information, MatchesReferenceValues) {
  auto const first = dickman_means(1, 0.4);
  expect_close(first.log, 0.3174205901, 2e-9);
  expect_close(first.x_log, 0.4525258803, 2e-9);
  expect_close(first.root, 1.1775189593, 2e-9);
  auto const second = dickman_means(0.4, 0.75);
  expect_close(second.log, 0.2338961587, 2e-9);
  expect_close(second.x_log, 0.1955792088, 2e-7);  // its last digits do not fit kl_pair below, which ours do
  expect_close(second.root, 1.1318162783, 2e-9);
  expect_close(entire_exponential_integral(1), 0.7965995993, 2e-9);
  expect_close(entire_exponential_integral(0.999e-3), 0.999e-3 - 0.999e-3 * 0.999e-3 / 4, 1e-7);
  Parameters bipartite;
  bipartite.mu = 1;
  bipartite.alpha = 0.4;
  auto rates = information_rates(bipartite);
  expect_close(rates.pair, 0.0984309422, 2e-8);
  expect_close(rates.parent, 0.0273698109, 2e-8);
  expect_close(rates.bhattacharyya, 0.0134491005, 2e-8);
  rates = information_rates(Parameters{});
  expect_close(rates.pair, 0.0322322201, 2e-8);
  expect_close(rates.parent, 0.0158028026, 2e-8);
  expect_close(rates.bhattacharyya, 0.0075967649, 2e-8);
}

TEST(Setting, MatchesReferenceValues) {
  Parameters point;
  auto const edge = [&](std::int64_t d) {
    point.d = d;
    return edge_level(point);
  };
  expect_close(edge(24), 3.74393655, 2e-9);
  expect_close(edge(100), 4.41499976, 2e-9);
  expect_close(edge(100000), 6.80650105, 2e-9);
  expect_close(screening_level(point), 3.89058946, 2e-9);
  point.d = 100;
  expect_close(screening_level(point), 1.63997627, 3e-9);
  point = {};
  expect_close(burn_in(point), 79.322767, 2e-8);
  point.kernel = Kernel::uniform;
  expect_close(burn_in(point), 71.737513, 2e-8);
  point.kernel = Kernel::erlang;
  expect_close(burn_in(point), 73.750382, 2e-8);
  point.s = 0;
  EXPECT_EQ(burn_in(point), 0);
}

TEST(RecoveryPrediction, MatchesReferenceValues) {
  expect_close(clip_factor(0.5, 1), 0.87792200);
  expect_close(clip_factor(0.5, 2), 0.98089691);
  expect_close(clip_factor(0.5, 3), 0.99770294);
  EXPECT_EQ(clip_factor(0.5, 41), 1);
  expect_close(upper_orthant(1, 2, 0.5), 0.0132662170, 5e-9);
  Parameters const point;
  Predictions found;
  predict_levels(point, found);
  predict_signal(point, found);
  predict_recovery(point, found);
  predict_transition(point, found);
  predict_bounds(point, found);
  predict_decoder(point, found);
  double const digits = 1e-4;
  expect_close(found.horizon, 1663.55323, digits);
  expect_close(found.eta_screen, 0.27049, digits);
  expect_close(found.eta_ls, 0.40621, digits);
  expect_close(found.null_corr, 0.74253, digits);
  expect_close(found.screen_edge_mean, 6.36377, digits);
  expect_close(found.ls_edge_mean, 7.79853, digits);
  expect_close(found.t50_pred, 1209.714, digits);
  expect_close(found.c_star, 328.6226, digits);
  expect_close(found.t_fano, 108.28504, digits);
  expect_close(found.t_map, 908.24492, digits);
}

TEST(RecoveryPrediction, FollowsTheLogLawAndTheStrength) {
  Parameters point;
  for (std::int64_t const d : {16, 1000, 1000000}) {
    point.d = d;
    double const c = median_horizon(point, signal_of(point)) / std::log(static_cast<double>(d));
    EXPECT_GT(c, 289);
    EXPECT_LT(c, 296);
  }
  point.d = 64;
  std::vector<double> const alphas{0.15, 0.2, 0.3, 0.4};
  std::vector<double> const expected{4673, 2685, 1210, 664};
  for (std::size_t k = 0; k < alphas.size(); ++k) {
    point.alpha = alphas[k];
    expect_close(median_horizon(point, signal_of(point)), expected[k], 1e-3);
  }
  point = {};
  point.d = 20000;
  std::vector<double> const constants{275, 300, 325, 350};
  std::vector<double> const exact{0.10, 0.69, 0.92, 0.95};
  for (std::size_t k = 0; k < constants.size(); ++k)
    EXPECT_NEAR(recovery_at(point, signal_of(point), constants[k] * std::log(20000.0)).exact, exact[k],
                0.006);
  point.level = 0.8;
  EXPECT_TRUE(std::isnan(median_horizon(point, signal_of(point))));
}

TEST(Information, BoundsAreOrdered) {
  Parameters point;
  point.graph = Graph::bipartite;
  point.s = 1;
  point.alpha = 0.4;
  point.mu = 1;
  for (std::int64_t const d : {32, 64, 1000}) {
    point.d = d;
    auto const rates = information_rates(point);
    for (double const t : {1.0, 30.0, 300.0, 3000.0})
      EXPECT_LE(decoder_success(point, rates, t), fano_bound(point, rates, t)) << d << " " << t;
    EXPECT_NEAR(fano_bound(point, rates, fano_horizon(point, rates)), 0.5, 1e-9);
  }
  point.d = 3;
  EXPECT_EQ(decoder_success(point, information_rates(point), 1), 1);
  EXPECT_EQ(decoder_horizon(point, information_rates(point)), 0);
}

}  // namespace
}  // namespace thresher::hawkes_network
