#include "matrix.hpp"

#include "../trials.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>

namespace thresher::spiked_wigner {
namespace {

using trials::mean_of;

class MatrixTest : public testing::Test {
 protected:
  linalg::DenseMatrix draw(Parameters const& point, std::int64_t trial = 0) {
    team_.begin_trial({"matrix\n", trial});
    return own_rows(SpikedMatrix(point, team_));
  }
  mpi::Communicator self_ = mpi::Communicator::self();
  study::Team team_{self_};
};

TEST_F(MatrixTest, IsSymmetric) {
  for (double const theta : {0.0, 3.0}) {
    auto const y = draw(point(301, theta));
    for (std::int64_t i = 0; i < y.rows(); ++i)
      for (std::int64_t j = 0; j < i; ++j) ASSERT_NEAR(y(i, j), y(j, i), 1e-15) << i << " " << j;
  }
}

TEST_F(MatrixTest, DrawnAnewIsTheSameBitForBit) {
  for (std::int64_t const n : {2, 63, 64, 65, 600}) {  // blocks of 64 to 256 rows
    auto implicit = point(n, 1.5);
    implicit.storage = Storage::implicit;
    EXPECT_TRUE(std::ranges::equal(draw(point(n, 1.5)).values(), draw(implicit).values())) << n;
  }
}

TEST_F(MatrixTest, NoiseHasTheVariancesOfTheOrthogonalEnsemble) {
  std::int64_t const n = 400;
  auto const w = draw(point(n, 0));
  std::vector<double> diagonal;
  std::vector<double> below;
  for (std::int64_t i = 0; i < n; ++i) {
    diagonal.push_back(static_cast<double>(n) * w(i, i) * w(i, i));
    for (std::int64_t j = 0; j < i; ++j) below.push_back(static_cast<double>(n) * w(i, j) * w(i, j));
  }
  EXPECT_NEAR(mean_of(diagonal).value, 2, 4 * mean_of(diagonal).error);
  EXPECT_NEAR(mean_of(below).value, 1, 4 * mean_of(below).error);
}

TEST_F(MatrixTest, SignalIsAUnitVectorOfItsOwnStrength) {
  // The same draws with and without signal: the difference is theta v v^T.
  std::int64_t const n = 50;
  auto const with = draw(point(n, 2.5));
  auto const without = draw(point(n, 0));
  team_.begin_trial({"matrix\n", 0});
  SpikedMatrix const matrix(point(n, 2.5), team_);
  auto const v = matrix.own_signal().column(0);
  double norm = 0;
  for (double const entry : v) norm += entry * entry;
  EXPECT_NEAR(norm, 1, 1e-14);
  for (std::int64_t i = 0; i < n; ++i)
    for (std::int64_t j = 0; j < n; ++j)
      EXPECT_NEAR(with(i, j) - without(i, j),
                  2.5 * v[static_cast<std::size_t>(i)] * v[static_cast<std::size_t>(j)], 1e-14);
}

}  // namespace
}  // namespace thresher::spiked_wigner
