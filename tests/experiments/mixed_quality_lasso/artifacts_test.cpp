#include "../services.hpp"
#include "trials.hpp"

#include <gtest/gtest.h>

#include <algorithm>

namespace thresher::mixed_quality_lasso {
namespace {

using testing::Trials;

class Artifacts : public ::testing::Test {
 protected:
  void SetUp() override {
    keeper.wanted = {"support", "betahat", "correlations", "path"};
    trials.team().set_services(&keeper);
  }
  mpi::Communicator comm = mpi::Communicator::self();
  Trials trials{comm};
  thresher::trials::MemoryServices keeper;
};

TEST_F(Artifacts, EstimateSupportAndCorrelationsAgreeWithTheMetrics) {
  Parameters point;
  point.lambda_scale = 0.4;
  auto const data = trials.data(point, 0);
  auto const metrics = trials.measure(*data, point);
  auto const& support = keeper.artifacts.at("support").values;
  ASSERT_EQ(support.size(), 8u);
  auto const& estimate = keeper.artifacts.at("betahat");
  ASSERT_EQ(estimate.extents.size(), 2u);
  double false_positives = 0;
  for (std::int64_t k = 0; k < estimate.extents[0]; ++k)
    false_positives +=
        std::find(support.begin(), support.end(), estimate.values[2 * k]) == support.end() ? 1 : 0;
  EXPECT_EQ(false_positives, metrics.n_false_pos);
  EXPECT_EQ(static_cast<double>(estimate.extents[0]), false_positives + 8 - metrics.n_false_neg);

  auto const& histogram = keeper.artifacts.at("correlations");
  double total = 0;
  for (std::int64_t bin = 0; bin < histogram.extents[0]; ++bin) total += histogram.values[2 * bin + 1];
  EXPECT_EQ(total, 512);
  // Active coefficients sit at the ends.
  auto const last = static_cast<std::size_t>(histogram.extents[0] - 1);
  EXPECT_GE(histogram.values[1] + histogram.values[2 * last + 1], static_cast<double>(estimate.extents[0]));
}

TEST_F(Artifacts, PathHasARowPerPenalty) {
  Parameters point{.estimator = Estimator::lasso_path, .n_lambda = 10, .lambda_min_ratio = 0.3};
  auto const metrics = trials.run(point, 0);
  auto const& path = keeper.artifacts.at("path");
  EXPECT_EQ(path.extents, (std::vector<std::int64_t>{9, 5}));
  double hits = 0;
  double last = 1e300;
  for (std::size_t k = 0; k < 9; ++k) {
    auto const* const row = path.values.data() + 5 * k;
    EXPECT_LT(row[0], last);
    last = row[0];
    EXPECT_EQ(row[1], row[2] + row[3]);
    EXPECT_LE(row[4], 1e-9);
    hits += row[2] == 8 && row[3] == 0 ? 1 : 0;
  }
  EXPECT_NEAR(path.values[0] / last, 1 / std::pow(0.3, 8.0 / 9), 1e-9);
  EXPECT_EQ(hits, metrics.path_hits);
}

TEST_F(Artifacts, LongFitsStopWhenTheRunWantsToEnd) {
  keeper.stop_at = 0;
  Parameters point;
  EXPECT_THROW(trials.run(point, 0), study::Interrupted);
}

}  // namespace
}  // namespace thresher::mixed_quality_lasso
