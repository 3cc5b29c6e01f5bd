#pragma once

#include <algorithm>
#include <chrono>
#include <thread>

namespace thresher::engine {

/// Rests between looks at what may come. Each is longer than the one before by a quarter: who has waited for
/// long leaves the processor to others, and notices what came after at most about a quarter of that time.
class Naps {
 public:
  using Duration = std::chrono::microseconds;
  Naps(Duration shortest, Duration longest) : shortest_(shortest), longest_(longest) {}

  void rest() {
    std::this_thread::sleep_for(next_);
    next_ = std::min(longest_, next_ + next_ / 4);
  }
  /// Something came: the next wait begins.
  void start_again() { next_ = shortest_; }

 private:
  Duration shortest_;
  Duration longest_;
  Duration next_ = shortest_;
};

}  // namespace thresher::engine
