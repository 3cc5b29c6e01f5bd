#pragma once

#include <csignal>
#include <thread>

namespace thresher::engine {

/// While it lives, threads that are made get no SIGCONT, for good: where only the main thread takes it, the
/// pause is noted before that thread goes on with its trial.
class PausesKeptFromNewThreads {
 public:
  PausesKeptFromNewThreads();
  ~PausesKeptFromNewThreads();
  PausesKeptFromNewThreads(PausesKeptFromNewThreads const&) = delete;
  PausesKeptFromNewThreads& operator=(PausesKeptFromNewThreads const&) = delete;

 private:
  sigset_t before_{};
};

/// Notes for how long the process is stopped, so that no Stopwatch counts it: a thread says every few
/// hundredths of a second that it runs, and SIGCONT compares. One per process.
class PauseWatch {
 public:
  PauseWatch();

 private:
  std::jthread thread_;
};

}  // namespace thresher::engine
