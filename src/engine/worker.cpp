#include "engine/worker.hpp"

#include "engine/meeting.hpp"
#include "engine/messages.hpp"
#include "engine/naps.hpp"
#include "engine/unit_runner.hpp"
#include "results/journal.hpp"
#include "results/trial_files.hpp"

#include <algorithm>
#include <chrono>
#include <map>
#include <set>
#include <unistd.h>
#include <utility>

namespace thresher::engine {

using Clock = std::chrono::steady_clock;
using messages::Order;
using messages::Report;

namespace {
constexpr auto kShortestNap = std::chrono::microseconds(100);
constexpr auto kLongestNap = std::chrono::milliseconds(10);
/// A record that comes later than this after the last report goes to the coordinator at once, earlier ones
/// wait for company: the coordinator serves all teams, and what it takes for a message is dearer than what it
/// takes for a record.
constexpr auto kReportInterval = std::chrono::milliseconds(20);
constexpr auto kReportIntervalPerTeam = std::chrono::microseconds(20);
/// Work of this length does not wait where the next unit may take longer than those before.
constexpr auto kDear = std::chrono::milliseconds(2);

/// This rank in its team of one size, with the services that a trial sees.
class Member : public TrialServices {
 public:
  Member(Study const& study, mpi::Communicator const& world, mpi::Communicator const& exchange, int team_size,
         std::uint64_t memory)
      : study_(study),
        exchange_(exchange),
        comm_(world.split(world.rank() / team_size, world.rank())),
        team_(comm_, memory),
        agreement_(comm_, [this](std::string const& reason) { report_alone(reason); }),
        runner_(study, team_, agreement_),
        files_(study.options().output, world.rank() / team_size, comm_),
        report_interval_(
            std::max<Clock::duration>(kReportInterval, kReportIntervalPerTeam * (world.size() / team_size))) {
    team_.set_services(this);
    team_.set_input(study.input());
  }

  /// Works through one phase; true when the run goes on with the next one. Collective over the team.
  bool run_phase() {
    std::vector<std::byte> message;
    for (;;) {
      if (comm_.rank() == 0) message = wait_for_order();
      if (comm_.size() > 1) mpi::broadcast_vector(comm_, message);
      bytes::Reader reader(message);
      switch (reader.get<Order>()) {
        case Order::end_of_phase:
          return true;
        case Order::end_of_run:
          return false;
        case Order::batch:
          run_batch(reader);
      }
    }
  }

  // ---- services of a trial
  bool wants(std::string_view artifact) const override {
    return study_.wants_artifact(artifact) &&
           (runner_.is_deterministic() || study_.wants_artifacts_of(unit_.trial));
  }
  void store(Artifact artifact) override {
    if (is_large(artifact.extents)) {
      artifact.file = files_.write(runner_.place(), artifact);
      artifact.values.clear();
    }
    runner_.artifacts().push_back(std::move(artifact));
  }
  void store_distributed(std::string_view name, std::vector<std::int64_t> const& extents, mpi::Range rows,
                         std::span<double const> values) override {
    if (!is_large(extents)) return store_whole(name, extents, rows, values);
    auto const file = files_.write(runner_.place(), std::string(name), extents, rows, values);
    if (comm_.rank() == 0) runner_.artifacts().push_back({std::string(name), extents, {}, file});
  }
  void warn(std::string const& message) override {
    if (!warned_.insert(message).second) return;
    bytes::Writer report;
    report.put(Report::warning, message);
    messages::send(exchange_.get(), 0, messages::kToCoordinator, std::move(report));
  }
  void progress(double part) override {
    auto const now = Clock::now();
    if (now - last_progress_ < std::chrono::seconds(1)) return;
    last_progress_ = now;
    bytes::Writer report;
    report.put(Report::progress, part);
    messages::send(exchange_.get(), 0, messages::kToCoordinator, std::move(report));
  }
  bool stopping() override {
    if (!stop_ && Clock::now() - last_poll_ > std::chrono::milliseconds(1)) poll_stop();
    return stop_;
  }
  void keep(std::span<std::byte const> bytes) override {
    if (!files_.keep(runner_.place(), bytes) || comm_.rank() != 0) return;
    bytes::Writer report;
    report.put(Report::kept);
    messages::send(exchange_.get(), 0, messages::kToCoordinator, std::move(report));
  }
  std::optional<std::vector<std::byte>> restore() override { return files_.restore(runner_.place()); }

