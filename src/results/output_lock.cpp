#include "results/output_lock.hpp"

#include "parameters/value.hpp"
#include "results/durable_file.hpp"

#include <fmt/format.h>

#include <cerrno>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <fcntl.h>
#include <filesystem>
#include <ios>
#include <limits>
#include <span>
#include <sys/stat.h>
#include <thread>
#include <unistd.h>

namespace thresher::results {

using parameters::UserError;

namespace {

/// A process that has just been killed takes a moment to die.
constexpr auto kPause = std::chrono::milliseconds(100);
constexpr int kMostLooks = 20;

/// Content of a lock; empty when it cannot be read, whatever it is: nobody holds it then.
std::string read_lock(std::string const& path) try {
  return read_file(path).value_or("");
} catch (std::ios_base::failure const&) {
  return "";
}

/// The clock of a file server may differ from ours: a fresh file beside `path` tells its time.
double seconds_since_beat(std::string const& path) {
  auto probe = path + ".XXXXXX";
  int const descriptor = mkstemp(probe.data());
  if (descriptor < 0) return 0;  // not known: it may be alive
  close(descriptor);
  std::error_code unknown, gone;
  auto const now = std::filesystem::last_write_time(probe, unknown);
  unlink(probe.c_str());
  auto const beat = std::filesystem::last_write_time(path, gone);
  if (unknown) return 0;
  return gone ? std::numeric_limits<double>::infinity() : std::chrono::duration<double>(now - beat).count();
}

/// Who holds this may replace the lock `path` of that content.
std::string claim_on(std::string const& path, std::string const& content) {
  return fmt::format("{}.{:08x}", path, crc32(std::as_bytes(std::span(content))));
}

bool is_missing_service(int error) {
  return error == EPERM || error == EOPNOTSUPP || error == ENOSYS || error == EINVAL;
}

bool write_all(int descriptor, std::string const& text) {
  bool const whole = ::write(descriptor, text.data(), text.size()) == static_cast<ssize_t>(text.size());
  return close(descriptor) == 0 && whole;
}

}  // namespace

OutputLock::OutputLock(std::string const& output, double beat_interval)
    : output_(output),
      path_(output + ".lock"),
      here_(LockHolder::here(beat_interval)),
      identity_(here_.text()) {
  for (int look = 0; look <= kMostLooks; ++look) {
    if (look > 0) std::this_thread::sleep_for(kPause);
    held_ = take(path_) == Attempt::taken;
    if (held_) return;
  }
  throw UserError(
      fmt::format("output = {}: is being written by process {} on {}; allowed is one run at a time (if "
                  "that run is dead: remove {})",
                  output, holder_.pid, holder_.host, path_));
}

OutputLock::Attempt OutputLock::take(std::string const& path) {
  if (create(path)) return Attempt::taken;
  auto const content = read_lock(path);
  if (content.empty() && access(path.c_str(), F_OK) != 0) return Attempt::missed;
  holder_ = LockHolder::parse(content);
  if (may_be_at_work(holder_, here_, [&] { return seconds_since_beat(path); })) return Attempt::held;
  // Others find the same dead holder now: one of them gets the claim. It then looks again, because the claim
  // may have been used, and given back, since.
  auto const claim = claim_on(path, content);
  if (take(claim) != Attempt::taken) return Attempt::missed;
  bool const still_there = read_lock(path) == content;
  if (still_there) replace(path);
  unlink(claim.c_str());
  return still_there && is_mine(path) ? Attempt::taken : Attempt::missed;
}

bool OutputLock::create(std::string const& path) const {
  auto const ready = signed_file();
  bool made = link(ready.c_str(), path.c_str()) == 0;
  int reason = made ? 0 : errno;
  if (is_missing_service(reason)) {
    made = renameat2(AT_FDCWD, ready.c_str(), AT_FDCWD, path.c_str(), RENAME_NOREPLACE) == 0;
    reason = made ? 0 : errno;
  }
  if (is_missing_service(reason)) {
    int const descriptor = open(path.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0644);
    made = descriptor >= 0 && write_all(descriptor, identity_);
    reason = made ? 0 : errno;
  }
  unlink(ready.c_str());
  // A file server may carry out a call whose answer is lost, and refuse its repetition.
  if (reason == EEXIST) return is_mine(path);
  errno = reason;
  if (!made) refuse();
  return true;
}

void OutputLock::replace(std::string const& path) const {
  auto const ready = signed_file();
  if (std::rename(ready.c_str(), path.c_str()) == 0) return;
  int const reason = errno;
  unlink(ready.c_str());
  errno = reason;
  refuse();
}

std::string OutputLock::signed_file() const {
  auto path = path_ + ".XXXXXX";
  int const descriptor = mkstemp(path.data());
  if (descriptor < 0) refuse();
  fchmod(descriptor, 0644);  // others may want to know who writes
  if (write_all(descriptor, identity_)) return path;
  int const reason = errno;
  unlink(path.c_str());
  errno = reason;
  refuse();
}

bool OutputLock::is_mine(std::string const& path) const {
  return read_lock(path) == identity_;
}

void OutputLock::refuse() const {
  throw UserError(
      fmt::format("output = {}: the folder cannot be written ({})", output_, std::strerror(errno)));
}

OutputLock::~OutputLock() {
  release();
}

void OutputLock::release() {
  if (!held_) return;
  held_ = false;
  // Who holds the claim on this lock takes it for a dead run's and is about to replace it: it is theirs.
  auto const claim = claim_on(path_, identity_);
  try {
    if (!create(claim)) return;
  } catch (UserError const&) {
    // No room for another file, or no folder.
  }
  if (is_mine(path_)) unlink(path_.c_str());
  unlink(claim.c_str());
}

void OutputLock::beat() const {
  auto const found = read_lock(path_);
  if (found.empty() && access(path_.c_str(), F_OK) != 0)
    throw file_error(output_ + ": its lock or its folder has gone");
  if (found != identity_) throw std::runtime_error(output_ + ": another run has taken over this output");
  utimensat(AT_FDCWD, path_.c_str(), nullptr, 0);
}

}  // namespace thresher::results
