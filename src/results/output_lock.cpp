#include "results/output_lock.hpp"

#include "parameters/value.hpp"
#include "results/durable_file.hpp"
#include "results/environment.hpp"

#include <fmt/format.h>

#include <cerrno>
#include <chrono>
#include <cstdlib>
#include <cstring>
#include <fcntl.h>
#include <filesystem>
#include <ios>
#include <limits>
#include <map>
#include <random>
#include <sstream>
#include <sys/stat.h>
#include <thread>
#include <unistd.h>

namespace thresher::results {

using parameters::UserError;

namespace {

/// Start of process `pid` in clock ticks since boot: tells a process from a later one with its number. Empty
/// when there is none, or when it has ended and only its parent has not asked for its end yet.
std::string process_start(long pid) {
  auto const text = read_file(fmt::format("/proc/{}/stat", pid)).value_or("");
  auto const after_name = text.rfind(')');
  if (after_name == std::string::npos) return "";
  std::istringstream fields(text.substr(after_name + 1));
  std::string state, field;
  fields >> state;
  if (state == "Z" || state == "X") return "";
  for (int k = 0; k < 19; ++k) fields >> field;
  return field;
}

using Fields = std::map<std::string, std::string>;

Fields parse(std::string const& text) {
  Fields fields;
  std::istringstream lines(text);
  for (std::string line; std::getline(lines, line);)
    if (auto const equals = line.find('='); equals != std::string::npos)
      fields[line.substr(0, equals)] = line.substr(equals + 1);
  return fields;
}

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
  if (descriptor < 0) throw file_error(path);
  close(descriptor);
  std::error_code gone;
  auto const now = std::filesystem::last_write_time(probe);
  unlink(probe.c_str());
  auto const beat = std::filesystem::last_write_time(path, gone);
  return gone ? std::numeric_limits<double>::infinity() : std::chrono::duration<double>(now - beat).count();
}

bool alive(Fields fields, std::string const& path, std::string const& slurm_job) {
  if (fields["host"] == host_name()) {
    long const pid = std::atol(fields["pid"].c_str());
    return pid > 0 && !fields["process_start"].empty() && process_start(pid) == fields["process_start"];
  }
  if (!slurm_job.empty() && fields["slurm_job"] == slurm_job) return false;
  return seconds_since_beat(path) < 2 * std::atof(fields["beat_interval"].c_str());
}

}  // namespace

OutputLock::OutputLock(std::string const& output, double beat_interval)
    : output_(output), path_(output + ".lock") {
  char const* job = std::getenv("SLURM_JOB_ID");
  std::string const slurm_job = job == nullptr ? "" : job;
  identity_ = fmt::format("host={}\npid={}\nprocess_start={}\nslurm_job={}\nbeat_interval={}\nrun={:016x}\n",
                          host_name(), getpid(), process_start(getpid()), slurm_job, beat_interval,
                          (std::uint64_t{std::random_device{}()} << 32) | std::random_device{}());
  if (create()) return;
  auto fields = parse(read_lock(path_));
  // A process that has just been killed takes a moment to die.
  for (int look = 0; look < 20 && alive(fields, path_, slurm_job); ++look)
    std::this_thread::sleep_for(std::chrono::milliseconds(100));
  if (alive(fields, path_, slurm_job))
    throw UserError(
        fmt::format("output = {}: is being written by process {} on {}; allowed is one run at a time (if "
                    "that run is dead: remove {})",
                    output, fields["pid"], fields["host"], path_));
  if (unlink(path_.c_str()) != 0 && errno != ENOENT)
    throw UserError(fmt::format("output = {}: {}", output, std::strerror(errno)));
  if (!create()) refuse();
}

bool OutputLock::create() const {
  int const descriptor = open(path_.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0644);
  if (descriptor < 0 && errno == EEXIST) return false;
  if (descriptor < 0) refuse();
  auto const written = ::write(descriptor, identity_.data(), identity_.size());
  close(descriptor);
  if (written == static_cast<ssize_t>(identity_.size())) return true;
  unlink(path_.c_str());
  refuse();
}

void OutputLock::refuse() const {
  throw UserError(
      fmt::format("output = {}: the folder cannot be written ({})", output_, std::strerror(errno)));
}

OutputLock::~OutputLock() {
  release();
}

void OutputLock::release() {
  if (held_ && read_lock(path_) == identity_) unlink(path_.c_str());
  held_ = false;
}

void OutputLock::beat() const {
  auto const found = read_lock(path_);
  if (found.empty() && access(path_.c_str(), F_OK) != 0)
    throw file_error(output_ + ": its lock or its folder has gone");
  if (found != identity_) throw std::runtime_error(output_ + ": another run has taken over this output");
  utimensat(AT_FDCWD, path_.c_str(), nullptr, 0);
}

}  // namespace thresher::results
