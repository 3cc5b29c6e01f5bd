#pragma once

#include <atomic>
#include <chrono>

namespace thresher::study {

/// Seconds for which this process has been stopped (a suspended job, SIGSTOP), as far as they were noted: see
/// engine/pause_watch.
inline std::atomic<double> paused_seconds{0};

/// Runs from when it is made, but not while the process is stopped.
class Stopwatch {
 public:
  double seconds() const {
    return std::chrono::duration<double>(std::chrono::steady_clock::now() - start_).count() -
           (paused_seconds.load() - paused_at_start_);
  }

 private:
  std::chrono::steady_clock::time_point start_ = std::chrono::steady_clock::now();
  double paused_at_start_ = paused_seconds.load();
};

}  // namespace thresher::study
