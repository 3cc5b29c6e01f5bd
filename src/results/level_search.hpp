#pragma once

#include "numerics/level_crossing.hpp"
#include "results/result_file.hpp"

#include <functional>
#include <optional>
#include <string>
#include <vector>

namespace thresher::results {

/// Where a metric's mean crosses a level along an integer parameter: bisection on complete batches of trials,
/// for every line of the grid (a point of all other axes) by itself. A search is a study that is extended
/// again and again by the values that its lines ask for; what was visited follows from the means in the file
/// alone.
class LevelSearch {
 public:
  /// The search that the options ask for, if any. Throws UserError when they do not fit.
  static std::optional<LevelSearch> of(Configuration const& configuration, Description const& description);

  std::size_t parameter() const { return parameter_; }
  std::size_t metric() const { return metric_; }
  std::int64_t middle() const { return lower_ + (upper_ - lower_) / 2; }

  /// Course of one line: values in the order visited, their means (NaN where there is none, or none yet), and
  /// where the level is crossed. Unfinished: of the values visited, those without trials are to be run first.
  struct Line {
    std::vector<std::int64_t> visited;
    std::vector<double> means;
    numerics::LevelCrossing crossing;
  };
  /// `mean_at` is none where trials are missing, NaN where none of them gave a value.
  Line follow(std::function<std::optional<double>(std::int64_t value)> const& mean_at) const;

 private:
  std::size_t parameter_ = 0;
  std::size_t metric_ = 0;
  std::int64_t lower_ = 0;
  std::int64_t upper_ = 0;
  double level_ = 0;
};

/// What the lines of a study ask for, given the file of what was run so far (or none).
struct SearchState {
  std::vector<std::int64_t> values;              ///< along the searched axis, all lines together
  std::function<bool(Point const&)> is_visited;  ///< whether a line asks for this point
  bool complete = false;
  std::size_t lines = 0;
  std::size_t censored = 0;  ///< lines known not to cross the level between the ends
};
SearchState search_state(LevelSearch const& search, Configuration const& configuration,
                         Description const& description, ResultReader const* stored);

}  // namespace thresher::results
