#include "../trials.hpp"
#include "experiments/new_experiment/experiment.hpp"

#include <gtest/gtest.h>

namespace thresher::new_experiment {
namespace {

TEST(Risk, IsThatOfTheory) {
  auto const self = mpi::Communicator::self();
  study::Team team(self);
  Experiment const experiment;
  for (double const shrinkage : {0.0, 0.3, 1.0}) {
    Parameters const point{.n = 20, .signal = 0.4, .shrinkage = shrinkage};
    std::vector<double> errors;
    std::vector<double> squares;
    for (std::int64_t trial = 0; trial < 2000; ++trial) {
      auto const measured = trials::run_trial(experiment, point, team, trial);
      errors.push_back(measured.estimate - point.signal);
      squares.push_back(measured.squared_error);
    }
    Predictions theory;
    predict_risk(point, theory);
    auto const bias = trials::mean_of(errors);
    auto const risk = trials::mean_of(squares);
    EXPECT_NEAR(bias.value, theory.bias, 4 * bias.error + 1e-12);
    EXPECT_NEAR(risk.value, theory.risk, 4 * risk.error + 1e-12);
  }
}

}  // namespace
}  // namespace thresher::new_experiment
