#pragma once

#include "results/lock_holder.hpp"

#include <string>

namespace thresher::results {

/// The file beside an output that says which run writes it. Two runs never share an output: whatever is
/// decided about an output (whether there is one, what is in it) is decided while the lock is held.
///
/// There is one winner each time. The file appears whole (a link to, or a renaming of, a finished file that
/// fails where there is one already), and a dead holder's is replaced only by who holds the *claim* on it: a
/// second file, named after the content of the first, that is taken in the same way.
class OutputLock {
 public:
  /// Takes `<output>.lock`: where there is none, from a process of this machine that has ended, from an
  /// earlier start of the same Slurm job, or after two intervals without a beat. Waits a moment for a process
  /// that is dying. Throws UserError when a living run holds it, or the folder cannot be written.
  OutputLock(std::string const& output, double beat_interval);
  ~OutputLock();
  OutputLock(OutputLock const&) = delete;
  OutputLock& operator=(OutputLock const&) = delete;

  /// Shows that this run is alive; call once per interval. Throws std::runtime_error when another run has
  /// replaced this one, or the folder has gone.
  void beat() const;
  /// Gives the output free (the destructor does, too).
  void release();

 private:
  enum class Attempt {
    taken,
    held,   ///< by a run that may be at work
    missed  ///< another one was faster: look again
  };
  Attempt take(std::string const& path);
  /// Makes the file `path` if there is none; returns whether it did.
  bool create(std::string const& path) const;
  void replace(std::string const& path) const;
  /// Path of a new file beside the lock that says who this is.
  std::string signed_file() const;
  bool is_mine(std::string const& path) const;
  [[noreturn]] void refuse() const;
  std::string output_;
  std::string path_;
  LockHolder here_;
  std::string identity_;
  LockHolder holder_;  ///< the one that was in the way
  bool held_ = false;
};

}  // namespace thresher::results
