#include "linalg/covariance_operator.hpp"

#include "sample_matrix.hpp"

#include <gtest/gtest.h>

#include <stdexcept>

namespace thresher::linalg {
namespace {

constexpr std::int64_t kSamples = 150;
constexpr std::int64_t kVariables = 70;

class CovarianceOperatorTest : public testing::Test {
 protected:
  DenseMatrix apply(RowStorage storage, DenseMatrix const& panel, double ridge = 0) const {
    TallMatrix const rows(comm_, kSamples, kVariables, storage, normal_rows(kVariables));
    CovarianceOperator const covariance(rows, ridge);
    DenseMatrix result(kVariables, panel.columns());
    covariance.apply(panel.view(), result.view());
    return result;
  }
  mpi::Communicator comm_ = mpi::Communicator::self();
};

TEST_F(CovarianceOperatorTest, IsTheCovarianceWithItsRidge) {
  auto const panel = normal_panel({0, kVariables}, 5);
  auto const expected = product(covariance_of(normal_rows(kVariables), kSamples, kVariables, 0.7), panel);
  EXPECT_LT(relative_difference(apply(RowStorage::stored, panel, 0.7).values(), expected.values()), 1e-14);
}

TEST_F(CovarianceOperatorTest, RegeneratedRowsGiveTheBitsOfStoredOnes) {
  auto const panel = normal_panel({0, kVariables}, 5);
  auto const stored = apply(RowStorage::stored, panel);
  auto const regenerated = apply(RowStorage::implicit, panel);
  EXPECT_TRUE(std::ranges::equal(stored.values(), regenerated.values()));
}

TEST_F(CovarianceOperatorTest, FloatRowsAreRoundedNumbers) {
  auto const panel = normal_panel({0, kVariables}, 5);
  double const difference = relative_difference(apply(RowStorage::stored32, panel).values(),
                                                apply(RowStorage::stored, panel).values());
  EXPECT_GT(difference, 0);
  EXPECT_LT(difference, 1e-6);
}

TEST_F(CovarianceOperatorTest, AColumnDoesNotKnowItsCompany) {
  auto const wide = normal_panel({0, kVariables}, 21);
  auto const all = apply(RowStorage::stored, wide);
  for (std::int64_t width : {1, 2, 3, 7, 8, 11})
    for (std::int64_t first : {std::int64_t{0}, std::int64_t{5}, 21 - width}) {
      DenseMatrix narrow(kVariables, width);
      for (std::int64_t j = 0; j < width; ++j)
        std::ranges::copy(wide.column(first + j), narrow.column(j).begin());
      auto const some = apply(RowStorage::stored, narrow);
      for (std::int64_t j = 0; j < width; ++j)
        EXPECT_TRUE(std::ranges::equal(some.column(j), all.column(first + j))) << width << " from " << first;
    }
}

TEST_F(CovarianceOperatorTest, MapActsOnBothSides) {
  auto const scale = [](MatrixView whole) {
    for (std::int64_t j = 0; j < whole.columns; ++j)
      for (std::int64_t i = 0; i < whole.rows; ++i) whole(i, j) *= 1 + 0.01 * static_cast<double>(i);
  };
  TallMatrix const rows(comm_, kSamples, kVariables, RowStorage::stored, normal_rows(kVariables));
  auto const panel = normal_panel({0, kVariables}, 3);
  DenseMatrix result(kVariables, 3);
  CovarianceOperator(rows, 0.2, scale).apply(panel.view(), result.view());
  auto expected = panel;
  scale(expected.view());
  expected = product(covariance_of(normal_rows(kVariables), kSamples, kVariables, 0.2), expected);
  scale(expected.view());
  EXPECT_LT(relative_difference(result.values(), expected.values()), 1e-14);
}

TEST_F(CovarianceOperatorTest, CountsPassesAndLetsTheHookStopThem) {
  TallMatrix const rows(comm_, kSamples, kVariables, RowStorage::stored, normal_rows(kVariables));
  CovarianceOperator covariance(rows, 0);
  auto const panel = normal_panel({0, kVariables}, 2);
  DenseMatrix result(kVariables, 2);
  covariance.apply(panel.view(), result.view());
  covariance.call_before_pass([] { throw std::runtime_error("enough"); });
  EXPECT_THROW(covariance.apply(panel.view(), result.view()), std::runtime_error);
  EXPECT_EQ(covariance.passes(), 1);
}

}  // namespace
}  // namespace thresher::linalg
