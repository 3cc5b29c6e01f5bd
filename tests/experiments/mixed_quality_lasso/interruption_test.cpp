#include "../services.hpp"
#include "trials.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <vector>

namespace thresher::mixed_quality_lasso {
namespace {

using testing::Trials;
using thresher::trials::MemoryServices;

Parameters small(Estimator estimator) {
  auto point = testing::fixed_lambda(estimator, Weighting::agnostic, 0.3);
  point.p = 200;
  point.s = 6;
  point.n1 = 60;
  point.n2 = 40;
  return point;
}

std::vector<Parameters> long_analyses() {
  std::vector<Parameters> points;
  for (auto const estimator :
       {Estimator::lasso, Estimator::lasso_path, Estimator::amp, Estimator::omp, Estimator::ml_swap})
    points.push_back(small(estimator));
  points.push_back(small(Estimator::lasso));
  points.back().storage = Storage::regenerate;
  points.push_back(small(Estimator::lasso));
  points.back().solver = Solver::fista;
  points.push_back(small(Estimator::pdw));
  points.back().iso_level = 0.5;
  points.back().iso_draws = 2;
  return points;
}

TEST(Interruption, EndsEveryLongAnalysis) {
  auto const comm = mpi::Communicator::self();
  Trials trials(comm);
  for (auto const& point : long_analyses()) {
    auto const data = trials.data(point, 0);
    MemoryServices services;
    services.stop_at = 0;
    trials.team().set_services(&services);
    EXPECT_THROW(trials.measure(*data, point), study::Interrupted);
    trials.team().set_services(nullptr);
    trials.measure(*data, point);  // and nothing is left of it
  }
}

TEST(Interruption, ProgressGrowsToItsEnd) {
  auto const comm = mpi::Communicator::self();
  Trials trials(comm);
  for (auto const estimator : {Estimator::lasso, Estimator::lasso_path, Estimator::omp}) {
    auto const point = small(estimator);
    auto const data = trials.data(point, 0);
    MemoryServices services;
    trials.team().set_services(&services);
    trials.measure(*data, point);
    trials.team().set_services(nullptr);
    ASSERT_FALSE(services.parts.empty());
    EXPECT_TRUE(std::is_sorted(services.parts.begin(), services.parts.end()));
    EXPECT_GT(services.parts.back(), 0.5);
  }
}

}  // namespace
}  // namespace thresher::mixed_quality_lasso
