#include "experiments/implicit_regularization/theory/early_stopping.hpp"

#include "experiments/implicit_regularization/theory/step_size.hpp"
#include "experiments/implicit_regularization/theory/stopped_descent.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <random>
#include <vector>

namespace thresher::implicit_regularization {
namespace {

TEST(StoppedDescent, PenaltyOfTwoEigenvalues) {
  StoppedDescent const descent{0.1, 10};
  EXPECT_NEAR(descent.penalty(1), 0.53533993, 5e-9);
  EXPECT_NEAR(descent.penalty(0.5), 0.74606536, 5e-9);
  EXPECT_DOUBLE_EQ(descent.penalty(0), 1);
}

TEST(StoppedDescent, IsWhatTheIterationDoes) {
  for (double const s : {1e-9, 0.3, 2.5, 14.0}) {  // eta s beyond 1 as well
    StoppedDescent const descent{0.1, 25};
    double theta = 0;  // towards 1 along this eigenvector
    for (int step = 0; step < 25; ++step) theta += 0.1 * s * (1 - theta);
    EXPECT_NEAR(descent.shrinkage(s), theta, 1e-13 * std::abs(theta));
    EXPECT_NEAR(descent.filter(s) * s, theta, 1e-13 * std::abs(theta));
    // theta minimises s (theta - 1)^2 / 2 + penalty theta^2 / 2.
    if (s < 10) {
      EXPECT_NEAR((s + descent.penalty(s)) * theta, s, 1e-12 * s);
    }
  }
  EXPECT_DOUBLE_EQ(StoppedDescent({0.1, 25}).filter(0), 2.5);
}

TEST(StoppedDescent, ManyStepsUnderflowToNoPenalty) {
  StoppedDescent const descent{0.01, 1e7};
  EXPECT_EQ(descent.penalty(1), 0);
  EXPECT_EQ(descent.shrinkage(1), 1);
}

TEST(ScalarPenalty, IsLeastSquaresOnTheDeviation) {
  StoppedDescent const descent{0.05, 30};
  std::vector<double> const s{0.2, 0.9, 2.1}, z{1.5, -0.7, 0.4};
  std::vector<double> squares;
  double product = 0, weights = 0, gradient = 0;
  for (std::size_t j = 0; j < s.size(); ++j) {
    squares.push_back(z[j] * z[j]);
    double const theta = descent.shrinkage(s[j]) * z[j];
    double const b = s[j] * (z[j] - theta);
    product += theta * b;
    weights += theta * theta;
    gradient += b * b;
  }
  auto const fit = scalar_penalty(descent, s, squares);
  EXPECT_NEAR(fit.coefficient, product / weights, 1e-14);
  EXPECT_NEAR(fit.explained, product * product / weights / gradient, 1e-14);
}

LinearPopulation population(double n, double d, double beta_scale) {
  return {n, d, beta_scale * beta_scale, 1};
}

TEST(ScalarPenalty, AsymptoticReferenceValues) {
  struct Reference {
    double n, d, steps, coefficient, explained;
  };
  for (auto const& each :
       {Reference{1000, 10, 10, 9.44823, 0.999968}, Reference{1000, 10, 500, 0.0071191, 0.864674},
        Reference{400, 200, 10, 9.04112, 0.998680}, Reference{400, 200, 100, 0.447945, 0.859205},
        Reference{400, 200, 400, 0.0364349, 0.384396}, Reference{100, 200, 100, 0.263535, 0.615428}}) {
    auto const fit = scalar_penalty({0.01, each.steps}, population(each.n, each.d, 3));
    EXPECT_NEAR(fit.coefficient, each.coefficient, 8e-6 * each.coefficient);
    EXPECT_NEAR(fit.explained, each.explained, 6e-7);
  }
}

TEST(ScalarPenalty, FewStepsAreARidge) {
  auto const fit = scalar_penalty({1e-6, 10}, population(400, 200, 3));
  EXPECT_NEAR(fit.coefficient * 1e-5, 1, 1e-4);
}

TEST(TypicalEigenvalues, OfFourInputsAndEightRows) {
  auto const s = typical_eigenvalues(8, 4);
  ASSERT_EQ(s.size(), 4);
  double const expected[] = {0.237726, 0.593134, 1.121404, 1.970926};
  for (std::size_t j = 0; j < 4; ++j) EXPECT_NEAR(s[j], expected[j], 6e-7);
}

TEST(TypicalEigenvalues, HaveTheMomentsOfTheLaw) {
  for (auto const& [n, d] : {std::pair<std::int64_t, std::int64_t>{500, 100}, {300, 300}, {100, 250}}) {
    auto const s = typical_eigenvalues(n, d);
    ASSERT_EQ(s.size(), static_cast<std::size_t>(std::min(n, d)));
    double mean = 0;
    for (double const each : s) mean += each / static_cast<double>(d);
    EXPECT_NEAR(mean, 1, 3e-3);  // zeros included
  }
}

TEST(MatrixError, ReferenceValues) {
  auto const error = [](std::int64_t runs) {
    return matrix_error({0.01, 100}, population(100, 50, 1), runs);
  };
  EXPECT_NEAR(error(10), 0.930602, 6e-7);
  EXPECT_NEAR(error(25), 0.789078, 6e-7);
  EXPECT_NEAR(error(40), 0.543620, 6e-7);
  EXPECT_NEAR(error(49), 0.182293, 6e-7);
  EXPECT_EQ(error(50), 0);
  EXPECT_EQ(error(80), 0);
}

TEST(MatrixError, RunsThatSpanAllRowsLeaveTheirComplement) {
  StoppedDescent const descent{0.01, 100};
  auto const all = matrix_error(descent, population(30, 50, 1), 30);
  double squares = 0;
  for (double const s : typical_eigenvalues(30, 50)) squares += descent.penalty(s) * descent.penalty(s);
  squares += 20;  // 1 / (eta t) = 1, twenty times
  EXPECT_NEAR(all, std::sqrt(20 / squares), 1e-12);
  EXPECT_GT(matrix_error(descent, population(30, 50, 1), 29), all);
}

TEST(StepSizeRatio, IsTheOneStepAgainstTheFlow) {
  double const eta = 0.2;
  std::vector<double> const s{0.1, 0.8, 3}, gradient{0.4, -1, 2};
  std::vector<double> energy;
  double product = 0, square = 0;
  for (std::size_t j = 0; j < s.size(); ++j) {
    energy.push_back(gradient[j] * gradient[j]);
    // The flow goes (exp(-eta s) - 1) / s along the gradient, the step -eta.
    double const b = ((std::exp(-eta * s[j]) - 1) / s[j] + eta) / eta * gradient[j];
    double const column = s[j] * gradient[j];
    product += b * column;
    square += column * column;
  }
  EXPECT_NEAR(step_size_ratio(eta, s, energy), product / square / (eta / 2), 1e-12);
}

TEST(StepSizeRatio, TendsToOne) {
  std::vector<double> const s{1}, energy{1};
  EXPECT_NEAR(step_size_ratio(1e-10, s, energy), 1 - 1e-10 / 3, 1e-15);
  // Series and closed form meet.
  EXPECT_NEAR(step_size_ratio(0.1 - 1e-9, s, energy), step_size_ratio(0.1 + 1e-9, s, energy), 1e-9);
}

}  // namespace
}  // namespace thresher::implicit_regularization
