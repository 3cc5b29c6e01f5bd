#include "prox/minimise_smooth.hpp"

#include "linalg/dense_matrix.hpp"
#include "mpi/communicator.hpp"
#include "mpi/fixed_order_sum.hpp"

#include <gtest/gtest.h>

#include <bit>
#include <cmath>
#include <cstdint>
#include <limits>
#include <span>
#include <stdexcept>
#include <vector>

namespace {

using namespace thresher;
constexpr double kNoValue = std::numeric_limits<double>::infinity();

mpi::Communicator const& smooth_team() {
  static auto const comm = mpi::Communicator::duplicate(MPI_COMM_WORLD);
  return comm;
}

prox::SmoothMinimum minimise(std::vector<double> const& start, prox::SmoothObjective const& objective,
                             prox::SmoothOptions options = {}) {
  options.prefix = "test_smooth_";
  return prox::minimise_smooth(smooth_team(), start, objective, options);
}

/// sum_i 100 (x_2i+1 - x_2i^2)^2 + (1 - x_2i)^2, whose minimum is 0 at (1, ..., 1).
double rosenbrock(std::span<double const> x, std::span<double> gradient) {
  double value = 0;
  for (std::size_t i = 0; i + 1 < x.size(); i += 2) {
    double const miss = x[i + 1] - x[i] * x[i];
    value += 100 * miss * miss + (1 - x[i]) * (1 - x[i]);
    gradient[i] = -400 * x[i] * miss - 2 * (1 - x[i]);
    gradient[i + 1] = 200 * miss;
  }
  return value;
}

TEST(MinimiseSmooth, FollowsACurvedValley) {
  std::vector<double> start(20, 1.0);
  for (std::size_t i = 0; i < start.size(); i += 2) start[i] = -1.2;
  auto const found = minimise(start, rosenbrock, {.tolerance = 1e-10});
  EXPECT_TRUE(found.converged);
  EXPECT_LE(found.largest_gradient, 1e-10);
  for (double const x : found.x) EXPECT_NEAR(x, 1, 1e-9);
}

/// x - log x summed, of which the logarithm ends at 0: the first steps from far leave its domain.
double barrier(std::span<double const> x, std::span<double> gradient, double outside) {
  double value = 0;
  for (std::size_t i = 0; i < x.size(); ++i) {
    if (x[i] <= 0) return outside;
    double const weight = static_cast<double>(i) + 1;
    value += weight * (x[i] - std::log(x[i]));
    gradient[i] = weight * (1 - 1 / x[i]);
  }
  return value;
}

TEST(MinimiseSmooth, SurvivesTrialsWithoutAValue) {
  for (double const outside : {kNoValue, -kNoValue, std::numeric_limits<double>::quiet_NaN()}) {
    int left = 0;
    auto const found = minimise({30, 0.01, 5, 400}, [&](auto x, auto gradient) {
      double const value = barrier(x, gradient, outside);
      if (!std::isfinite(value)) ++left;
      return value;
    });
    EXPECT_TRUE(found.converged);
    EXPECT_GT(left, 0) << "the test asks nothing";
    for (double const x : found.x) EXPECT_NEAR(x, 1, 1e-8);
  }
}

TEST(MinimiseSmooth, NearsAMinimumWhoseValueIsLargerThanItsDigits) {
  // With a value of 1e6 the differences vanish below a gradient of about 1e-5.
  auto const found = minimise({3, -2, 1},
                              [](auto x, auto gradient) {
                                double value = 1e6;
                                for (std::size_t i = 0; i < x.size(); ++i) {
                                  double const curvature = 1 + 10 * static_cast<double>(i);
                                  value += curvature * (std::cosh(x[i] - 0.5) - 1);
                                  gradient[i] = curvature * std::sinh(x[i] - 0.5);
                                }
                                return value;
                              },
                              {.tolerance = 1e-11});
  EXPECT_TRUE(found.converged);
  for (double const x : found.x) EXPECT_NEAR(x, 0.5, 1e-11);
}

/// Least squares whose rows are spread over the team.
struct SpreadRegression {
  static constexpr std::int64_t kRows = 60, kColumns = 12;
  mpi::FixedOrderSum add{smooth_team(), kRows, 8};

