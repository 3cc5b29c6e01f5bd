#pragma once

#include "study/rates.hpp"
#include "study/survey.hpp"

#include <cstdint>
#include <vector>

namespace thresher::study {

/// All analysis points that share one data point, and its team size: what a unit is one trial of.
struct DataPoint {
  std::size_t number = 0;  ///< among the data points of the whole grid
  int team_size = 1;
  std::vector<std::uint32_t> points = {};
  double seconds = 0;              ///< of a unit from the data on, summed over the team
  double preparation_seconds = 0;  ///< of the stages before the data
  double bytes_per_rank = 0;       ///< of any stage
};

/// The data points of what runs, by number.
std::vector<DataPoint> data_points(Study const& study, Survey const& survey, Rates const& rates);

}  // namespace thresher::study