 private:
  /// Brings a small array together on rank 0. Collective over the team.
  void store_whole(std::string_view name, std::vector<std::int64_t> const& extents, mpi::Range rows,
                   std::span<double const> values) {
    std::int64_t row = 1;
    for (std::size_t k = 1; k < extents.size(); ++k) row *= extents[k];
    Artifact whole{std::string(name), extents,
                   std::vector<double>(static_cast<std::size_t>(extents[0] * row))};
    std::ranges::copy(values, whole.values.begin() + rows.begin * row);
    mpi::sum_in_place(comm_, whole.values);
    if (comm_.rank() == 0) store(std::move(whole));
  }

  std::vector<std::byte> wait_for_order() {
    for (Naps naps(kShortestNap, kLongestNap);; naps.rest()) {
      poll_stop();
      if (stop_ && !acknowledged_) report(Report::stopped);
      if (auto const order = inbox_.poll(exchange_.get(), 0, messages::kToTeam))
        return {order->bytes.begin(), order->bytes.end()};
    }
  }

  void run_batch(bytes::Reader& reader) {
    last_report_ = Clock::now();
    auto const units = reader.get<std::vector<Unit>>();
    points_left_ = 0;
    for (auto const& unit : units) points_left_ += unit.points.size();
    for (auto const& unit : units) {
      // Units of the same points take about as long as each other.
      bool const of_other_points = unit.points != std::exchange(unit_, unit).points;
      if (of_other_points && !entries_.empty() && Clock::now() - last_report_ > kDear)
        report(Report::results);
      if (team_.stopping()) break;
      bool const whole = runner_.run(unit_, [this](Record const& record) { take(record); });
      if (!whole) stop_ = true;
      if (whole) files_.forget();
    }
    if (comm_.rank() == 0) report(stop_ ? Report::stopped : Report::finished);
  }

  void take(Record const& record) {
    entries_.add(record);
    // The last ones go with the end of the batch.
    if (--points_left_ > 0 && Clock::now() - last_report_ > report_interval_) report(Report::results);
  }

  void report(Report kind) {
    if (kind == Report::stopped) acknowledged_ = true;
    // Blocking: a long message moves only inside MPI, so it must be through before the next unit starts.
    messages::send(exchange_.get(), 0, messages::kToCoordinator, messages::of_entries(kind, entries_.take()));
    last_report_ = Clock::now();
  }

  [[noreturn]] void report_alone(std::string const& reason) {
    bytes::Writer message;
    message.put(Report::alone, unit_,
                "on rank " + std::to_string(comm_.rank()) +
                    " of the team, while the other ranks did not follow: " + reason);
    messages::send(exchange_.get(), 0, messages::kToCoordinator, std::move(message));
    for (;;) pause();  // the coordinator ends the run
  }

  void poll_stop() {
    last_poll_ = Clock::now();
    if (inbox_.poll(exchange_.get(), 0, messages::kStop)) stop_ = true;
  }

  Study const& study_;
  mpi::Communicator const& exchange_;
  mpi::Communicator comm_;
  Team team_;
  Agreement agreement_;
  UnitRunner runner_;
  TrialFiles files_;
  messages::Inbox inbox_;
  Clock::duration report_interval_;
  Unit unit_;
  RecordEntries entries_;        ///< of records that wait for the next report
  std::size_t points_left_ = 0;  ///< of the batch, without a record
  std::set<std::string> warned_;
  bool stop_ = false;
  bool acknowledged_ = false;
  Clock::time_point last_report_;
  Clock::time_point last_poll_;
  Clock::time_point last_progress_;
};

}  // namespace

void work(Study const& study, mpi::Communicator const& world, mpi::Communicator const& exchange,
          std::uint64_t memory_per_rank, std::vector<Phase> const& phases) {
  std::map<int, Member> members;  // this rank's place in teams of each size
  for (auto const& phase : phases) {
    auto& member =
        members.try_emplace(phase.team_size, study, world, exchange, phase.team_size, memory_per_rank)
            .first->second;
    if (!member.run_phase()) break;
  }
  meet(world);  // nobody frees a communicator that another rank still uses
}

}  // namespace thresher::engine
