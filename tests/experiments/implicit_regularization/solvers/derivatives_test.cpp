#include "../problem.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <cstddef>
#include <functional>

// All derivatives by hand against central differences, and identities that they obey.

namespace {

using namespace thresher;
using namespace thresher::implicit_regularization;
using namespace thresher::implicit_regularization::testing;

constexpr double kStep = 1e-6;

mpi::Communicator const& alone() {
  static mpi::Communicator const comm = mpi::Communicator::self();
  return comm;
}

std::vector<double> moved(std::vector<double> theta, std::size_t entry, double by) {
  theta[entry] += by;
  return theta;
}

double norm(std::vector<double> const& v) {
  double square = 0;
  for (double const entry : v) square += entry * entry;
  return std::sqrt(square);
}

double dot(std::vector<double> const& a, std::vector<double> const& b) {
  double sum = 0;
  for (std::size_t j = 0; j < a.size(); ++j) sum += a[j] * b[j];
  return sum;
}

/// Every entry of `gradient` against the difference of `value`.
void expect_gradient(std::function<double(std::vector<double> const&)> const& value,
                     std::vector<double> const& theta, std::vector<double> const& gradient) {
  double const scale = norm(gradient) + 1e-3;
  for (std::size_t j = 0; j < theta.size(); ++j) {
    double const slope = (value(moved(theta, j, kStep)) - value(moved(theta, j, -kStep))) / (2 * kStep);
    EXPECT_NEAR(gradient[j], slope, 1e-6 * scale) << "entry " << j;
  }
}

struct Derivatives : ::testing::TestWithParam<ModelCase> {
  Problem problem{9, GetParam().sizes.front(), GetParam().loss};
  std::unique_ptr<LossModel> model = make(GetParam(), alone());
  std::vector<double> theta = random_vector(model->size(), "theta", 0.7);
  bool is_network() const { return GetParam().model == Model::mlp; }
};

TEST_P(Derivatives, GradientOfTheLoss) {
  std::vector<double> gradient(theta.size());
  EXPECT_DOUBLE_EQ(model->gradient(theta, problem.rows(), nullptr, gradient),
                   model->loss(theta, problem.rows()));
  expect_gradient([&](auto const& at) { return model->loss(at, problem.rows()); }, theta, gradient);
}

TEST_P(Derivatives, GradientOfTheMaskedLoss) {
  MaskDraw const masks{test_stream("masks"), 1, 2, 0.4};
  std::vector<double> gradient(theta.size()), plain(theta.size()), scratch(theta.size());
  model->gradient(theta, problem.rows(), &masks, gradient);
  expect_gradient([&](auto const& at) { return model->gradient(at, problem.rows(), &masks, scratch); }, theta,
                  gradient);
  MaskDraw const none{test_stream("masks"), 1, 2, 0};
  model->gradient(theta, problem.rows(), &none, gradient);
  model->gradient(theta, problem.rows(), nullptr, plain);
  EXPECT_EQ(gradient, plain);
}

TEST_P(Derivatives, HessianTimesAVector) {
  auto const u = random_vector(theta.size(), "u"), v = random_vector(theta.size(), "v");
  std::vector<double> hu(theta.size()), hv(theta.size()), ahead(theta.size()), behind(theta.size());
  model->hessian_product(theta, problem.rows(), u, hu);
  model->hessian_product(theta, problem.rows(), v, hv);
  EXPECT_NEAR(dot(u, hv), dot(v, hu), 1e-12 * norm(u) * norm(hv));
  auto at = theta, before = theta;
  for (std::size_t j = 0; j < theta.size(); ++j) {
    at[j] += kStep * v[j];
    before[j] -= kStep * v[j];
  }
  model->gradient(at, problem.rows(), nullptr, ahead);
  model->gradient(before, problem.rows(), nullptr, behind);
  for (std::size_t j = 0; j < theta.size(); ++j)
    EXPECT_NEAR(hv[j], (ahead[j] - behind[j]) / (2 * kStep), 1e-6 * norm(hv)) << "entry " << j;
}

TEST_P(Derivatives, GradientOfTheDropoutPenalty) {
  std::vector<double> gradient(theta.size()), scratch(theta.size());
  double const value = model->dropout_penalty(theta, problem.rows(), gradient);
  EXPECT_GT(value, 0);
  expect_gradient([&](auto const& at) { return model->dropout_penalty(at, problem.rows(), scratch); }, theta,
                  gradient);
  // Degree 2 (D + 1) in the weights of a homogeneous network.
  if (GetParam().activation == Activation::relu && !GetParam().bias && GetParam().loss == Loss::squared) {
    double const degree = 2 * static_cast<double>(GetParam().sizes.size() - 1);
    EXPECT_NEAR(dot(theta, gradient), degree * value, 1e-12 * degree * value);
  }
}

TEST_P(Derivatives, GradientsOfPathAndGroupPenalties) {
  if (!is_network()) return;
  std::vector<double> gradient(theta.size()), scratch(theta.size());
  double const path = model->path_penalty(theta, gradient);
  expect_gradient([&](auto const& at) { return model->path_penalty(at, scratch); }, theta, gradient);
  if (!GetParam().bias) {
    double const degree = 2 * static_cast<double>(GetParam().sizes.size() - 1);
    EXPECT_NEAR(dot(theta, gradient), degree * path, 1e-12 * degree * path);
  }
  model->group_penalty(theta, 0.05, gradient);
  expect_gradient([&](auto const& at) { return model->group_penalty(at, 0.05, scratch); }, theta, gradient);
}

TEST_P(Derivatives, ActivationWeightedRidge) {
  // With its weights frozen at theta it is a ridge: its gradient is linear in what multiplies the
  // activations, and vanishes elsewhere.
  std::vector<double> column(theta.size());
  model->activation_weighted_l2(theta, problem.rows(), column);
  EXPECT_GT(dot(theta, column), 0);
  if (!is_network()) {
    for (std::size_t j = 0; j < theta.size(); ++j) {
      double kappa = 0;
      for (std::int64_t i = 0; i < problem.x.columns(); ++i) {
        double const x = problem.x(static_cast<std::int64_t>(j), i);
        double f = 0;
        for (std::size_t k = 0; k < theta.size(); ++k)
          f += theta[k] * problem.x(static_cast<std::int64_t>(k), i);
        double const s = 1 / (1 + std::exp(-f));
        kappa += (GetParam().loss == Loss::squared ? 1 : s * (1 - s)) * x * x;
      }
      EXPECT_NEAR(column[j], kappa / static_cast<double>(problem.x.columns()) * theta[j], 1e-12);
    }
    return;
  }
  NetworkShape const shape{GetParam().sizes, GetParam().activation, GetParam().bias};
  for (std::int64_t j = 0; j < shape.layer_size(0); ++j) EXPECT_EQ(column[static_cast<std::size_t>(j)], 0);
}

std::string name_of_case(::testing::TestParamInfo<ModelCase> const& info) {
  auto const& of = info.param;
  return std::string(of.model == Model::linear           ? "linear"
                     : of.activation == Activation::relu ? "relu"
                                                         : "tanh") +
         std::to_string(of.sizes.size() - 2) + (of.bias ? "_bias" : "") +
         (of.loss == Loss::squared ? "_squared" : "_logistic");
}
INSTANTIATE_TEST_SUITE_P(Models, Derivatives, ::testing::ValuesIn(all_models()), name_of_case);

TEST(WideNetwork, IsADeepNetworkOfDepthOne) {
  for (auto const activation : {Activation::relu, Activation::tanh}) {
    NetworkShape const shape{{5, 300, 1}, activation, true};  // several blocks of units
    Problem const problem(1500, 5, Loss::logistic);           // several pieces of rows
    WideNetwork wide(alone(), shape, Loss::logistic);
    DeepNetwork deep(alone(), shape, Loss::logistic);
    auto const theta = random_vector(wide.size(), "theta", 0.3), v = random_vector(wide.size(), "v");
    MaskDraw const masks{test_stream("masks"), 0, 7, 0.25};
    std::vector<double> a(theta.size()), b(theta.size());
    auto const expect_same = [&](char const* what) {
      double const scale = norm(b);
      for (std::size_t j = 0; j < a.size(); ++j) EXPECT_NEAR(a[j], b[j], 1e-12 * scale) << what << ' ' << j;
    };
    EXPECT_NEAR(wide.gradient(theta, problem.rows(), &masks, a),
                deep.gradient(theta, problem.rows(), &masks, b), 1e-12);
    expect_same("masked gradient");
    wide.hessian_product(theta, problem.rows(), v, a);
    deep.hessian_product(theta, problem.rows(), v, b);
    expect_same("Hessian product");
    EXPECT_NEAR(wide.dropout_penalty(theta, problem.rows(), a),
                deep.dropout_penalty(theta, problem.rows(), b), 1e-10);
    expect_same("dropout column");
    wide.activation_weighted_l2(theta, problem.rows(), a);
    deep.activation_weighted_l2(theta, problem.rows(), b);
    expect_same("activation-weighted ridge");
    EXPECT_NEAR(wide.path_penalty(theta, a), deep.path_penalty(theta, b), 1e-10);
    expect_same("path column");
    EXPECT_NEAR(wide.group_penalty(theta, 0.1, a), deep.group_penalty(theta, 0.1, b), 1e-10);
    expect_same("group column");
    auto const f = wide.outputs(theta, problem.rows()), g = deep.outputs(theta, problem.rows());
    ASSERT_EQ(f.size(), g.size());
    for (std::size_t i = 0; i < f.size(); ++i) EXPECT_NEAR(f[i], g[i], 1e-12);
  }
}

TEST(DropoutColumn, IsHalfThePathColumnInALargeSample) {
  // E h_k^2 = |w_k|^2 / 2 for isotropic inputs, so c_dropout = c_path / 2 without biases.
  NetworkShape const shape{{20, 64, 1}, Activation::relu, false};
  Problem const problem(40000, 20, Loss::squared);
  WideNetwork network(alone(), shape, Loss::squared);
  auto const theta = network.start({test_stream("start"), 0, 1});
  std::vector<double> dropout(theta.size()), path(theta.size());
  network.dropout_penalty(theta, problem.rows(), dropout);
  network.path_penalty(theta, path);
  double const inner = dot(dropout, path);
  EXPECT_NEAR(inner / dot(path, path), 0.5, 0.005);
  EXPECT_GT(inner * inner / (dot(path, path) * dot(dropout, dropout)), 0.999);
}

TEST(Rescaling, LeavesLossPathAndDropoutAndChangesTheNorm) {
  NetworkShape const shape{{6, 8, 1}, Activation::relu, false};
  Problem const problem(40, 6, Loss::squared);
  WideNetwork network(alone(), shape, Loss::squared);
  auto const theta = network.start({test_stream("start"), 0, 1});
  auto other = theta;
  for (std::size_t j = 0; j < 48; ++j) other[j] *= 1.7;
  for (std::size_t j = 48; j < 56; ++j) other[j] /= 1.7;
  std::vector<double> scratch(theta.size());
  auto const same = [](double a, double b) { EXPECT_NEAR(a, b, 1e-13 * std::abs(a)); };
  same(network.loss(theta, problem.rows()), network.loss(other, problem.rows()));
  same(network.path_penalty(theta, scratch), network.path_penalty(other, scratch));
  same(network.dropout_penalty(theta, problem.rows(), scratch),
       network.dropout_penalty(other, problem.rows(), scratch));
  EXPECT_GT(std::abs(dot(theta, theta) / dot(other, other) - 1), 0.05);
}

TEST(Start, IsACornerOfThatOfAWiderNetwork) {
  StartDraw const draw{test_stream("start"), 3, 1};
  WideNetwork narrow(alone(), {{4, 8, 1}, Activation::tanh, true}, Loss::squared);
  WideNetwork wide(alone(), {{4, 20, 1}, Activation::tanh, true}, Loss::squared);
  auto const a = narrow.start(draw), b = wide.start(draw);
  for (std::size_t j = 0; j < 32; ++j) EXPECT_EQ(a[j], b[j]);
  for (std::size_t j = 32; j < 40; ++j) EXPECT_EQ(a[j], 0);  // biases
  for (std::size_t k = 0; k < 8; ++k) EXPECT_DOUBLE_EQ(a[40 + k], b[100 + k] * std::sqrt(20.0 / 8));
}

}  // namespace
