#pragma once

#include <string>

namespace thresher::results {

/// The file beside an output that says which run writes it. Two runs never share an output.
class OutputLock {
 public:
  /// Takes `<output>.lock`: where there is none, from a dead process of this host, from another host of the
  /// same Slurm job (which was requeued), or after two intervals without a beat. Throws UserError when a
  /// living run holds it.
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
  /// Writes the file if there is none; returns whether it did.
  bool create() const;
  [[noreturn]] void refuse() const;
  std::string output_;
  std::string path_;
  std::string identity_;
  bool held_ = true;
};

}  // namespace thresher::results
