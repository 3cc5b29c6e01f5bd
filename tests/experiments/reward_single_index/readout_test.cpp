#include "experiments/reward_single_index/data/readout_rows.hpp"
#include "experiments/reward_single_index/estimators/policy.hpp"
#include "experiments/reward_single_index/model/setting.hpp"
#include "experiments/reward_single_index/solvers/symmetric_root.hpp"
#include "trial.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <span>
#include <utility>
#include <vector>

namespace thresher::reward_single_index {
namespace {

/// Rows with features, weights and labels of no special law.
struct Rows {
  linalg::DenseMatrix psi{6, 40};  // 1, four features, label
  std::vector<double> log_weights;
  Rows() {
    for (std::int64_t i = 0; i < 40; ++i) {
      psi(0, i) = 1;
      for (std::int64_t j = 1; j < 6; ++j) psi(j, i) = std::sin(static_cast<double>(i * j * j + j));
      log_weights.push_back(3 * std::cos(static_cast<double>(i)));
    }
  }
};

linalg::DenseMatrix moments_of(std::vector<Rows const*> const& parts) {
  WeightedMoments moments(6);
  for (auto const* part : parts) {
    auto psi = part->psi;
    moments.add(psi.view(), part->log_weights);
  }
  linalg::DenseMatrix sum(6, 6);
  moments.add_to(moments.largest(), sum.values());
  return sum;
}

TEST(WeightedRidge, SolvesItsEquations) {
  Rows const rows;
  auto const readout = weighted_ridge(moments_of({&rows}).view(), 0.02);
  double total = 0;
  for (double const w : rows.log_weights) total += std::exp(w);
  // sum w psi e = ridge (0, a).
  for (std::int64_t k = 0; k < 5; ++k) {
    double sum = 0;
    for (std::int64_t i = 0; i < 40; ++i) {
      double error = rows.psi(5, i) - readout.intercept;
      for (std::int64_t j = 0; j < 4; ++j)
        error -= readout.coefficients[static_cast<std::size_t>(j)] * rows.psi(j + 1, i);
      sum += std::exp(rows.log_weights[static_cast<std::size_t>(i)]) / total * rows.psi(k, i) * error;
    }
    EXPECT_NEAR(sum, k == 0 ? 0 : 0.02 * readout.coefficients[static_cast<std::size_t>(k - 1)], 1e-12);
  }
}

TEST(WeightedRidge, KnowsWeightsUpToAFactor) {
  Rows rows;
  auto const readout = weighted_ridge(moments_of({&rows}).view(), 0.02);
  for (double& w : rows.log_weights) w += 700;  // no exponential of these is a double
  auto const shifted = weighted_ridge(moments_of({&rows}).view(), 0.02);
  EXPECT_NEAR(shifted.intercept, readout.intercept, 1e-12);
  // A row twice is a row of twice the weight.
  Rows doubled;
  for (double& w : doubled.log_weights) w += 700 + std::log(2.0);
  auto const twice = weighted_ridge(moments_of({&rows, &rows}).view(), 0.02);
  auto const heavy = weighted_ridge(moments_of({&doubled}).view(), 0.02);
  for (std::size_t j = 0; j < 4; ++j) {
    EXPECT_NEAR(shifted.coefficients[j], readout.coefficients[j], 1e-12);
    EXPECT_NEAR(twice.coefficients[j], heavy.coefficients[j], 1e-12);
  }
}

TEST(WeightedRidge, AddsInAnyOrderOfMaxima) {
  Rows low, high;
  for (double& w : low.log_weights) w -= 5;
  auto const rising = moments_of({&low, &high});
  auto const falling = moments_of({&high, &low});
  for (std::int64_t j = 0; j < 6; ++j)
    for (std::int64_t i = j; i < 6; ++i) EXPECT_NEAR(rising(i, j), falling(i, j), 1e-12);
}

/// Rows drawn in d dimensions.
class AmbientRows : public ReadoutRows {
 public:
  AmbientRows(Parameters const& point, RewardLink const& link, linalg::DenseMatrix const& directions,
              study::Team& team)
      : link_(link), directions_(directions), stream_(team.stream("input2")), noise_(point, team, "noise2") {}
  void fill(mpi::Range rows, linalg::MatrixView projections, std::span<double> y) const override {
    auto const d = directions_.rows();
    linalg::DenseMatrix inputs(d, rows.size());
    random::fill_normals(stream_, {rows.begin, rows.end, 0, d}, random::Layout::row_major, inputs.values(),
                         d);
    linalg::gemm(linalg::Transpose::yes, linalg::Transpose::no, 1, directions_.view(), inputs.view(), 0,
                 projections);
    noise_.fill({}, rows.begin, y);
    for (std::int64_t row = 0; row < rows.size(); ++row)
      y[static_cast<std::size_t>(row)] += link_(projections(0, row));
  }

