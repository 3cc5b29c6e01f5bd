#include "experiments/implicit_regularization/theory/predictions.hpp"

#include "experiments/implicit_regularization/model/candidates.hpp"

#include <gtest/gtest.h>

#include <cmath>

namespace thresher::implicit_regularization {
namespace {

Predictions coefficients(Parameters const& point) {
  Predictions predictions;
  predict_coefficients(point, predictions);
  return predictions;
}

Predictions matrix(Parameters const& point) {
  Predictions predictions;
  predict_matrix(point, predictions);
  return predictions;
}

TEST(Predictions, EarlyStoppingIsPlainOrNotPredicted) {
  Parameters point;
  point.n = 400;
  point.d = 200;
  point.steps = 100;
  EXPECT_NEAR(coefficients(point).coef_l2, 0.447945, 6e-7);
  EXPECT_NEAR(coefficients(point).r2_l2, 0.859205, 6e-7);
  EXPECT_NEAR(coefficients(point).coef_ratio, 0.447945, 6e-7);  // eta t = 1
  auto const is_undefined = [&](auto change) {
    auto other = point;
    change(other);
    return std::isnan(coefficients(other).coef_l2);
  };
  EXPECT_TRUE(is_undefined([](Parameters& p) { p.momentum = 0.5; }));
  EXPECT_TRUE(is_undefined([](Parameters& p) { p.spectrum = Spectrum::power; }));
  EXPECT_TRUE(is_undefined([](Parameters& p) { p.stop = Stop::patience; }));
  EXPECT_TRUE(is_undefined([](Parameters& p) { p.batch = 100; }));
  EXPECT_TRUE(is_undefined([](Parameters& p) { p.loss = Loss::logistic; }));
  EXPECT_TRUE(is_undefined([](Parameters& p) { p.teacher_units = 3; }));
  EXPECT_TRUE(is_undefined([](Parameters& p) { p.model = Model::mlp; }));
}

TEST(Predictions, ASparseTargetIsWeakAndABootstrapHalvesTheRows) {
  Parameters point;
  point.n = 400;
  point.d = 100;
  point.steps = 100;
  auto sparse = point, weak = point;
  sparse.sparsity = 25;
  weak.beta_scale = point.beta_scale / 2;
  EXPECT_DOUBLE_EQ(coefficients(sparse).coef_l2, coefficients(weak).coef_l2);
  auto drawn_again = point, half = point;
  drawn_again.resample = Resample::bootstrap;
  half.n = 200;
  EXPECT_DOUBLE_EQ(coefficients(drawn_again).coef_l2, coefficients(half).coef_l2);
  EXPECT_NE(coefficients(drawn_again).coef_l2, coefficients(point).coef_l2);
}

TEST(Predictions, BootstrapReferenceValues) {
  Parameters point;
  point.noise_sd = 4;
  point.resample = Resample::bootstrap;
  EXPECT_NEAR(coefficients(point).coef_l2, 0.00763, 6e-6);
  EXPECT_NEAR(coefficients(point).r2_l2, 0.7723, 6e-5);
}

TEST(Predictions, MatrixOfFreshRuns) {
  Parameters point;
  point.n = 100;
  point.d = 50;
  point.steps = 100;
  point.beta_scale = 1;
  point.replicates = 25;
  EXPECT_TRUE(std::isnan(matrix(point).lambda_rel_error));
  point.matrix_fit = MatrixFit::full;
  EXPECT_NEAR(matrix(point).lambda_rel_error, 0.789078, 6e-7);
  point.resample = Resample::bootstrap;
  EXPECT_TRUE(std::isnan(matrix(point).lambda_rel_error));
}

TEST(Predictions, Dropout) {
  Parameters point;
  point.modification = Modification::dropout;
  point.dropout = 0.3;
  double const rho = 0.3 / 0.7;
  point.d = 200;
  point.spectrum = Spectrum::power;
  point.decay = 0.5;
  EXPECT_DOUBLE_EQ(coefficients(point).coef_dropout, rho);
  EXPECT_NEAR(coefficients(point).coef_l2, rho, 1e-12);
  EXPECT_NEAR(coefficients(point).r2_l2, 0.614, 6e-4);
  EXPECT_TRUE(std::isnan(coefficients(point).coef_path));
  point.model = Model::mlp;
  EXPECT_TRUE(std::isnan(coefficients(point).coef_l2));
  EXPECT_EQ(coefficients(point).coef_ratio, 1);
  point.spectrum = Spectrum::isotropic;
  point.bias = false;
  EXPECT_DOUBLE_EQ(coefficients(point).coef_path, rho / 2);
  point.depth = 2;
  EXPECT_TRUE(std::isnan(coefficients(point).coef_dropout));
  EXPECT_TRUE(std::isnan(coefficients(point).coef_path));
}

TEST(Predictions, StepsAndPotentials) {
  Parameters point;
  point.modification = Modification::minibatch;
  point.eta = 0.02;
  EXPECT_EQ(coefficients(point).joint_coef_gradnorm, 0.01);
  EXPECT_EQ(coefficients(point).joint_coef_batchnoise, 0.01);
  EXPECT_EQ(coefficients(point).coef_ratio_batch, 1);
  point.modification = Modification::step_size;
  EXPECT_TRUE(std::isnan(coefficients(point).joint_coef_batchnoise));
  point.joint = {Candidate::l2};
  EXPECT_TRUE(std::isnan(coefficients(point).joint_coef_gradnorm));
  point = {};
  point.model = Model::diagonal;
  point.modification = Modification::none;
  point.alpha = 0.1;
  EXPECT_EQ(coefficients(point).coef_hypentropy, 0.25);
  EXPECT_EQ(coefficients(point).alpha_hat, 0.1);
}

TEST(CandidateLists, AutoIsTheListOfTheModification) {
  Parameters point;
  using enum Candidate;
  EXPECT_EQ(candidates_of(point), (Candidates{l2, l1, power}));
  point.model = Model::mlp;
  EXPECT_EQ(candidates_of(point), (Candidates{l2, l2_init, l1, power}));
  point.modification = Modification::dropout;
  EXPECT_EQ(candidates_of(point), (Candidates{l2, l1, power, data_l2, dropout, path}));
  EXPECT_EQ(joint_of(point), (Candidates{l2, path}));
  point.model = Model::linear;
  EXPECT_EQ(joint_of(point), (Candidates{l2, data_l2}));
  point.candidates = {l2};
  point.joint = {l1};
  point.dropout = 0.1;
  // What says how stationary the weights are has its column as well.
  EXPECT_EQ(needed_columns(point), (Candidates{l2, l1, data_l2}));
  point.candidates = {automatic, gradnorm};
  EXPECT_TRUE(candidates_of(point).contains(gradnorm));
  EXPECT_TRUE(candidates_of(point).contains(data_l2));
  point = {};
  point.modification = Modification::explicit_penalty;
  point.group = 0.1;
  EXPECT_EQ(candidates_of(point), (Candidates{l2, l1, power, group}));
  EXPECT_EQ(joint_of(point), (Candidates{l1, l2, group}));
}

}  // namespace
}  // namespace thresher::implicit_regularization
