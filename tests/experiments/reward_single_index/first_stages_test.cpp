#include "experiments/reward_single_index/data/trial_data.hpp"
#include "experiments/reward_single_index/estimators/method.hpp"
#include "experiments/reward_single_index/solvers/full_batch.hpp"
#include "linalg/column_products.hpp"
#include "linalg/weighted_gram_operator.hpp"
#include "trial.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>
#include <optional>
#include <span>
#include <vector>

namespace thresher::reward_single_index {
namespace {

/// One trial's data on one rank.
struct Bench {
  explicit Bench(Parameters const& point) {
    team.begin_trial({"bench\n", 0});
    data.emplace(point, team);
  }
  mpi::Communicator comm = mpi::Communicator::self();
  study::Team team{comm};
  std::optional<TrialData> data;
};

double largest_difference(std::span<double const> a, std::span<double const> b) {
  double largest = 0;
  for (std::size_t k = 0; k < a.size(); ++k) largest = std::max(largest, std::abs(a[k] - b[k]));
  return largest;
}

// One step of online descent written down in full, on a first layer of five blocks of coordinates.
TEST(Online, IsTheWrittenRecursion) {
  auto point = first_stage(FirstStage::online, Link::tanh, 330, 1);
  point.n1 = 13;  // a last batch of 5
  point.n_neurons = 5;
  point.lr = 40;  // steps that turn the neurons well away
  Bench bench(point);
  auto const& data = *bench.data;
  auto const calibration = data.separate_labels(point);
  auto const transform = LabelTransform::calibrated(point, data.link(), calibration.y);
  SpreadWeights weights(point, data, bench.comm);
  auto w = weights.own_weights();
  for (std::int64_t j = 0; j < 5; ++j) EXPECT_NEAR(linalg::inner_product(w.column(j), w.column(j)), 1, 1e-14);
  auto const biases = first_biases(point, bench.team);
  linalg::DenseMatrix inputs(330, 13);
  data.fill_inputs(Precision::full, {0, 13}, {0, 330}, inputs.view());
  auto const labels = data.labels({0, 13}, inputs.view());
  for (std::int64_t begin = 0; begin < 13; begin += 8) {
    double const done = static_cast<double>(begin) / 13;
    double const rate = 40.0 / 330 * (done <= 0.5 ? 1 : 2 * (1 - done));
    auto const before = w;
    for (std::int64_t j = 0; j < 5; ++j) {
      std::vector<double> pull(330, 0.0);
      double itself = 0;
      for (std::int64_t i = begin; i < std::min<std::int64_t>(begin + 8, 13); ++i) {
        double const u = linalg::inner_product(before.column(j), inputs.column(i));
        if (u + biases[static_cast<std::size_t>(j)] <= 0) continue;
        double const s = (j % 2 == 0 ? 1 : -1) * transform(labels.y[static_cast<std::size_t>(i)]);
        for (std::size_t k = 0; k < 330; ++k) pull[k] += s * inputs.column(i)[k];
        itself += s * u;
      }
      auto const row = w.column(j);
      for (std::size_t k = 0; k < 330; ++k) row[k] += rate * (pull[k] - itself * row[k]);
      double const norm = std::sqrt(linalg::inner_product(row, row));
      for (double& entry : row) entry /= norm;
    }
  }
  study::KeptWork work(bench.team, study::Length::brief, "test");
  auto const curve = spherical_descent(point, data, transform, weights, work);
  auto const learned = weights.own_weights();
  EXPECT_LT(largest_difference(learned.values(), w.values()), 1e-12);
  auto const overlaps = weights.overlaps();
  double sum = 0;
  for (double const m : overlaps) sum += std::abs(m) / 5;
  EXPECT_NEAR(curve.overlaps.back(), sum, 1e-12);
  // The products that the second stage works on.
  auto const gram = weights.gram();
  EXPECT_NEAR(gram(0, 0), 1, 1e-14);
  EXPECT_NEAR(gram(0, 3), overlaps[2], 1e-14);
  EXPECT_NEAR(gram(2, 4), linalg::inner_product(learned.column(1), learned.column(3)), 1e-13);
}

TEST(Online, FloatsLearnWhatDoublesLearn) {
  auto point = first_stage(FirstStage::online, Link::tanh, 330, 8);
  point.n_neurons = 19;
  auto const full = run_trial(point);
  point.precision = Precision::single;
  auto const single = run_trial(point);
  EXPECT_NE(single.overlap_mean, full.overlap_mean);
  EXPECT_NEAR(single.overlap_mean, full.overlap_mean, 1e-5);
  EXPECT_NEAR(single.overlap_best, full.overlap_best, 1e-5);
  EXPECT_GT(full.overlap_best, 0.5);
}

TEST(Online, ARateOfNothingMovesNothing) {
  auto point = first_stage(FirstStage::online, Link::wave3, 100, 2);
  auto random = point;
  random.stage1 = FirstStage::random;
  point.lr = 1e-300;
  EXPECT_NEAR(run_trial(point).overlap_mean, run_trial(random).overlap_mean, 1e-12);
}

TEST(Online, StartsWithTheOverlapThatIsAsked) {
  auto point = first_stage(FirstStage::online, Link::wave3, 150, 1);
  point.lr = 1e-300;
  point.init_overlap = 0.25;
  auto const trial = run_trial(point);
  EXPECT_NEAR(trial.overlap_mean, 0.25, 1e-12);
  EXPECT_NEAR(trial.overlap_signed, 0, 1e-12);
}

TEST(Batch, IsGradientAscentOfTheCorrelation) {
  auto point = first_stage(FirstStage::batch, Link::tanh, 20, 10);
  point.batch_iters = 2;
  point.n_neurons = 3;
  point.activation1 = Activation::tanh;
  Bench bench(point);
  auto const& data = *bench.data;
  auto const transform = LabelTransform::calibrated(point, data.link(), data.training_labels(point));
  SpreadWeights start(point, data, bench.comm);
  auto w = start.own_weights();
  auto const biases = first_biases(point, bench.team);
  linalg::DenseMatrix inputs(20, 200);
  data.fill_inputs(Precision::full, {0, 200}, {0, 20}, inputs.view());
  auto const labels = data.labels({0, 200}, inputs.view());
  auto const correlation = [&](std::int64_t j, std::span<double const> at) {
    double sum = 0;
    for (std::int64_t i = 0; i < 200; ++i)
      sum += (j % 2 == 0 ? 1 : -1) * transform(labels.y[static_cast<std::size_t>(i)]) *
             std::tanh(linalg::inner_product(at, inputs.column(i)) + biases[static_cast<std::size_t>(j)]) /
             200;
    return sum;
  };
  RowBlocks const rows(point, data);
  auto learned = w;
  study::KeptWork work(bench.team, study::Length::brief, "test");
  full_batch_descent(point, rows, transform, biases, learned, work);
  for (std::int64_t j = 0; j < 3; ++j) {
    auto row = w.column(j);
    for (int step = 0; step < 2; ++step) {
      // The gradient by central differences.
      std::vector<double> gradient(20), moved(row.begin(), row.end());
      for (std::size_t k = 0; k < 20; ++k) {
        moved[k] = row[k] + 1e-6;
        gradient[k] = correlation(j, moved);
        moved[k] = row[k] - 1e-6;
        gradient[k] = (gradient[k] - correlation(j, moved)) / 2e-6;
        moved[k] = row[k];
      }
      double const along = linalg::inner_product(gradient, row);
      for (std::size_t k = 0; k < 20; ++k) row[k] += 10 * (gradient[k] - along * row[k]);
      double const norm = std::sqrt(linalg::inner_product(row, row));
      for (double& entry : row) entry /= norm;
    }
  }
  EXPECT_LT(largest_difference(learned.values(), w.values()), 1e-6);
}

// The operator of the spectral first stage against the matrix itself.
TEST(Spectral, OperatorIsTheWeightedCovariance) {
  auto point = first_stage(FirstStage::spectral, Link::wave4, 50, 6);
  Bench bench(point);
  auto const& data = *bench.data;
  auto const transform = LabelTransform::calibrated(point, data.link(), data.training_labels(point));
  auto const& labels = data.own_labels(point);
  std::vector<double> weights;
  for (double const y : labels.y) weights.push_back(transform(y) / 300);
  linalg::WeightedGramOperator const op(data.team_inputs(point), weights, 0);
  linalg::DenseMatrix inputs(50, 300), scaled(50, 300), dense(50, 50), unit(50, 50), image(50, 50);
  data.fill_inputs(Precision::full, {0, 300}, {0, 50}, inputs.view());
  for (std::int64_t i = 0; i < 300; ++i)
    for (std::int64_t k = 0; k < 50; ++k) scaled(k, i) = weights[static_cast<std::size_t>(i)] * inputs(k, i);
  linalg::gemm(linalg::Transpose::no, linalg::Transpose::yes, 1, scaled.view(), inputs.view(), 0,
               dense.view());
  for (std::int64_t k = 0; k < 50; ++k) unit(k, k) = 1;
  op.apply(unit.view(), image.view());
  EXPECT_LT(largest_difference(image.values(), dense.values()), 1e-12);
  // Its top eigenvalue.
  std::vector<double> values(50);
  linalg::syevd(linalg::Eigenvectors::none, linalg::Triangle::lower, dense.view(), values);
  auto top = point;
  top.spectral_end = SpectralEnd::largest;
  top.eig_tol = 1e-10;
  auto const largest = run_trial(top, 0, "bench\n");
  EXPECT_NEAR(largest.eig_top, values[49], 1e-9);
  EXPECT_NEAR(largest.eig_gap, values[49] - values[48], 1e-7);
  top.spectral_end = SpectralEnd::smallest;
  EXPECT_NEAR(run_trial(top, 0, "bench\n").eig_top, values[0], 1e-9);
}

TEST(Averages, AreThoseOfTheRows) {
  auto point = first_stage(FirstStage::moment1, Link::tanh, 30, 10);
  point.n1 = 301;
  Bench bench(point);
  auto const& data = *bench.data;
  auto sliced = point;
  sliced.stage1 = FirstStage::sir;
  sliced.slices = 7;
  auto cold = point;
  cold.beta1 = 0.3;
  std::vector<Parameters> const points{point, sliced, cold};
  SharedPass const pass(points, data);
  linalg::DenseMatrix inputs(30, 301);
  data.fill_inputs(Precision::full, {0, 301}, {0, 30}, inputs.view());
  auto const labels = data.labels({0, 301}, inputs.view());
  for (auto const& each : {point, cold}) {
    auto const transform = LabelTransform::calibrated(each, data.link(), labels.y);
    std::vector<double> halves[2] = {std::vector<double>(30, 0.0), std::vector<double>(30, 0.0)};
    for (std::int64_t i = 0; i < 301; ++i)
      for (std::size_t k = 0; k < 30; ++k)
        halves[i < 150 ? 0 : 1][k] += transform(labels.y[static_cast<std::size_t>(i)]) * inputs.column(i)[k];
    EXPECT_LT(largest_difference(pass.moment(each).first_half, halves[0]), 1e-10);
    EXPECT_LT(largest_difference(pass.moment(each).second_half, halves[1]), 1e-10);
    // The same bits without company.
    SharedPass const alone(std::vector<Parameters>{each}, data);
    EXPECT_EQ(alone.moment(each).first_half, pass.moment(each).first_half);
  }
  auto const& slices = pass.slices(sliced);
  EXPECT_EQ(std::accumulate(slices.counts.begin(), slices.counts.end(), 0.0), 301);
  for (double const count : slices.counts) EXPECT_NEAR(count, 43, 1.5);
}

TEST(Storage, NeverChangesResults) {
  for (auto const stage : {FirstStage::spectral, FirstStage::batch, FirstStage::sir}) {
    auto point = first_stage(stage, Link::wave3, 40, 20);
    point.batch_iters = 3;
    point.storage = Storage::stored;
    auto const stored = run_trial(point);
    point.storage = Storage::stream;
    EXPECT_EQ(run_trial(point).overlap_mean, stored.overlap_mean);
    point.precision = Precision::single;
    auto const single = run_trial(point);
    EXPECT_NE(single.overlap_mean, stored.overlap_mean);
    EXPECT_NEAR(single.overlap_mean, stored.overlap_mean, 1e-5);
    point.storage = Storage::stored;
    EXPECT_EQ(run_trial(point).overlap_mean, single.overlap_mean);
  }
}

TEST(Transform, WithoutTemperatureIsTheLabel) {
  for (auto const stage : {FirstStage::moment1, FirstStage::online}) {
    auto point = first_stage(stage, Link::tanh, 60, 10);
    point.beta1 = std::numeric_limits<double>::infinity();
    auto const unweighted = run_trial(point);
    EXPECT_EQ(unweighted.ess1_frac, 1);
    point.transform = Transform::label;
    EXPECT_EQ(run_trial(point).overlap_mean, unweighted.overlap_mean);
  }
}

TEST(Random, HasTheOverlapsOfChance) {
  auto const point = first_stage(FirstStage::random, Link::wave3, 400, 1);
  auto const overlap = estimate(run_trials(point, 40), &Metrics::overlap_mean);
  EXPECT_NEAR(overlap.value, std::sqrt(2 / (M_PI * 400)), 4 * overlap.error);
}

// The squared first signal from data alone.
TEST(Moment1, SplitEstimatesTheSignal) {
  auto point = first_stage(FirstStage::moment1, Link::wave3, 300, 40);
  point.beta1 = 0.5;
  auto const trials = run_trials(point, 6);
  auto const split = estimate(trials, &Metrics::signal1_split);
  Predictions predicted;
  predict_signals(point, predicted);
  EXPECT_NEAR(predicted.signal1 * predicted.signal1, 0.0863, 5e-4);
  EXPECT_NEAR(split.value, predicted.signal1 * predicted.signal1, 4 * split.error + 0.002);
  EXPECT_NEAR(estimate(trials, &Metrics::signal1_hat).value, predicted.signal1, 0.02);
}

}  // namespace
}  // namespace thresher::reward_single_index
