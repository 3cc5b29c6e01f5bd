#include "experiments/mixed_quality_lasso/estimators/iso_recovery.hpp"
#include "experiments/mixed_quality_lasso/theory/predictions.hpp"
#include "trials.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <vector>

namespace thresher::mixed_quality_lasso {
namespace {

using testing::Trials;

Parameters iso_point(Weighting weighting) {
  auto point = testing::witness_reference(weighting);
  point.n2 = 1024;
  point.iso_level = 0.5;
  return point;
}

TEST(IsoRecovery, ReferenceValues) {
  auto const comm = mpi::Communicator::self();
  struct Reference {
    Weighting weighting;
    double rows, error, price;
  };
  for (auto const& reference : {Reference{Weighting::interference, 194.9, 2.6, 1.613},
                                Reference{Weighting::agnostic, 241.6, 2.8, 1.739}}) {
    Trials trials(comm);
    auto const point = iso_point(reference.weighting);
    std::vector<double> rows;
    std::vector<double> prices;
    for (int trial = 0; trial < 6; ++trial) {
      auto const metrics = trials.run(point, trial);
      rows.push_back(metrics.iso_n2);
      prices.push_back(metrics.iso_price);
    }
    auto const mean = testing::mean_of(rows);
    EXPECT_NEAR(mean.value, reference.rows, 4 * std::hypot(mean.error, reference.error));
    auto const price = testing::mean_of(prices);
    EXPECT_NEAR(price.value, reference.price, 4 * price.error);
    Predictions theory;
    predict_iso(point, theory);
    EXPECT_NEAR(mean.value, theory.iso_n2_theory, 4 * mean.error + 0.03 * theory.iso_n2_theory);
  }
}

// A trial is one bisection on the data sets t iso_draws + d, whatever the company.
TEST(IsoRecovery, AveragesTheWitnessOfItsDraws) {
  auto const comm = mpi::Communicator::self();
  Trials trials(comm);
  auto point = iso_point(Weighting::interference);
  point.iso_draws = 3;
  point.n1 = 300;
  auto const metrics = trials.run(point, 2);
  auto const mean_at = [&](std::int64_t n2) {
    double sum = 0;
    for (std::int64_t d = 0; d < 3; ++d) {
      auto single = point;
      single.iso_level = 0;
      single.n2 = n2;
      sum += trials.run(single, 6 + d).cond_success_prob;
    }
    return sum / 3;
  };
  auto const below = static_cast<std::int64_t>(std::floor(metrics.iso_n2));
  EXPECT_LT(mean_at(below), 0.5);
  EXPECT_GE(mean_at(below + 1), 0.5);

  std::vector<Parameters> points{point, point, point};
  points[0].n1 = 350;
  points[2].iso_draws = 5;
  auto const shared = trials.data(points, 2);
  EXPECT_EQ(trials.measure(*shared, points[1]).iso_n2, metrics.iso_n2);
  EXPECT_EQ(trials.measure(*shared, points[1]).iso_price, metrics.iso_price);
}

TEST(IsoRecovery, PriceNeedsBothSides) {
  auto const comm = mpi::Communicator::self();
  Trials trials(comm);
  auto point = iso_point(Weighting::interference);
  point.iso_draws = 2;
  point.n1 = 0;
  auto const none = trials.run(point, 0);
  EXPECT_TRUE(std::isnan(none.iso_price));
  point.n1 = 1000;
  auto const enough = trials.run(point, 0);
  EXPECT_EQ(enough.iso_n2, 0);
  EXPECT_TRUE(std::isnan(enough.iso_price));
}

}  // namespace
}  // namespace thresher::mixed_quality_lasso
