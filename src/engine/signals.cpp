#include "engine/signals.hpp"

#include <csignal>
#include <initializer_list>

namespace thresher::engine::signals {

namespace {
volatile std::sig_atomic_t warned = 0;
volatile std::sig_atomic_t terminated = 0;
extern "C" void note(int signal) {
  if (signal == SIGUSR1) {
    warned = 1;
  } else {
    terminated = 1;
  }
}
}  // namespace

void install() {
  struct sigaction action {};
  action.sa_handler = note;
  action.sa_flags = SA_RESTART;
  sigemptyset(&action.sa_mask);
  for (int const signal : {SIGUSR1, SIGTERM, SIGINT}) sigaction(signal, &action, nullptr);
}

Wish wish() {
  if (terminated != 0) return Wish::termination;
  return warned != 0 ? Wish::warning : Wish::none;
}

}  // namespace thresher::engine::signals
