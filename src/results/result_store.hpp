#pragma once

#include "results/journal.hpp"
#include "results/output_lock.hpp"
#include "results/result_file.hpp"
#include "study/stopwatch.hpp"

#include <future>
#include <memory>
#include <span>
#include <string>
#include <utility>
#include <vector>

namespace thresher::results {

/// What holds when ResultStore has thrown.
inline constexpr char const* kAfterStoreError = "what is on disk is whole, --resume continues";

/// So many starts in a row without a trial that ended, or kept more of its state, are not followed by
/// another: each would end like the last.
inline constexpr int kMostStartsWithoutProgress = 3;

/// Keeps results: each at once in the journal, the journal on disk every interval, all of it in the result
/// file now and then. Rewriting and syncing go on in a thread of their own, so that handing out never waits
/// for a disk. On rank 0; not for several threads at once.
class ResultStore {
 public:
  /// `ledger` knows of every record and of what is handed out before it comes here, and outlives this.
  ResultStore(std::string output, Study const& study, Ledger const& ledger, Provenance provenance,
              OutputLock& lock);
  ~ResultStore();

  /// Writes the first file from `sources` and `records` (of an old journal) and starts a new journal. What is
  /// damaged in the sources shows here. The first source is the file that is continued. Throws.
  void begin(std::vector<std::shared_ptr<ResultReader const>> sources, std::vector<Record> const& records,
             Strikes const& strikes);
  /// Holds a record for the next result file; its entry is to be appended before the next tick.
  void hold(Record const& record);
  void append(std::span<std::byte const> record_entries);
  void append(std::span<Unit const> handed_out);
  /// The run is to end: what is in flight from now on is not to blame.
  enum class Demand {
    time_is_up,  ///< the warning, the time limit
    from_outside
  };
  void note_end_on_demand(Demand demand);
  /// A trial has left a state beyond the one that it had.
  void note_kept_state() { progressed_ = true; }
  /// How many starts in a row, with this one, the time was up before a trial ended or kept a state.
  int starts_without_progress() const {
    return progressed_ ? 0 : earlier_starts_without_progress_ + (time_is_up_ ? 1 : 0);
  }
  /// Starts a sync or a rewrite where one is due; throws what an earlier one failed with.
  void tick();
  /// Everything so far is on disk when this returns.
  void sync();
  /// Last rewrite: the result file holds everything, the journal is gone.
  void finish(Provenance provenance);
  /// Before the process is aborted: syncs and writes the file, keeps the journal (it holds what was in
  /// flight), gives the output free.
  void close_by_force();
  /// After an error: gives the output free as it is, a whole file and a readable journal.
  void abandon();
  /// Bytes of what is not yet in the result file.
  std::size_t fresh_bytes() const { return fresh_.bytes() + writing_.bytes(); }

 private:
  void write_file(Ledger const& ledger, FreshTrials const& fresh,
                  std::vector<std::shared_ptr<ResultReader const>> const& sources);
  void start_rewrite();
  void conclude_rewrite();
  void wait_for_job();
  void restart_journal();
  std::size_t fresh_records() const { return fresh_.size() + fresh_predictions_.size(); }

  std::string output_;
  Study const& study_;
  Ledger const& ledger_;
  Provenance provenance_;
  OutputLock& lock_;
  std::shared_ptr<ResultReader const> current_;  ///< the file as written last
  std::unique_ptr<Journal> journal_;
  Strikes strikes_;
  FreshTrials fresh_;    ///< in the journal, not in the file
  FreshTrials writing_;  ///< in the file that is being written
  /// Theory and point of predictions that are in the journal and not in the file: the ledger has the rest.
  std::vector<std::pair<std::size_t, std::uint32_t>> fresh_predictions_;
  std::size_t room_ = 0;  ///< bytes of records that may wait for the next rewrite
  std::size_t file_records_ = 0;
  std::size_t records_written_ = 0;  ///< by the rewrite that is under way
  std::future<void> job_;
  enum class Job { none, sync, rewrite } running_ = Job::none;
  Stopwatch since_sync_;
  Stopwatch since_rewrite_;
  double last_rewrite_seconds_ = 0;
  bool unsynced_ = false;
  int earlier_starts_without_progress_ = 0;
  bool progressed_ = false;
  bool time_is_up_ = false;
  bool ends_on_demand_ = false;
};

}  // namespace thresher::results
