#include "engine/coordinator.hpp"

#include "engine/end_all_ranks.hpp"
#include "engine/pause_watch.hpp"
#include "engine/signals.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <pthread.h>
#include <utility>

namespace thresher::engine {

using messages::Order;
using messages::Report;

namespace {
/// A shorter nap would eat a noticeable part of rank 0's core, a longer one would keep teams waiting.
constexpr auto kShortestNap = std::chrono::milliseconds(2);
constexpr auto kLongestNap = std::chrono::milliseconds(5);
/// Batches that a team has at hand: one that it works on, one ahead of need.
constexpr int kBatchesAhead = 2;
constexpr int kResumable = 75;
constexpr int kNoProgress = 2;  ///< the time limit is a user's input that does not do
}  // namespace

Coordinator::Coordinator(Study const& study, Ledger& ledger, Schedule& schedule, ResultStore* store,
                         Progress& progress, mpi::Communicator const& exchange)
    : study_(study),
      ledger_(ledger),
      schedule_(schedule),
      store_(store),
      progress_(progress),
      exchange_(exchange) {}

Coordinator::~Coordinator() {
  if (thread_.joinable()) thread_.join();
}

void Coordinator::start() {
  watch_ = {};
  PausesKeptFromNewThreads const kept;
  thread_ = std::thread([this] {
    pthread_setname_np(pthread_self(), "coordinator");
    try {
      run();
    } catch (std::exception const& error) {
      // The teams wait for orders that nobody gives any more.
      auto message = fmt::format("{}: {}", study_.description().name, error.what());
      if (store_ != nullptr) {
        store_->abandon();
        message += fmt::format("; {}", kAfterStoreError);
      }
      progress_.say(message);
      end_all_ranks(exchange_, 1);
    }
  });
}

Coordinator::RunEnd Coordinator::join() {
  thread_.join();
  if (!stopping_) return RunEnd::complete;
  return tell_of_no_progress() ? RunEnd::no_progress : RunEnd::interrupted;
}

Progress::State Coordinator::state() const {
  auto const& shares = schedule_.shares();
  return {.trials = {shares.trials().finished(), shares.trials().total()},
          .predictions = {shares.predictions_finished(), shares.predictions()},
          .failed = schedule_.failed(),
          .seconds_left = schedule_.seconds_left(),
          .part_of_trial = part_of_trial_};
}

void Coordinator::run() {
  auto const phases = schedule_.phases();
  for (std::size_t k = 0; k < phases.size(); ++k) {
    bool const go_on = run_phase(phases[k]);
    bool const last = !go_on || k + 1 == phases.size();
    for (auto const& team : teams_) {
      bytes::Writer message;
      message.put(last ? Order::end_of_run : Order::end_of_phase);
      order(team.leader, messages::kToTeam, std::move(message));
    }
    for (Naps naps(kShortestNap, kLongestNap); !sending_.empty(); naps.rest()) tend();
    if (last) break;
  }
  progress_.conclude(state(), stopping_ ? "interrupted, --resume continues" : "done");
}

bool Coordinator::run_phase(Phase const& phase) {
  teams_.clear();
  for (int leader = 0; leader < exchange_.size(); leader += phase.team_size)
    teams_.push_back({.leader = leader});
  schedule_.begin(phase, static_cast<int>(teams_.size()));
  Naps naps(kShortestNap, kLongestNap);
  for (;;) {
    if (!stopping_) supply();
    bool const busy = receive();
    tend();
    if (stopping_) {
      if (std::ranges::all_of(teams_, &TeamState::stopped)) return false;
      if (watch_.seconds() > stop_deadline_) end_by_force();
    } else if (schedule_.done()) {
      if (std::ranges::all_of(teams_, [](TeamState const& team) { return team.batches == 0; })) return true;
    }
    if (busy) {
      naps.start_again();
    } else {
      naps.rest();
    }
  }
}

void Coordinator::supply() {
  double const longest = std::min(1.0, study_.options().checkpoint_interval / 4);
  // First one batch for each team, then one ahead: nobody hoards while others wait.
  for (int ahead = 1; ahead <= kBatchesAhead; ++ahead)
    for (auto& team : teams_) {
      if (team.batches >= ahead) continue;
      auto const batch = schedule_.next_batch(longest);
      if (batch.empty()) return;  // nor is there one for another team
      bytes::Writer message;
      message.put(Order::batch, batch);
      if (store_ != nullptr) store_->append(batch);
      order(team.leader, messages::kToTeam, std::move(message));
      ++team.batches;
    }
}

void Coordinator::order(int leader, int tag, bytes::Writer message) {
  // Not blocking: a team in a long trial receives when it next looks.
  auto& sending = sending_.emplace_back();
  sending.bytes = message.take();
  mpi::check(MPI_Isend(sending.bytes.data(), static_cast<int>(sending.bytes.size()), MPI_BYTE, leader, tag,
                       exchange_.get(), &sending.request),
             "MPI_Isend");
}

bool Coordinator::receive() {
  // What a turn receives is bounded: teams without work wait for its end.
  std::size_t count = 0;
  for (; count <= kBatchesAhead * teams_.size(); ++count) {
    auto const message = inbox_.poll(exchange_.get(), MPI_ANY_SOURCE, messages::kToCoordinator);
    if (!message) break;
    take(*message);
  }
  keep_back();
  return count > 0;
}

void Coordinator::keep_back() {
  if (store_ != nullptr && !back_.empty()) store_->append(back_);
  back_.clear();
}

Coordinator::TeamState& Coordinator::team_of(int source) {
  auto const size = exchange_.size() / static_cast<int>(teams_.size());
  return teams_[static_cast<std::size_t>(source / size)];
}

void Coordinator::take(messages::Message const& message) {
  bytes::Reader reader(message.bytes);
  auto& team = team_of(message.source);
  auto const kind = reader.get<Report>();
  switch (kind) {
    case Report::results:
    case Report::finished:
    case Report::stopped:
      enter(messages::entries_of(message.bytes));
      if (kind == Report::results) break;
      part_of_trial_ = -1;
      if (kind == Report::finished) --team.batches;
      team.stopped = kind == Report::stopped;
      break;
    case Report::alone:
      remember_alone(reader);
      break;
    case Report::warning:
      progress_.say("warning: " + reader.get<std::string>());
      break;
    case Report::progress:
      part_of_trial_ = reader.get<double>();
      break;
    case Report::kept:
      if (store_ != nullptr) store_->note_kept_state();
      break;
  }
}

void Coordinator::enter(std::span<std::byte const> record_entries) {
  for_each_record(record_entries, [this](Record const& record) {
    if (on_record) on_record(record);
    schedule_.enter(record);
    if (store_ != nullptr) store_->hold(record);
  });
  if (store_ != nullptr) back_.insert(back_.end(), record_entries.begin(), record_entries.end());
}

void Coordinator::remember_alone(bytes::Reader& reader) {
  auto const unit = reader.get<Unit>();
  auto const reason = reader.get<std::string>();
  RecordEntries entries;
  for (auto const point : unit.points)
    if (ledger_.status(point, unit.trial) == Status::in_flight)
      entries.add(Record::failed(study_.description(), point, unit.trial, reason));
  enter(entries.take());
  progress_.say(fmt::format("trial {} failed {}; --resume goes around it", unit.trial, reason));
  end_by_force();
}

void Coordinator::begin_stopping(std::string const& why, ResultStore::Demand demand) {
  stopping_ = true;
  if (store_ != nullptr) store_->note_end_on_demand(demand);
  stop_deadline_ = watch_.seconds() + study_.options().grace;
  progress_.say(why + ": nothing more is handed out");
  for (auto const& team : teams_) order(team.leader, messages::kStop);
}

void Coordinator::tend() {
  auto const wish = signals::wish();
  if (wish == signals::Wish::termination && !synced_for_termination_) {
    // The launcher may leave two seconds: first what is there goes to disk.
    synced_for_termination_ = true;
    if (store_ != nullptr) store_->sync();
  }
  if (!stopping_ && wish != signals::Wish::none)
    begin_stopping("signal", wish == signals::Wish::warning ? ResultStore::Demand::time_is_up
                                                            : ResultStore::Demand::from_outside);
  if (!stopping_ && study_.options().time_limit > 0 && watch_.seconds() > study_.options().time_limit)
    begin_stopping("time limit", ResultStore::Demand::time_is_up);
  while (!sending_.empty()) {
    int sent = 0;
    mpi::check(MPI_Test(&sending_.front().request, &sent, MPI_STATUS_IGNORE), "MPI_Test");
    if (sent == 0) break;
    sending_.pop_front();
  }
  if (store_ != nullptr) store_->tick();
  if (progress_.is_due()) progress_.update(state());
}

void Coordinator::end_by_force() {
  keep_back();
  if (store_ != nullptr) store_->close_by_force();
  progress_.conclude(state(),
                     std::string("interrupted by force") +
                         (stopping_ ? ", trials under way are longer than the time limit allowed" : "") +
                         ", --resume continues");
  bool const in_vain = tell_of_no_progress();
  end_all_ranks(exchange_, in_vain ? kNoProgress : kResumable);
}

bool Coordinator::tell_of_no_progress() const {
  if (store_ == nullptr || store_->starts_without_progress() < kMostStartsWithoutProgress) return false;
  double const computed = watch_.seconds();
  double const estimate = std::max(
      {schedule_.longest_unit_seconds(), 2 * computed, part_of_trial_ > 0 ? computed / part_of_trial_ : 0});
  progress_.say(fmt::format(
      "{}: no progress in {} starts in a row: no trial ended, and none kept more of its state, within the "
      "{:.0f} s that the last start had; a trial needs a time limit of at least {:.0f} s (estimated), and "
      "the "
      "warning before its end",
      study_.description().name, kMostStartsWithoutProgress, computed, estimate + study_.options().grace));
  return true;
}

}  // namespace thresher::engine
