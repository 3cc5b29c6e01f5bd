#include "results/lock_holder.hpp"

#include "machine/environment.hpp"
#include "results/durable_file.hpp"

#include <fmt/format.h>

#include <cerrno>
#include <csignal>
#include <cstdint>
#include <cstdlib>
#include <filesystem>
#include <map>
#include <optional>
#include <random>
#include <sstream>
#include <unistd.h>

namespace thresher::results {

namespace {

/// A lock is whole when it appears, but on file systems that can neither link nor rename without replacing:
/// there one may be seen before it is written.
constexpr double kSecondsToWrite = 1.5;

std::string environment(char const* name) {
  char const* const value = std::getenv(name);
  return value == nullptr ? "" : value;
}

/// Start of process `pid` in clock ticks since boot. Empty when there is none, or when it has ended and only
/// its parent has not asked for its end yet; none when it is there and may not be looked at (clusters hide
/// the processes of other users: proc's option hidepid).
std::optional<std::string> start_of_process(long pid) {
  auto const text = read_file(fmt::format("/proc/{}/stat", pid)).value_or("");
  auto const after_name = text.rfind(')');
  if (after_name == std::string::npos) {
    bool const is_there = kill(static_cast<pid_t>(pid), 0) == 0 || errno != ESRCH;
    return is_there ? std::nullopt : std::optional<std::string>("");
  }
  std::istringstream fields(text.substr(after_name + 1));
  std::string state, field;
  fields >> state;
  if (state == "Z" || state == "X") return "";
  for (int k = 0; k < 19; ++k) fields >> field;
  return field;
}

std::string first_word(std::string const& path) {
  std::istringstream text(read_file(path).value_or(""));
  std::string word;
  text >> word;
  return word;
}

}  // namespace

LockHolder LockHolder::here(double beat_interval) {
  std::error_code unknown;
  std::random_device random;
  return {.host = machine::host_name(),
          .boot = first_word("/proc/sys/kernel/random/boot_id"),
          .pid_namespace = std::filesystem::read_symlink("/proc/self/ns/pid", unknown).string(),
          .pid = getpid(),
          .process_start = start_of_process(getpid()).value_or(""),
          .slurm_job = environment("SLURM_JOB_ID"),
          .slurm_start = std::atoi(environment("SLURM_RESTART_COUNT").c_str()),
          .beat_interval = beat_interval,
          .run = fmt::format("{:016x}", (std::uint64_t{random()} << 32) | random())};
}

LockHolder LockHolder::parse(std::string const& text) {
  std::map<std::string, std::string> fields;
  std::istringstream lines(text);
  for (std::string line; std::getline(lines, line);)
    if (auto const equals = line.find('='); equals != std::string::npos)
      fields[line.substr(0, equals)] = line.substr(equals + 1);
  return {.host = fields["host"],
          .boot = fields["boot"],
          .pid_namespace = fields["pid_namespace"],
          .pid = std::atol(fields["pid"].c_str()),
          .process_start = fields["process_start"],
          .slurm_job = fields["slurm_job"],
          .slurm_start = std::atoi(fields["slurm_start"].c_str()),
          .beat_interval = std::atof(fields["beat_interval"].c_str()),
          .run = fields["run"]};
}

std::string LockHolder::text() const {
  return fmt::format(
      "host={}\nboot={}\npid_namespace={}\npid={}\nprocess_start={}\nslurm_job={}\nslurm_start={}\n"
      "beat_interval={}\nrun={}\n",
      host, boot, pid_namespace, pid, process_start, slurm_job, slurm_start, beat_interval, run);
}

Sight sight(LockHolder const& holder, LockHolder const& here) {
  bool const known = !holder.boot.empty() && !holder.pid_namespace.empty();
  if (!known || holder.host != here.host || holder.boot != here.boot ||
      holder.pid_namespace != here.pid_namespace)
    return Sight::out_of_sight;
  if (holder.pid <= 0 || holder.process_start.empty()) return Sight::ended;
  auto const start = start_of_process(holder.pid);
  if (!start) return Sight::out_of_sight;
  return *start == holder.process_start ? Sight::running : Sight::ended;
}

bool may_be_at_work(LockHolder const& holder, LockHolder const& here,
                    std::function<double()> const& seconds_since_beat) {
  auto const seen = sight(holder, here);
  if (seen != Sight::out_of_sight) return seen == Sight::running;
  if (!here.slurm_job.empty() && holder.slurm_job == here.slurm_job && holder.slurm_start < here.slurm_start)
    return false;
  return seconds_since_beat() < (holder.run.empty() ? kSecondsToWrite : 2 * holder.beat_interval);
}

}  // namespace thresher::results
