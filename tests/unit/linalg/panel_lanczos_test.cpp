#include "linalg/panel_lanczos.hpp"

#include "linalg/covariance_operator.hpp"
#include "sample_matrix.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <stdexcept>

namespace thresher::linalg {
namespace {

constexpr std::int64_t kWide = 120;

class PanelLanczosTest : public testing::TestWithParam<int> {
 protected:
  mpi::Communicator comm_ = mpi::Communicator::self();
};

double root(double x) {
  return std::sqrt(x);
}

TEST_P(PanelLanczosTest, SquareRootAgreesWithTheEigendecomposition) {
  std::int64_t const n = GetParam();
  TallMatrix const rows(comm_, n, kWide, RowStorage::stored, normal_rows(kWide));
  CovarianceOperator const covariance(rows, 0);
  auto const seeds = normal_panel({0, kWide}, 4);
  PanelLanczos lanczos(covariance, seeds.view(), {.tolerance = 1e-4});
  lanczos.run(root);
  EXPECT_TRUE(lanczos.converged());
  DenseMatrix result(kWide, 4);
  lanczos.function_times_seeds(result.view());
  auto const exact = product(function_of(covariance_of(normal_rows(kWide), n, kWide), root), seeds);
  EXPECT_LT(relative_difference(result.values(), exact.values()), 1e-3);
}
INSTANTIATE_TEST_SUITE_P(Loads, PanelLanczosTest, testing::Values(12, 60, 120, 240, 960));

TEST_F(PanelLanczosTest, FewExamplesMeanAnInvariantSpace) {
  for (std::int64_t n : {1, 2, 3}) {
    TallMatrix const rows(comm_, n, kWide, RowStorage::stored, normal_rows(kWide));
    CovarianceOperator const covariance(rows, 0);
    auto const seeds = normal_panel({0, kWide}, 3);
    PanelLanczos lanczos(covariance, seeds.view(), {});
    lanczos.run(root);
    EXPECT_TRUE(lanczos.converged());
    for (std::int64_t i = 0; i < 3; ++i) EXPECT_EQ(lanczos.steps(i), n + 1);
    DenseMatrix result(kWide, 3);
    lanczos.function_times_seeds(result.view());
    auto const exact = product(function_of(covariance_of(normal_rows(kWide), n, kWide), root), seeds);
    EXPECT_LT(relative_difference(result.values(), exact.values()), 1e-6);
  }
}

TEST_F(PanelLanczosTest, IdentityFunctionTakesTwoSteps) {
  TallMatrix const rows(comm_, 240, kWide, RowStorage::stored, normal_rows(kWide));
  CovarianceOperator const covariance(rows, 0);
  auto const seeds = normal_panel({0, kWide}, 2);
  PanelLanczos lanczos(covariance, seeds.view(), {.max_steps = 2});
  lanczos.run([](double x) { return x; });
  DenseMatrix result(kWide, 2);
  lanczos.function_times_seeds(result.view());
  auto const exact = product(covariance_of(normal_rows(kWide), 240, kWide), seeds);
  EXPECT_LT(relative_difference(result.values(), exact.values()), 1e-13);
}

TEST_F(PanelLanczosTest, SquareRootTwiceIsTheMatrixWithItsRidge) {
  TallMatrix const rows(comm_, 240, kWide, RowStorage::stored, normal_rows(kWide));
  CovarianceOperator const covariance(rows, 0);
  auto panel = normal_panel({0, kWide}, 2);
  auto const exact = product(covariance_of(normal_rows(kWide), 240, kWide, 0.3), panel);
  for (int twice = 0; twice < 2; ++twice) {
    PanelLanczos lanczos(covariance, panel.view(), {.tolerance = 1e-10});
    lanczos.run([](double x) { return std::sqrt(x + 0.3); });
    lanczos.function_times_seeds(panel.view());
  }
  EXPECT_LT(relative_difference(panel.values(), exact.values()), 1e-8);
}

TEST_F(PanelLanczosTest, NormOfARootIsExactAtEveryStep) {
  TallMatrix const rows(comm_, 60, kWide, RowStorage::stored, normal_rows(kWide));
  CovarianceOperator const covariance(rows, 0);
  auto const seeds = normal_panel({0, kWide}, 1);
  auto const image = product(covariance_of(normal_rows(kWide), 60, kWide), seeds);
  double form = 0;
  for (std::int64_t j = 0; j < kWide; ++j) form += seeds(j, 0) * image(j, 0);
  PanelLanczos lanczos(covariance, seeds.view(), {.max_steps = 4});
  lanczos.run(root);
  EXPECT_FALSE(lanczos.converged());
  DenseMatrix result(kWide, 1);
  lanczos.function_times_seeds(result.view());
  double norm = 0;
  for (double const value : result.values()) norm += value * value;
  EXPECT_NEAR(norm / form, 1, 1e-12);
}

TEST_F(PanelLanczosTest, ASeedDoesNotKnowItsCompany) {
  TallMatrix const rows(comm_, 90, kWide, RowStorage::stored, normal_rows(kWide));
  CovarianceOperator const covariance(rows, 0);
  auto const seeds = normal_panel({0, kWide}, 9);
  PanelLanczos together(covariance, seeds.view(), {});
  together.run(root);
  DenseMatrix all(kWide, 9);
  together.function_times_seeds(all.view());
  PanelLanczos alone(covariance, seeds.columns_from(4, 1), {});
  alone.run(root);
  DenseMatrix one(kWide, 1);
  alone.function_times_seeds(one.view());
  EXPECT_TRUE(std::ranges::equal(one.column(0), all.column(4)));
}

TEST_F(PanelLanczosTest, QuadratureGivesTheTrace) {
  TallMatrix const rows(comm_, 240, kWide, RowStorage::stored, normal_rows(kWide));
  CovarianceOperator const covariance(rows, 0);
  auto const seeds = normal_panel({0, kWide}, 64);
  PanelLanczos lanczos(covariance, seeds.view(), {});
  lanczos.run(root);
  double mean = 0;
  for (std::int64_t i = 0; i < lanczos.seeds(); ++i) mean += lanczos.quadratic_form(i) / 64;
  auto const exact = function_of(covariance_of(normal_rows(kWide), 240, kWide), root);
  double trace = 0;
  for (std::int64_t j = 0; j < kWide; ++j) trace += exact(j, j) / static_cast<double>(kWide);
  EXPECT_NEAR(mean, trace, 0.01);
}

TEST_F(PanelLanczosTest, ContinuesFromAKeptState) {
  TallMatrix const rows(comm_, 90, kWide, RowStorage::stored, normal_rows(kWide));
  CovarianceOperator covariance(rows, 0);
  auto const seeds = normal_panel({0, kWide}, 3);
  PanelLanczos whole(covariance, seeds.view(), {});
  whole.run(root);
  DenseMatrix expected(kWide, 3);
  whole.function_times_seeds(expected.view());

  int passes_left = 7;
  covariance.call_before_pass([&] {
    if (passes_left-- == 0) throw std::runtime_error("interrupted");
  });
  PanelLanczos first(covariance, seeds.view(), {});
  EXPECT_THROW(first.run(root), std::runtime_error);
  bytes::Writer writer;
  first.save(writer);
  auto const bytes = writer.take();

  PanelLanczos second(covariance, seeds.view(), {});
  bytes::Reader reader(bytes);
  second.load(reader);
  second.run(root);
  DenseMatrix continued(kWide, 3);
  second.function_times_seeds(continued.view());
  EXPECT_TRUE(std::ranges::equal(continued.values(), expected.values()));
}

TEST_F(PanelLanczosTest, ATornStateIsAnError) {
  TallMatrix const rows(comm_, 90, kWide, RowStorage::stored, normal_rows(kWide));
  CovarianceOperator const covariance(rows, 0);
  auto const seeds = normal_panel({0, kWide}, 1);
  PanelLanczos lanczos(covariance, seeds.view(), {});
  lanczos.run(root);
  bytes::Writer writer;
  lanczos.save(writer);
  auto bytes = writer.take();
  bytes.resize(bytes.size() - 8);
  bytes::Reader reader(bytes);
  PanelLanczos other(covariance, seeds.view(), {});
  EXPECT_THROW(other.load(reader), std::runtime_error);
}

}  // namespace
}  // namespace thresher::linalg
