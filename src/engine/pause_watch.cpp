#include "engine/pause_watch.hpp"

#include "study/stopwatch.hpp"

#include <algorithm>
#include <atomic>
#include <chrono>
#include <csignal>
#include <stop_token>

namespace thresher::engine {

namespace {

constexpr auto kTick = std::chrono::milliseconds(50);
/// Shorter ones are not told from a busy machine.
constexpr double kShortestPause = 0.5;
/// A handler that comes later than this after a gap has nothing to do with it.
constexpr double kLongestDelay = 5;

std::atomic<double> last_sign{0};
/// A gap that the thread saw before the handler did: a pause if SIGCONT comes, a busy machine if not.
std::atomic<double> unexplained{0};
static_assert(std::atomic<double>::is_always_lock_free, "a signal handler uses it");

double now() {
  return std::chrono::duration<double>(std::chrono::steady_clock::now().time_since_epoch()).count();
}

extern "C" void note_pause(int) {
  double const time = now();
  double const gap = time - last_sign.exchange(time);
  double const pause = std::max(gap, unexplained.exchange(0));
  if (pause > kShortestPause) study::paused_seconds.fetch_add(pause);
}

/// Which of the handler and this and the handler comes first after a pause is the scheduler's choice: exactly
/// one of them moves the last sign over the pause, and the handler learns of it either way.
class Signs {
 public:
  void give() {
    double last = last_sign.load();
    double const time = now();
    bool const gap = time - last > kShortestPause;
    if (gap) {
      unexplained = time - last;
      seen_at_ = time;
    }
    bool const handled_meanwhile = !last_sign.compare_exchange_strong(last, time);
    if ((gap && handled_meanwhile) || time - seen_at_ > kLongestDelay) unexplained = 0;
  }

 private:
  double seen_at_ = 0;
};

sigset_t only_continue() {
  sigset_t signals;
  sigemptyset(&signals);
  sigaddset(&signals, SIGCONT);
  return signals;
}

}  // namespace

PausesKeptFromNewThreads::PausesKeptFromNewThreads() {
  auto const signals = only_continue();
  pthread_sigmask(SIG_BLOCK, &signals, &before_);
}

PausesKeptFromNewThreads::~PausesKeptFromNewThreads() {
  pthread_sigmask(SIG_SETMASK, &before_, nullptr);
}

PauseWatch::PauseWatch() {
  last_sign = now();
  struct sigaction action {};
  action.sa_handler = note_pause;
  action.sa_flags = SA_RESTART;
  sigemptyset(&action.sa_mask);
  sigaction(SIGCONT, &action, nullptr);
  PausesKeptFromNewThreads const kept;
  thread_ = std::jthread([](std::stop_token const& stop) {
    Signs signs;
    while (!stop.stop_requested()) {
      std::this_thread::sleep_for(kTick);
      signs.give();
    }
  });
}

}  // namespace thresher::engine
