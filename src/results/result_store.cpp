#include "results/result_store.hpp"

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <filesystem>

namespace thresher::results {

namespace {
/// Memory for records that are not in the file yet. It grows with the file, so that few rewrites make a large
/// one.
constexpr std::size_t kLeastRoom = std::size_t{64} << 20;
constexpr double kRoomPerFileByte = 0.25;
/// Rewriting in between costs at most this part of the time, and only when the file grew by a fifth: all
/// writing together then stays a small multiple of the final file.
constexpr double kPartOfTime = 0.02;
constexpr double kGrowth = 0.2;
constexpr char const* kStartsWithoutProgress = "starts_without_progress";
}  // namespace

ResultStore::ResultStore(std::string output, Study const& study, Ledger const& ledger, Provenance provenance,
                         OutputLock& lock)
    : output_(std::move(output)),
      study_(study),
      ledger_(ledger),
      provenance_(std::move(provenance)),
      lock_(lock),
      fresh_(ledger.survey()),
      writing_(ledger.survey()) {}

ResultStore::~ResultStore() {
  if (job_.valid()) job_.wait();
}

void ResultStore::begin(std::vector<std::shared_ptr<ResultReader const>> sources,
                        std::vector<Record> const& records, Strikes const& strikes) {
  strikes_ = strikes;
  if (!sources.empty() &&
      std::ranges::none_of(records, [](Record const& record) { return record.trial >= 0; }))
    earlier_starts_without_progress_ = std::atoi(sources.front()->attribute(kStartsWithoutProgress).c_str());
  write_file(ledger_, FreshTrials(ledger_.survey(), records), sources);
  conclude_rewrite();
  since_sync_ = {};
}

void ResultStore::write_file(Ledger const& ledger, FreshTrials const& fresh,
                             std::vector<std::shared_ptr<ResultReader const>> const& sources) {
  Stopwatch const watch;
  auto const temporary = output_ + ".new";
  // Before, too: a run that was stopped for long must not write to the file that its successor writes.
  lock_.beat();
  auto provenance = provenance_;
  // After the last of these the user has been told; who starts again then has changed something.
  provenance.attributes.emplace_back(kStartsWithoutProgress,
                                     std::to_string(starts_without_progress() % kMostStartsWithoutProgress));
  create_replacement(temporary, output_);
  write_result_file(temporary, study_, ledger, fresh, sources, provenance);
  lock_.beat();
  replace_file(temporary, output_);
  last_rewrite_seconds_ = watch.seconds();
}

void ResultStore::restart_journal() {
  JournalContents contents{.toml = study_.configuration().toml(study_.description()),
                           .experiment = study_.description().name,
                           .records = fresh_.records(ledger_),
                           .in_flight = ledger_.in_flight(),
                           .strikes = strikes_,
                           .ended_on_demand = ends_on_demand_};
  for (auto const& [theory, point] : fresh_predictions_)
    contents.records.push_back(ledger_.record_of_prediction(theory, point));
  journal_ = std::make_unique<Journal>(output_ + ".journal", contents, output_);
  unsynced_ = false;
}

void ResultStore::hold(Record const& record) {
  if (record.trial < 0) {
    fresh_predictions_.emplace_back(theory_of_trial(record.trial), record.point);
  } else {
    progressed_ = true;
    fresh_.add(record);
  }
}

void ResultStore::append(std::span<std::byte const> record_entries) {
  journal_->append(record_entries);
  unsynced_ = true;
}

void ResultStore::append(std::span<Unit const> handed_out) {
  journal_->append(handed_out);
}

void ResultStore::note_end_on_demand(Demand demand) {
  time_is_up_ = demand == Demand::time_is_up;
  ends_on_demand_ = true;
  journal_->append_end_on_demand();
  unsynced_ = true;
}

void ResultStore::wait_for_job() {
  if (running_ == Job::none) return;
  auto const finished = std::exchange(running_, Job::none);
  job_.get();
  if (finished == Job::rewrite) conclude_rewrite();
}

void ResultStore::start_rewrite() {
  records_written_ = fresh_records();
  fresh_predictions_ = {};
  writing_ = std::exchange(fresh_, FreshTrials(ledger_.survey()));
  running_ = Job::rewrite;
  // The ledger goes on changing: the thread works on a copy as of now, which matches the records.
  job_ = std::async(std::launch::async, [this, snapshot = std::make_shared<Ledger const>(ledger_)] {
    write_file(*snapshot, writing_, {current_});
  });
}

void ResultStore::conclude_rewrite() {
  current_ = std::make_shared<ResultReader const>(output_, study_.description());
  file_records_ += std::exchange(records_written_, 0);
  writing_ = FreshTrials(ledger_.survey());
  auto const bytes = static_cast<double>(std::filesystem::file_size(output_));
  room_ = std::max(kLeastRoom, static_cast<std::size_t>(kRoomPerFileByte * bytes));
  restart_journal();
  since_rewrite_ = {};
}

void ResultStore::tick() {
  if (running_ != Job::none) {
    bool const finished = job_.wait_for(std::chrono::seconds(0)) == std::future_status::ready;
    if (finished || fresh_bytes() > room_ + room_ / 4) wait_for_job();
    if (running_ != Job::none) return;
  }
  double const interval = study_.options().checkpoint_interval;
  bool const full = fresh_.bytes() > room_;
  bool const cheap = since_rewrite_.seconds() * kPartOfTime > last_rewrite_seconds_ &&
                     static_cast<double>(fresh_records()) > kGrowth * static_cast<double>(file_records_) &&
                     since_rewrite_.seconds() > std::min(interval, 10.0);
  if (fresh_records() > 0 && (full || cheap)) {
    start_rewrite();
  } else if (since_sync_.seconds() > interval / 2) {
    since_sync_ = {};
    running_ = Job::sync;
    job_ = std::async(std::launch::async, [this, sync = std::exchange(unsynced_, false)] {
      lock_.beat();
      if (sync) journal_->sync();
    });
  }
}

void ResultStore::sync() {
  wait_for_job();
  journal_->sync();
  unsynced_ = false;
}

void ResultStore::close_by_force() {
  sync();
  start_rewrite();
  wait_for_job();
  lock_.release();
}

void ResultStore::abandon() {
  if (job_.valid()) job_.wait();
  lock_.release();
}

void ResultStore::finish(Provenance provenance) {
  wait_for_job();
  provenance_ = std::move(provenance);
  write_file(ledger_, fresh_, {current_});
  std::remove((output_ + ".journal").c_str());
}

}  // namespace thresher::results
