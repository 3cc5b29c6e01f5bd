#include "study/storage.hpp"

#include <algorithm>
#include <cstdio>
#include <set>

namespace thresher::study {

namespace {
constexpr std::size_t kMostFreshBytes = std::size_t{256} << 20;
/// Rewriting in between costs at most this part of the time, and only when the file grew by a fifth: all
/// writing together then stays a small multiple of the final file.
constexpr double kPartOfTime = 0.02;
constexpr double kGrowth = 0.2;
}  // namespace

Storage::Storage(std::string output, Study const& study, Provenance provenance, OutputLock& lock)
    : output_(std::move(output)), study_(study), provenance_(std::move(provenance)), lock_(lock) {}

Storage::~Storage() {
  if (job_.valid()) job_.wait();
}

double Storage::seconds_since(std::chrono::steady_clock::time_point time) const {
  return std::chrono::duration<double>(std::chrono::steady_clock::now() - time).count();
}

void Storage::begin(Ledger const& ledger, std::vector<std::shared_ptr<ResultReader const>> sources,
                    std::vector<Record> records, Strikes const& strikes) {
  strikes_ = strikes;
  auto const start = std::chrono::steady_clock::now();
  auto const temporary = output_ + ".new";
  try {
    write_result_file(temporary, study_, ledger, records, sources, provenance_);
  } catch (...) {
    std::remove(temporary.c_str());
    throw;
  }
  replace_file(temporary, output_);
  last_rewrite_seconds_ = seconds_since(start);
  current_ = std::make_shared<ResultReader const>(output_, study_.description());
  restart_journal();
  last_sync_ = last_rewrite_ = std::chrono::steady_clock::now();
}

void Storage::restart_journal() {
  JournalContents contents;
  contents.toml = study_.configuration().toml(study_.description());
  contents.experiment = study_.description().name;
  contents.strikes = strikes_;
  contents.records = fresh_;
  contents.in_flight = handed_out_;
  journal_ = std::make_unique<Journal>(output_ + ".journal", contents);
  unsynced_ = false;
}

void Storage::append(Record record) {
  journal_->append(record);
  unsynced_ = true;
  fresh_bytes_ += record.bytes();
  fresh_.push_back(std::move(record));
}

void Storage::append(Unit const& handed_out) {
  journal_->append(handed_out);
  handed_out_.push_back(handed_out);
}

void Storage::wait_for_job() {
  if (running_ == Job::none) return;
  auto const finished = std::exchange(running_, Job::none);
  job_.get();
  if (finished == Job::rewrite) conclude_rewrite();
}

void Storage::start_rewrite(Ledger const& ledger) {
  writing_ = std::exchange(fresh_, {});
  writing_bytes_ = std::exchange(fresh_bytes_, 0);
  running_ = Job::rewrite;
  // The ledger goes on changing: the thread works on a copy as of now, which matches the records.
  job_ = std::async(std::launch::async, [this, snapshot = std::make_shared<Ledger const>(ledger)] {
    auto const start = std::chrono::steady_clock::now();
    auto const temporary = output_ + ".new";
    write_result_file(temporary, study_, *snapshot, writing_, {current_}, provenance_);
    if (!lock_.beat()) throw std::runtime_error(output_ + ": another run has taken over this output");
    replace_file(temporary, output_);
    last_rewrite_seconds_ = seconds_since(start);
  });
}

void Storage::conclude_rewrite() {
  {
    hdf5::Lock const lock(hdf5::mutex());
    current_ = std::make_shared<ResultReader const>(output_, study_.description());
  }
  std::set<std::pair<std::int64_t, std::uint32_t>> back;
  for (auto const* records : {&writing_, &fresh_})
    for (auto const& record : *records) back.emplace(record.trial, record.point);
  for (auto& unit : handed_out_)
    std::erase_if(unit.points, [&](auto point) { return back.contains({unit.trial, point}); });
  std::erase_if(handed_out_, [](Unit const& unit) { return unit.points.empty(); });
  file_records_ += writing_.size();
  writing_.clear();
  writing_bytes_ = 0;
  restart_journal();
  last_rewrite_ = std::chrono::steady_clock::now();
}

void Storage::tick(Ledger const& ledger) {
  if (running_ != Job::none) {
    bool const finished = job_.wait_for(std::chrono::seconds(0)) == std::future_status::ready;
    if (finished || fresh_bytes() > kMostFreshBytes + kMostFreshBytes / 4) wait_for_job();
    if (running_ != Job::none) return;
  }
  double const interval = study_.options().checkpoint_interval;
  bool const full = fresh_bytes_ > kMostFreshBytes;
  bool const cheap = seconds_since(last_rewrite_) * kPartOfTime > last_rewrite_seconds_ &&
                     static_cast<double>(fresh_.size()) > kGrowth * static_cast<double>(file_records_) &&
                     seconds_since(last_rewrite_) > std::min(interval, 10.0);
  if (!fresh_.empty() && (full || cheap)) {
    start_rewrite(ledger);
  } else if (seconds_since(last_sync_) > interval / 2) {
    last_sync_ = std::chrono::steady_clock::now();
    running_ = Job::sync;
    job_ = std::async(std::launch::async, [this, sync = std::exchange(unsynced_, false)] {
      if (!lock_.beat()) throw std::runtime_error(output_ + ": another run has taken over this output");
      if (sync) journal_->sync();
    });
  }
}

void Storage::sync() {
  wait_for_job();
  journal_->sync();
  unsynced_ = false;
}

void Storage::close_by_force(Ledger const& ledger) {
  sync();
  start_rewrite(ledger);
  wait_for_job();
  lock_.release();
}

void Storage::finish(Ledger const& ledger, Provenance provenance) {
  wait_for_job();
  provenance_ = std::move(provenance);
  if (!lock_.beat()) throw std::runtime_error(output_ + ": another run has taken over this output");
  start_rewrite(ledger);
  running_ = Job::none;
  job_.get();
  std::remove((output_ + ".journal").c_str());
}

}  // namespace thresher::study
