#include "experiments/hierarchical_features/data/tensor_features.hpp"
#include "experiments/hierarchical_features/estimators/first_layer.hpp"
#include "experiments/hierarchical_features/estimators/readout.hpp"
#include "experiments/hierarchical_features/estimators/second_layer.hpp"
#include "experiments/hierarchical_features/estimators/stages.hpp"
#include "experiments/hierarchical_features/estimators/subspace_metrics.hpp"
#include "linalg/extreme_eigenpairs.hpp"
#include "trial.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <numeric>

namespace thresher::hierarchical_features {
namespace {

/// A trial in parts.
class PipelineTest : public testing::Test {
 protected:
  PipelineTest() { team_.begin_trial({"pipeline\n", 0}); }

  /// The first layer of fold 1 with these labels.
  FirstLayer layer_of(Parameters const& point, TrialData const& data, std::vector<double> labels) {
    auto const& features = *data.fold(Fold::spectral, point).features;
    auto const weights = mapped_weights(point, comm_, features.rows(), std::move(labels));
    auto const norms = features.squared_norms();
    return first_layer(point, {features, weights, norms}, point.extra_eigs, team_.stream("krylov_start_0"),
                       team_);
  }

  mpi::Communicator comm_ = mpi::Communicator::self();
  study::Team team_{comm_};
};

double squared_cosine(std::span<double const> a, std::span<double const> b) {
  double const product = std::inner_product(a.begin(), a.end(), b.begin(), 0.0);
  return product * product;
}

TEST_F(PipelineTest, KrylovFindsWhatTheDenseDecompositionFinds) {
  auto point = small();
  point.preprocess = Preprocess::clip;
  TrialData const data(point, team_);
  auto const& fold = data.fold(Fold::spectral, point);
  auto const dense = layer_of(point, data, fold.own_labels);
  EXPECT_EQ(dense.products, 0);
  EXPECT_EQ(dense.spectrum.size(), 36u);

  // The same operator by its products.
  class Products : public linalg::PanelOperator {
   public:
    Products(Features const& features, std::span<double const> w, double shift)
        : features_(features), w_(w), shift_(shift) {}
    linalg::RowLayout const& layout() const override { return features_.layout(); }
    void apply(linalg::ConstMatrixView in, linalg::MatrixView out) const override {
      features_.weighted_gram_times(w_, in.column(0), out.column(0));
      double const scale = 1 / (std::sqrt(2.0) * static_cast<double>(features_.rows()));
      for (std::int64_t i = 0; i < in.rows; ++i) out(i, 0) = scale * out(i, 0) - shift_ * in(i, 0);
    }

   private:
    Features const& features_;
    std::span<double const> w_;
    double shift_;
  };
  auto const weights = mapped_weights(point, comm_, fold.features->rows(), fold.own_labels);
  Products const op(*fold.features, weights, dense.shift);
  std::vector<double> start(36, 1.0);
  auto const pairs = linalg::extreme_eigenpairs(op, start, {.count = 2, .tolerance = 1e-12});
  for (std::size_t k = 0; k < 2; ++k) {
    EXPECT_NEAR(pairs.values[k], dense.values[k], 1e-12);
    auto const column = static_cast<std::int64_t>(k);
    EXPECT_NEAR(squared_cosine(pairs.own_vectors.column(column), dense.own_directions.column(column)), 1,
                1e-10);
  }
}

TEST_F(PipelineTest, NegatedLabelsNegateTheSpectrumAndAConstantChangesNothing) {
  auto const point = small();
  TrialData const data(point, team_);
  auto const labels = data.fold(Fold::spectral, point).own_labels;
  auto const plain = layer_of(point, data, labels);
  auto negated = labels;
  for (double& label : negated) label = -label;
  auto shifted = labels;
  for (double& label : shifted) label += 3;
  auto const mirror = layer_of(point, data, negated);
  auto const same = layer_of(point, data, shifted);
  for (std::size_t k = 0; k < plain.values.size(); ++k) {
    EXPECT_NEAR(mirror.values[k], -plain.values[k], 1e-13);
    EXPECT_NEAR(same.values[k], plain.values[k], 1e-12);
  }
  for (std::int64_t k = 0; k < 2; ++k) {
    EXPECT_NEAR(squared_cosine(mirror.own_directions.column(k), plain.own_directions.column(k)), 1, 1e-12);
    EXPECT_NEAR(squared_cosine(same.own_directions.column(k), plain.own_directions.column(k)), 1, 1e-12);
  }
}

TEST_F(PipelineTest, ReusedSamplesGiveTheEigenvaluesAsCoefficients) {
  auto point = small();
  point.sample_reuse = true;
  std::vector<Parameters> const points{point};
  DataStage const data(points, team_);
  SpectralStage const spectral(point, data);
  RefineStage const refined(point, spectral);
  SecondStage const second(point, refined);
  auto const& b = second.form.coefficients;
  for (std::int64_t j = 0; j < 2; ++j)
    for (std::int64_t i = 0; i < 2; ++i)
      EXPECT_NEAR(b(i, j),
                  i == j ? spectral.layer.values[static_cast<std::size_t>(i)] + spectral.layer.shift : 0,
                  1e-12);
}

TEST_F(PipelineTest, TheTrueFormPredictsTheLabels) {
  auto const point = small();
  TrialData const data(point, team_);
  auto const& truth = *data.truth();
  LearnedForm form{truth.own_directions, linalg::DenseMatrix(2, 2)};
  for (std::int64_t k = 0; k < 2; ++k) form.coefficients(k, k) = truth.strengths[static_cast<std::size_t>(k)];
  auto const scalars = [&](Fold which) {
    auto const& fold = data.fold(which, point);
    return ScalarFold{fold.features->rows(), form_values(*fold.features, form), fold.own_labels};
  };
  auto const test = scalars(Fold::test);
  for (std::size_t row = 0; row < test.own_labels.size(); ++row)
    EXPECT_NEAR(test.own_scalars[row], test.own_labels[row], 1e-12);
  EXPECT_LT(readout_error(point, comm_, scalars(Fold::readout), test).nmse(), 1e-12);
  auto const metrics = subspace_metrics(data.layout(), truth, form);
  EXPECT_NEAR(metrics.mse_projection, 0, 1e-13);
  EXPECT_NEAR(metrics.coefficient_error, 0, 1e-13);
  for (double const cosine : metrics.cosines) EXPECT_NEAR(cosine, 1, 1e-13);
  // Not any more when a direction is missing.
  LearnedForm part{linalg::DenseMatrix(36, 1), linalg::DenseMatrix(1, 1)};
  std::ranges::copy(truth.own_directions.column(0), part.own_directions.column(0).begin());
  auto const missing = subspace_metrics(data.layout(), truth, part);
  EXPECT_NEAR(missing.mse_projection, truth.strengths[1] * truth.strengths[1], 1e-12);
}

TEST_F(PipelineTest, SecondLayers) {
  constexpr std::int64_t kRows = 60;
  linalg::DenseMatrix h(kRows, 3);
  std::vector<double> labels(kRows);
  team_.stream("h").normals({}, 0, h.values());
  team_.stream("y").normals({}, 0, labels);
  auto centred = labels;
  center(comm_, kRows, centred);
  auto const product = [&](std::int64_t i, std::int64_t j, std::int64_t row) {
    return h(row, i) * h(row, j) - (i == j);
  };
  // What least squares leave is orthogonal to every product.
  auto const fitted = second_layer(SecondLayer::ls, comm_, kRows, h.view(), labels);
  auto const fit = quadratic_values(h.view(), fitted);
  for (std::int64_t i = 0; i < 3; ++i)
    for (std::int64_t j = 0; j <= i; ++j) {
      double along = 0;
      for (std::int64_t row = 0; row < kRows; ++row) {
        auto const at = static_cast<std::size_t>(row);
        along += (centred[at] - fit[at]) * product(i, j, row);
      }
      EXPECT_NEAR(along, 0, 1e-6);
      EXPECT_EQ(fitted(i, j), fitted(j, i));
    }
  auto const diagonal = second_layer(SecondLayer::diagonal, comm_, kRows, h.view(), labels);
  auto const full = second_layer(SecondLayer::full, comm_, kRows, h.view(), labels);
  for (std::int64_t j = 0; j < 3; ++j)
    for (std::int64_t i = 0; i < 3; ++i) {
      double exact = 0;
      for (std::int64_t row = 0; row < kRows; ++row)
        exact += centred[static_cast<std::size_t>(row)] * product(i, j, row) / (std::sqrt(2.0) * kRows);
      EXPECT_NEAR(full(i, j), exact, 1e-13);
      EXPECT_NEAR(diagonal(i, j), i == j ? exact : 0, 1e-13);
    }
}

TEST_F(PipelineTest, FoldsArePrefixesAndLinksMakeLabels) {
  auto point = small();
  TrialData const data(point, team_);
  auto const long_fold = data.fold(Fold::test, point).own_labels;
  point.n_test = 100;
  auto const short_fold = data.fold(Fold::test, point).own_labels;
  EXPECT_TRUE(std::equal(short_fold.begin(), short_fold.end(), long_fold.begin()));
  point.link = Link::tanh;
  TrialData const bounded(point, team_);
  auto const squashed = bounded.fold(Fold::test, point).own_labels;
  for (std::size_t row = 0; row < squashed.size(); ++row)
    EXPECT_DOUBLE_EQ(squashed[row], std::tanh(short_fold[row]));
}

TEST_F(PipelineTest, StoredAndRegeneratedSamplesGiveTheSameNumbers) {
  for (auto const model : {FeatureModel::hermite, FeatureModel::gaussian}) {
    auto point = small();
    point.feature_model = model;
    point.residualize = Residualize::linear;
    point.storage = Storage::stored;
    auto const stored = run_trial(point);
    point.storage = Storage::regenerate;
    auto const regenerated = run_trial(point);
    for (auto member :
         {&Metrics::mse, &Metrics::overlap_subspace, &Metrics::overlap_features, &Metrics::edge_right,
          &Metrics::eig_max, &Metrics::nmse_oracle, &Metrics::linear_fraction})
      EXPECT_NEAR(stored.*member, regenerated.*member, 1e-10);
  }
}

// At the edge of the bulk eigenvalues are close: another start must not find others (D > 1500: Krylov-Schur).
TEST_F(PipelineTest, ASecondStartFindsTheSameEigenvalues) {
  auto point = small();
  point.d = 55;
  point.n_ratio = 1;
  point.preprocess = Preprocess::clip;
  TrialData const data(point, team_);
  auto const& features = *data.fold(Fold::spectral, point).features;
  auto const weights =
      mapped_weights(point, comm_, features.rows(), data.fold(Fold::spectral, point).own_labels);
  auto const norms = features.squared_norms();
  auto const from = [&](char const* start) {
    return first_layer(point, {features, weights, norms}, point.extra_eigs, team_.stream(start), team_);
  };
  auto const one = from("krylov_start_0");
  auto const two = from("another start");
  EXPECT_GT(one.products, 0);
  ASSERT_EQ(one.values.size(), two.values.size());
  for (std::size_t k = 0; k < one.values.size(); ++k)
    EXPECT_NEAR(one.values[k], two.values[k], 1e-6 * std::abs(one.values[0])) << k;
  EXPECT_NEAR(one.highest, two.highest, 1e-5);
  EXPECT_NEAR(one.lowest, two.lowest, 1e-5);
}

TEST_F(PipelineTest, TheCapOnProductsIsKeptAndIsNoError) {
  auto point = small();
  point.d = 55;
  point.n_ratio = 1;
  point.max_matvecs = 30;
  auto const metrics = run_trial(point);
  EXPECT_LE(metrics.eps_matvecs, 30);
  EXPECT_GT(metrics.eps_matvecs, 10);
  EXPECT_LT(metrics.eps_converged, 2);
  EXPECT_TRUE(std::isfinite(metrics.nmse));
}

}  // namespace
}  // namespace thresher::hierarchical_features
