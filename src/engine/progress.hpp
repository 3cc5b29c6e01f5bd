#pragma once

#include "study/stopwatch.hpp"

#include <cstdint>
#include <string>

namespace thresher::engine {

/// Tells on stderr how far a run is: a bar on a terminal, sparse lines otherwise. On rank 0.
class Progress {
 public:
  enum class Voice { quiet, normal };
  explicit Progress(Voice voice);
  ~Progress();

  struct Part {
    std::int64_t finished = 0;
    std::int64_t total = 0;
  };
  struct State {
    Part trials;
    Part predictions;
    std::int64_t failed = 0;
    double seconds_left = -1;   ///< negative: unknown
    double part_of_trial = -1;  ///< of a long trial; negative: none reports
  };
  /// Whether it is time to show a state.
  bool is_due() const;
  void update(State const& state);
  /// Shows it in any case, and that the run ended so.
  void conclude(State const& state, std::string const& ending);
  /// A line for the user, beside the bar.
  void say(std::string const& line);

 private:
  std::string line(State const& state) const;
  bool terminal_;
  Voice voice_;
  bool bar_is_shown_ = false;
  study::Stopwatch since_start_;
  study::Stopwatch since_last_;
  double pause_ = 5;  ///< seconds between lines; grows
};

}  // namespace thresher::engine
