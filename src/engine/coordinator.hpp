#pragma once

#include "engine/messages.hpp"
#include "engine/naps.hpp"
#include "engine/progress.hpp"
#include "engine/schedule.hpp"
#include "results/result_store.hpp"
#include "study/stopwatch.hpp"

#include <deque>
#include <memory>
#include <span>
#include <thread>
#include <vector>

namespace thresher::engine {

/// The thread beside rank 0's own work that hands out units, collects and stores results, shows progress and
/// reacts to signals. No rank idles as a manager.
class Coordinator {
 public:
  /// `exchange` is the communicator of the messages; `world_size` its size. `store` may be null (nothing is
  /// kept).
  Coordinator(Study const& study, Ledger& ledger, Schedule& schedule, ResultStore* store, Progress& progress,
              mpi::Communicator const& exchange);
  ~Coordinator();

  void start();
  enum class RunEnd {
    complete,
    interrupted,
    no_progress  ///< interrupted, and another start would not get further
  };
  /// Waits for the end of the run.
  RunEnd join();

  /// Called for every record of a trial as it arrives (for --only_trial).
  std::function<void(Record const&)> on_record;

 private:
  struct TeamState {
    int leader = 0;
    int batches = 0;  ///< handed out and not finished
    bool stopped = false;
  };
  struct Sending {
    std::vector<std::byte> bytes;
    MPI_Request request = MPI_REQUEST_NULL;
  };
  void run();
  bool run_phase(Phase const& phase);  ///< false: the run is to end
  void supply();
  /// Takes the reports that have arrived; false: none had.
  bool receive();
  void keep_back();
  void take(messages::Message const& message);
  void tend();
  void order(int leader, int tag, bytes::Writer message = {});
  void begin_stopping(std::string const& why, ResultStore::Demand demand);
  /// Tells why this study does not get on, where it has not for too many starts; whether it did tell.
  bool tell_of_no_progress() const;
  void end_by_force();
  TeamState& team_of(int source);
  void enter(std::span<std::byte const> record_entries);
  void remember_alone(bytes::Reader& reader);
  Progress::State state() const;

  Study const& study_;
  Ledger& ledger_;
  Schedule& schedule_;
  ResultStore* store_;
  Progress& progress_;
  mpi::Communicator const& exchange_;
  std::vector<TeamState> teams_;
  std::deque<Sending> sending_;
  messages::Inbox inbox_;
  std::vector<std::byte> back_;  ///< entries of records that came back in this turn, not yet in the journal
  bool stopping_ = false;
  bool synced_for_termination_ = false;
  double stop_deadline_ = 0;
  double part_of_trial_ = -1;
  Stopwatch watch_;
  std::thread thread_;
};

}  // namespace thresher::engine
