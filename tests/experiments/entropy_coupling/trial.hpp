#pragma once

#include "experiments/entropy_coupling/experiment.hpp"
#include "mpi/communicator.hpp"
#include "study/team.hpp"

#include <cmath>
#include <cstdint>
#include <string>
#include <vector>

namespace thresher::entropy_coupling::testing {

/// Runs all stages of one trial for points that share data, bounds and search; metrics of each point (rank
/// 0).
inline std::vector<Metrics> run_trial(Experiment const& experiment, std::vector<Parameters> const& points,
                                      study::Team& team, std::int64_t trial,
                                      std::string const& text = "test\n") {
  team.begin_trial({text, trial});
  auto const data = experiment.run_stage(0, nullptr, points, team);
  auto const bounds = experiment.run_stage(1, data.get(), points, team);
  auto const search = experiment.run_stage(2, bounds.get(), points, team);
  std::vector<Metrics> all(points.size());
  for (std::size_t p = 0; p < points.size(); ++p) experiment.measure(search.get(), points[p], team, all[p]);
  return all;
}

/// Mean and standard error of a metric over its defined values.
class Sample {
 public:
  void add(double value) {
    if (std::isnan(value)) return;
    ++count_;
    double const step = value - mean_;
    mean_ += step / static_cast<double>(count_);
    squares_ += step * (value - mean_);
  }
  std::int64_t count() const { return count_; }
  double mean() const { return mean_; }
  double standard_error() const {
    return std::sqrt(squares_ / static_cast<double>(count_ - 1) / static_cast<double>(count_));
  }

 private:
  std::int64_t count_ = 0;
  double mean_ = 0;
  double squares_ = 0;
};

}  // namespace thresher::entropy_coupling::testing