 private:
  RewardLink const& link_;
  linalg::DenseMatrix const& directions_;
  random::Stream stream_;
  NoiseDraws noise_;
};

/// Unit columns: a hidden direction and four neurons with overlaps of all sizes.
linalg::DenseMatrix directions() {
  linalg::DenseMatrix rows(12, 5);
  for (std::int64_t j = 0; j < 5; ++j) {
    double norm = 0;
    for (std::int64_t i = 0; i < 12; ++i) {
      rows(i, j) = (i == 0 ? 1.5 : 0) * (j % 2 == 0 ? 1 : -1) + std::sin(static_cast<double>(i + 7 * j));
      norm += rows(i, j) * rows(i, j);
    }
    for (std::int64_t i = 0; i < 12; ++i) rows(i, j) /= std::sqrt(norm);
  }
  return rows;
}
linalg::DenseMatrix gram_of(linalg::DenseMatrix const& rows) {
  linalg::DenseMatrix gram(rows.columns(), rows.columns());
  linalg::gemm(linalg::Transpose::yes, linalg::Transpose::no, 1, rows.view(), rows.view(), 0, gram.view());
  return gram;
}

Parameters second_stage() {
  Parameters point;
  point.link = Link::tanh;
  point.n_neurons = 4;
  point.n2 = 40'000;
  point.reward_clip = 3;
  point.ridge = 1e-2;
  return point;
}

TEST(ReadoutRows, ProjectionsHaveTheLawOfInputs) {
  auto point = second_stage();
  RewardLink const link(point);
  auto const comm = mpi::Communicator::self();
  study::Team team(comm);
  auto const rows = directions();
  auto const gram = gram_of(rows);
  auto const root = symmetric_root(comm, gram, 1e-12);
  // The root itself: symmetric, and its square the Gram matrix.
  linalg::DenseMatrix square(5, 5);
  linalg::gemm(linalg::Transpose::no, linalg::Transpose::no, 1, root.root.view(), root.root.view(), 0,
               square.view());
  for (std::int64_t j = 0; j < 5; ++j)
    for (std::int64_t i = 0; i < 5; ++i) {
      EXPECT_NEAR(square(i, j), gram(i, j), 1e-12);
      EXPECT_NEAR(root.root(i, j), root.root(j, i), 1e-13);
    }
  for (auto const weighting : {Weighting::label, Weighting::surrogate}) {
    point.weighting = weighting;
    std::vector<double> differences[5], efficiencies;
    for (int trial = 0; trial < 12; ++trial) {
      team.begin_trial({"rows\n", trial});
      auto const ambient = fit_second_stage(point, link, AmbientRows(point, link, rows, team), comm);
      auto const projected = fit_second_stage(point, link, ProjectedRows(point, link, root.root, team), comm);
      for (std::size_t j = 0; j < 4; ++j)
        differences[j].push_back(ambient.final.readout.coefficients[j] -
                                 projected.final.readout.coefficients[j]);
      differences[4].push_back(ambient.final.readout.intercept - projected.final.readout.intercept);
      efficiencies.push_back(ambient.final.weight_efficiency - projected.final.weight_efficiency);
    }
    for (auto const& each : differences) {
      auto const mean = trials::mean_of(each);
      EXPECT_NEAR(mean.value, 0, 5 * mean.error);
      EXPECT_LT(mean.error, 0.05);
    }
    auto const mean = trials::mean_of(efficiencies);
    EXPECT_NEAR(mean.value, 0, 5 * mean.error);
  }
}

Features features_of(linalg::DenseMatrix gram) {
  Features features;
  for (std::int64_t j = 1; j < gram.rows(); ++j) features.overlaps.push_back(gram(0, j));
  features.gram = std::move(gram);
  return features;
}

// Two thresholds outside of what matters make the learned reward of a linear link the true one, plus a
// constant.
TEST(Policy, OfTheTrueRewardAndAConstantIsTheBest) {
  Parameters point;
  point.link = Link::linear;
  point.n_neurons = 2;
  point.bias2 = 1000;
  point.n2 = 0;
  point.beta2 = 0.8;
  RewardLink const link(point);
  auto const comm = mpi::Communicator::self();
  study::Team team(comm);
  linalg::DenseMatrix gram(3, 3);
  for (std::int64_t i = 0; i < 3; ++i)
    for (std::int64_t j = 0; j < 3; ++j) gram(i, j) = (i == 2) == (j == 2) ? 1 : -1;
  auto const features = features_of(gram);
  // w_0 = theta with threshold -1000 (never on), w_1 = -theta with 1000: relu(1000 - z).
  SecondStageFit fit;
  fit.final.readout = {1000 + 0.3, {0.0, -1.0}};
  Metrics metrics;
  evaluate_policy(point, link, features, fit, team, metrics);
  EXPECT_NEAR(metrics.regret, 0, 1e-12);
  EXPECT_NEAR(metrics.rel_value_gap, 0, 1e-12);
  EXPECT_NEAR(metrics.value_hat, 1 / 0.8, 1e-9);
  EXPECT_NEAR(metrics.kl_hat, 0.5 / 0.64, 1e-9);
  EXPECT_LT(metrics.identity_defect, 1e-10);
  EXPECT_EQ(metrics.admissible, 1);
}

// The exact evaluation against rewards of inputs, weighted by their tilt.
TEST(Policy, ValuesAreThoseOfWeightedInputs) {
  auto point = second_stage();
  point.beta2 = 1.5;
  point.n_eval = 4000;
  RewardLink const link(point);
  auto const comm = mpi::Communicator::self();
  study::Team team(comm);
  team.begin_trial({"policy\n", 0});
  auto const rows = directions();
  auto const features = features_of(gram_of(rows));
  SecondStageFit fit;
  fit.final.readout = {0.1, {0.5, -0.4, 0.3, 0.2}};
  Metrics metrics;
  evaluate_policy(point, link, features, fit, team, metrics);
  AmbientRows const source(point, link, rows, team);
  constexpr std::int64_t kRows = 200'000;
  linalg::DenseMatrix block(6, kRows);
  std::vector<double> y(kRows);
  source.fill({0, kRows}, block.view().block(0, 0, 5, kRows), y);
  std::vector<double> z;
  for (std::int64_t i = 0; i < kRows; ++i) z.push_back(block(0, i));
  make_features(point, block.view());
  double mass = 0, value = 0, error = 0, square = 0;
  for (std::int64_t i = 0; i < kRows; ++i) {
    double const reward = link(z[static_cast<std::size_t>(i)]);
    double const learned = reward_of(point, fit.final.readout, block.view().column(i));
    double const weight = std::exp(learned / point.beta2);
    mass += weight;
    value += weight * reward;
    error += (learned - reward) / kRows;
    square += (learned - reward) * (learned - reward) / kRows;
  }
  EXPECT_NEAR(metrics.value_hat, value / mass, 0.02);
  EXPECT_NEAR(metrics.fit_var, square - error * error, 0.02);
  EXPECT_LT(metrics.identity_defect, 1e-10);
  EXPECT_GT(metrics.regret, 0);
}

TEST(SecondStage, ColdWeightsOfNothingAreNone) {
  auto point = second_stage();
  point.stage1 = FirstStage::oracle;
  point.d = 20;
  point.n_neurons = 8;
  point.n2 = 2000;
  point.beta_deploy = 0.7;
  point.weighting = Weighting::none;
  auto const equal = run_trial(point);
  EXPECT_NEAR(equal.ess2_frac, 1, 1e-12);
  point.weighting = Weighting::label;
  point.beta2 = 1e6;
  EXPECT_NEAR(run_trial(point).rel_regret, equal.rel_regret, 1e-5);
}

}  // namespace
}  // namespace thresher::reward_single_index
