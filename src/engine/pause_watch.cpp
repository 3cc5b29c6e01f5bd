#include "engine/pause_watch.hpp"

#include "study/stopwatch.hpp"

#include <atomic>
#include <chrono>
#include <csignal>

namespace thresher::engine {

namespace {

constexpr auto kTick = std::chrono::milliseconds(50);
/// Shorter ones are not told from a busy machine.
constexpr double kShortestPause = 0.5;

std::atomic<double> last_sign{0};
static_assert(std::atomic<double>::is_always_lock_free, "a signal handler uses it");

double now() {
  return std::chrono::duration<double>(std::chrono::steady_clock::now().time_since_epoch()).count();
}

extern "C" void note_pause(int) {
  double const time = now();
  double const pause = time - last_sign.exchange(time);
  if (pause > kShortestPause) study::paused_seconds.fetch_add(pause);
}

}  // namespace

PauseWatch::PauseWatch() {
  last_sign = now();
  struct sigaction action {};
  action.sa_handler = note_pause;
  action.sa_flags = SA_RESTART;
  sigemptyset(&action.sa_mask);
  sigaction(SIGCONT, &action, nullptr);
  thread_ = std::jthread([](std::stop_token const& stop) {
    while (!stop.stop_requested()) {
      std::this_thread::sleep_for(kTick);
      double const time = now();
      // After a pause the handler comes first: it compares with the last sign before the pause.
      if (time - last_sign.load() > kShortestPause) std::this_thread::sleep_for(kTick);
      last_sign = now();
    }
  });
}

}  // namespace thresher::engine
