#pragma once

#include <functional>
#include <string>

namespace thresher::results {

/// Who holds a lock: what is written in it.
struct LockHolder {
  std::string host;
  /// A process id means something only in its own pid namespace of its own boot of its own kernel: containers
  /// share host names, and cloned machines do, too.
  std::string boot;
  std::string pid_namespace;
  long pid = 0;
  std::string process_start;  ///< tells a process from a later one with its number
  std::string slurm_job;
  int slurm_start = 0;       ///< how often Slurm had put the job back
  double beat_interval = 0;  ///< seconds
  std::string run;           ///< unlike that of every other run; empty in a lock that is not whole

  /// This process, with a run of its own.
  static LockHolder here(double beat_interval);
  /// What `text()` said; what is missing or damaged has its default.
  static LockHolder parse(std::string const& text);
  std::string text() const;
};

/// Whether the process of `holder` runs on this machine, as far as `here` can see it.
enum class Sight { running, ended, out_of_sight };
Sight sight(LockHolder const& holder, LockHolder const& here);

/// Whether the run of `holder` may still be at work: its process where that is in sight, else its Slurm job
/// (which starts again only when its earlier start is over), else its last beat.
/// `seconds_since_beat` is asked only in that last case.
bool may_be_at_work(LockHolder const& holder, LockHolder const& here,
                    std::function<double()> const& seconds_since_beat);

}  // namespace thresher::results
