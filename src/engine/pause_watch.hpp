#pragma once

#include <stop_token>
#include <thread>

namespace thresher::engine {

/// Notes for how long the process is stopped, so that no Stopwatch counts it: a thread says every few
/// hundredths of a second that it runs, and SIGCONT compares. One per process.
class PauseWatch {
 public:
  PauseWatch();

 private:
  std::jthread thread_;
};

}  // namespace thresher::engine
