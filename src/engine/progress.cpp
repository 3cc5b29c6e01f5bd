#include "engine/progress.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cstdio>
#include <unistd.h>

namespace thresher::engine {

namespace {
std::string duration(double seconds) {
  auto const whole = static_cast<long>(seconds + 0.5);
  if (whole < 100) return fmt::format("{} s", whole);
  if (whole < 6000) return fmt::format("{} min", (whole + 30) / 60);
  return fmt::format("{:.1f} h", static_cast<double>(whole) / 3600);
}
double finished_share(Progress::Part const& part) {
  return part.total > 0 ? static_cast<double>(part.finished) / static_cast<double>(part.total) : 1;
}
std::string part_text(Progress::Part const& part, char const* what) {
  return fmt::format("{}/{} {} ({:.0f} %)", part.finished, part.total, what, 100 * finished_share(part));
}
constexpr double kLongestPause = 300;
}  // namespace

Progress::Progress(Voice voice) : terminal_(isatty(STDERR_FILENO) == 1), voice_(voice) {}

Progress::~Progress() {
  if (bar_is_shown_) std::fputc('\n', stderr);
}

std::string Progress::line(State const& state) const {
  Part const all{state.trials.finished + state.predictions.finished,
                 state.trials.total + state.predictions.total};
  std::string text;
  if (terminal_) {
    auto const full = static_cast<std::size_t>(30 * std::clamp(finished_share(all), 0.0, 1.0));
    text = fmt::format("[{:#<{}}{:<{}}] ", "", full, "", 30 - full);
  }
  text += part_text(state.trials, "trials");
  if (state.predictions.total > 0) text += ", " + part_text(state.predictions, "predictions");
  text += fmt::format(", {:.3g} s", since_start_.seconds());
  if (state.failed > 0) text += fmt::format(", {} failed", state.failed);
  if (state.seconds_left >= 0 && all.finished < all.total)
    text += fmt::format(", {} left", duration(state.seconds_left));
  if (state.part_of_trial >= 0) text += fmt::format(", running trial at {:.0f} %", 100 * state.part_of_trial);
  return text;
}

bool Progress::is_due() const {
  return voice_ != Voice::quiet && since_last_.seconds() >= (terminal_ ? 0.2 : pause_);
}

void Progress::update(State const& state) {
  since_last_ = {};
  if (terminal_) {
    std::fprintf(stderr, "\r\033[K%s", line(state).c_str());
    std::fflush(stderr);
    bar_is_shown_ = true;
  } else {
    pause_ = std::min(kLongestPause, pause_ * 1.5);
    say(line(state));
  }
}

void Progress::conclude(State const& state, std::string const& ending) {
  if (voice_ != Voice::quiet) say(line(state) + ": " + ending);
}

void Progress::say(std::string const& text) {
  if (bar_is_shown_) std::fputs("\r\033[K", stderr);
  bar_is_shown_ = false;
  std::fprintf(stderr, "%s\n", text.c_str());
  std::fflush(stderr);
}

}  // namespace thresher::engine
