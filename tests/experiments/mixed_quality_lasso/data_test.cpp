#include "experiments/mixed_quality_lasso/model/setting.hpp"
#include "trials.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <set>

namespace thresher::mixed_quality_lasso {
namespace {

using testing::Trials;

class Data : public ::testing::Test {
 protected:
  mpi::Communicator comm = mpi::Communicator::self();
  Trials trials{comm};
};

TEST_F(Data, FollowTheirStreams) {
  Parameters point{.p = 300, .s = 5, .n1 = 7, .n2 = 9, .sigma2 = 2, .signal = Signal::signed_values};
  auto const data = trials.data(point, 3);
  auto const design = trials.team().stream("DESIGN");
  auto const noise = trials.team().stream("NOISE");
  auto const sign = trials.team().stream("SIGN");
  auto const& support = data->data_set().support();
  ASSERT_EQ(support.size(), 5u);
  EXPECT_TRUE(std::is_sorted(support.begin(), support.end()));
  EXPECT_EQ(std::set(support.begin(), support.end()).size(), 5u);
  for (std::size_t j = 0; j < 5; ++j) EXPECT_EQ(data->data_set().signs()[j], sign.sign({}, j));

  auto const setting = realise(point);
  auto const z = data->data_set().noise(setting);
  auto const y = data->data_set().response(setting, 1.5);
  ASSERT_EQ(y.size(), 16u);
  for (std::size_t i = 0; i < 16; ++i) {
    bool const high = i < 7;
    std::uint64_t const id = high ? i : (std::uint64_t{1} << 31) + i - 7;
    EXPECT_EQ(z[i], (high ? 0.25 : 2.0) * noise.normal({}, id));
    double signal = 0;
    for (std::size_t j = 0; j < 5; ++j)
      signal += data->data_set().signs()[j] * design.normal({id}, support[j]);
    EXPECT_NEAR(y[i], 1.5 * signal + z[i], 1e-12);
  }
}

TEST_F(Data, ColumnsAreTheSameStoredAndRegenerated) {
  Parameters point;
  point.p = 101;
  auto const data = trials.data(point, 0);
  auto const design = trials.team().stream("DESIGN");
  std::vector<std::int64_t> const which{0, 1, 5, 63, 64, 100};
  for (auto const storage : {Storage::dense, Storage::regenerate}) {
    std::size_t seen = 0;
    data->data_set().columns().visit(
        which, storage, [&](std::size_t first, std::span<double const* const> pointers) {
          for (std::size_t k = 0; k < pointers.size(); ++k, ++seen) {
            auto const column = static_cast<std::uint64_t>(which[first + k]);
            EXPECT_EQ(pointers[k][0], design.normal({0}, column));
            EXPECT_EQ(pointers[k][99], design.normal({99}, column));
            EXPECT_EQ(pointers[k][100], design.normal({std::uint64_t{1} << 31}, column));
            EXPECT_EQ(pointers[k][199], design.normal({(std::uint64_t{1} << 31) + 99}, column));
          }
        });
    EXPECT_EQ(seen, which.size());
  }
}

// Under common random numbers one generation at the largest size serves nested points: a point's results are
// the bits that it would have alone.
TEST_F(Data, NestedPointsHaveTheBitsOfAPointAlone) {
  std::vector<Parameters> points;
  for (auto const estimator : {Estimator::lasso, Estimator::pdw, Estimator::lasso_path, Estimator::amp,
                               Estimator::omp, Estimator::max_corr, Estimator::ml_swap})
    for (auto const& [n1, n2, sigma2] :
         {std::tuple(70, 90, 1.0), std::tuple(100, 80, 1.0), std::tuple(40, 120, 2.0)}) {
      Parameters point{.p = 150,
                       .s = 4,
                       .n1 = n1,
                       .n2 = n2,
                       .sigma2 = sigma2,
                       .estimator = estimator,
                       .weighting = Weighting::interference};
      points.push_back(point);
    }
  auto const shared = trials.data(points, 1);
  for (auto const& point : points) {
    auto const together = trials.measure(*shared, point);
    auto const alone = trials.run(point, 1);
    EXPECT_EQ(together.noise_power, alone.noise_power);
    for (auto const metric : {&Metrics::mse, &Metrics::linf_error, &Metrics::dual_max, &Metrics::pdw_v,
                              &Metrics::cond_success_prob, &Metrics::lambda_best, &Metrics::ml_excess})
      if (!std::isnan(alone.*metric)) {
        EXPECT_EQ(together.*metric, alone.*metric);
      }
  }
}

TEST_F(Data, RecycledMemoryDoesNotLeakIntoTheNextTrial) {
  Parameters point;
  auto const first = trials.run(point, 5);
  point.p = 300;
  trials.run(point, 6);
  point.p = 512;
  auto const again = trials.run(point, 5);
  EXPECT_EQ(first.mse, again.mse);
}

}  // namespace
}  // namespace thresher::mixed_quality_lasso