  double operator()(std::span<double const> x, std::span<double> gradient) const {
    std::vector<double> sums(x.size() + 1);
    add(
        [&](mpi::Range rows, std::span<double> partial) {
          for (auto i = rows.begin; i < rows.end; ++i) {
            double residual = -std::sin(static_cast<double>(i));
            for (std::int64_t j = 0; j < kColumns; ++j)
              residual += entry(i, j) * x[static_cast<std::size_t>(j)];
            partial[x.size()] += residual * residual / 2;
            for (std::int64_t j = 0; j < kColumns; ++j)
              partial[static_cast<std::size_t>(j)] += residual * entry(i, j);
          }
        },
        sums);
    std::copy_n(sums.begin(), x.size(), gradient.begin());
    return sums.back();
  }
  static double entry(std::int64_t i, std::int64_t j) {
    return std::cos(static_cast<double>(i * (j + 1)) * 0.7 + static_cast<double>(j * j));
  }
};

TEST(MinimiseSmooth, SolvesLeastSquaresWithTheSameBitsOnEveryTeam) {
  SpreadRegression const spread_regression;
  auto const found =
      minimise(std::vector<double>(SpreadRegression::kColumns, 0.0), spread_regression, {.tolerance = 1e-10});
  EXPECT_TRUE(found.converged);
  linalg::DenseMatrix a(SpreadRegression::kRows, SpreadRegression::kColumns), b(SpreadRegression::kRows, 1);
  for (std::int64_t i = 0; i < SpreadRegression::kRows; ++i) {
    b(i, 0) = std::sin(static_cast<double>(i));
    for (std::int64_t j = 0; j < SpreadRegression::kColumns; ++j) a(i, j) = SpreadRegression::entry(i, j);
  }
  linalg::gels(a.view(), b.view());
  for (std::int64_t j = 0; j < SpreadRegression::kColumns; ++j)
    EXPECT_NEAR(found.x[static_cast<std::size_t>(j)], b(j, 0), 1e-9);

  // The same on this process alone.
  auto const self = mpi::Communicator::self();
  SpreadRegression const alone{mpi::FixedOrderSum(self, SpreadRegression::kRows, 8)};
  auto const own = prox::minimise_smooth(self, std::vector<double>(SpreadRegression::kColumns, 0.0), alone,
                                         {.tolerance = 1e-10, .prefix = "test_smooth_"});
  EXPECT_EQ(own.evaluations, found.evaluations);
  for (std::size_t j = 0; j < found.x.size(); ++j)
    EXPECT_EQ(std::bit_cast<std::uint64_t>(own.x[j]), std::bit_cast<std::uint64_t>(found.x[j]));
}

TEST(MinimiseSmooth, StopsWhereItIsToldTo) {
  auto const few = minimise({-1.2, 1}, rosenbrock, {.max_iterations = 3});
  EXPECT_FALSE(few.converged);
  EXPECT_EQ(few.iterations, 3);
  int asked = 0;
  auto const stopped = minimise({-1.2, 1}, rosenbrock, {.stopping = [&] { return ++asked == 2; }});
  EXPECT_TRUE(stopped.stopped);
  EXPECT_FALSE(stopped.converged);
  auto const there = minimise({1, 1}, rosenbrock);
  EXPECT_TRUE(there.converged);
  EXPECT_EQ(there.evaluations, 1);
}

TEST(MinimiseSmooth, ThrowsWhatTheObjectiveThrows) {
  struct Failure : std::runtime_error {
    Failure() : std::runtime_error("no further") {}
  };
  int calls = 0;
  EXPECT_THROW(minimise({-1.2, 1},
                        [&](auto x, auto gradient) {
                          if (++calls == 4) throw Failure();
                          return rosenbrock(x, gradient);
                        }),
               Failure);
  EXPECT_THROW(minimise({1.0}, [](auto, auto) { return kNoValue; }), std::invalid_argument);
}

}  // namespace
