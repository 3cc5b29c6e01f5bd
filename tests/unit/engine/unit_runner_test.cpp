#include "prepared.hpp"

#include <gtest/gtest.h>

#include <set>

namespace thresher::engine {
namespace {

TEST(Units, GenerateOnceAnalyseMany) {
  Prepared prepared(Texts{{"rule", "plain,squared"}, {"level", "1,2,3"}, {"mean", "0,1"}});
  auto& schedule = prepared.schedule;
  schedule.begin({.team_size = 1, .is_last = false}, 1);
  auto const batch = schedule.next_batch(1);
  ASSERT_EQ(batch.size(), 1u) << "nothing is known of the costs yet";
  EXPECT_EQ(batch[0].points.size(), 4u);
  auto const records = run(prepared, batch[0]);
  EXPECT_EQ(records.size(), 4u);
  EXPECT_EQ(prepared.experiment.generated, 1);
  EXPECT_EQ(prepared.experiment.fitted, 2);
  EXPECT_EQ(prepared.experiment.read, 4);
  // Alone, a point has the same numbers.
  for (auto const& record : records)
    EXPECT_EQ(run(prepared, {0, {record.point}}).front().values, record.values);
}

/// Runs trials 0 and 1 of every point on one team, in this order.
std::vector<Record> run_two_trials(Prepared& prepared) {
  auto const self = mpi::Communicator::self();
  Team team(self);
  Agreement const agreement(self, {});
  UnitRunner runner(prepared.study, team, agreement);
  std::vector<Record> records;
  for (std::uint32_t point = 0; point < prepared.study.grid().size(); ++point)
    for (std::int64_t const trial : {0, 1})
      runner.run({trial, {point}}, [&](Record record) { records.push_back(std::move(record)); });
  return records;
}

TEST(StagesBeforeTheData, RunOncePerTeam) {
  Prepared prepared(Texts{{"width", "1,2"}, {"mean", "0,1"}, {"rule", "plain,squared"}});
  auto const records = run_two_trials(prepared);
  EXPECT_EQ(prepared.experiment.prepared, 2);
  EXPECT_EQ(prepared.experiment.generated, 16);
  // Alone, a trial has the same numbers, and those of other preparations are others.
  for (auto const& record : records)
    EXPECT_EQ(run(prepared, {record.trial, {record.point}}).front().values, record.values);
}

TEST(StagesBeforeTheData, FailOnceForAllTheirTrials) {
  Prepared prepared(Texts{{"rule", "plain,squared"}});
  prepared.experiment.fail_in_preparation = true;
  auto const records = run_two_trials(prepared);
  ASSERT_EQ(records.size(), 4u);
  EXPECT_EQ(prepared.experiment.prepared, 1);
  for (auto const& record : records) EXPECT_EQ(record.reason, "asked to fail beforehand");
}

std::vector<double> predicted(Texts const& inputs, std::size_t theory, std::uint32_t point) {
  Prepared prepared(inputs);
  return run(prepared, {trial_of_theory(theory), {point}}).front().values;
}

TEST(Theories, DrawTheSameAtAllPointsOfASeed) {
  auto const here = predicted({{"mean", "0,1"}, {"width", "1,2"}}, 1, 0);
  EXPECT_EQ(predicted({{"mean", "0,1"}, {"width", "1,2"}}, 1, 3), here);
  EXPECT_EQ(predicted({}, 1, 0), here);
  EXPECT_NE(predicted({{"seed", "2"}}, 1, 0), here);
}

TEST(Theories, SeeOnlyWhatTheyDependOn) {
  EXPECT_EQ(predicted({{"mean", "2"}}, 0, 0), std::vector<double>{2});
  EXPECT_EQ(predicted({{"mean", "2"}}, 2, 0), std::vector<double>{0});
}

/// Keeps artifacts as a worker does, and where files of theirs would go.
class Keeper final : public TrialServices {
 public:
  explicit Keeper(UnitRunner& runner) : runner_(runner) {}
  bool wants(std::string_view) const override { return true; }
  void store(Artifact artifact) override {
    places.insert(runner_.place().file_name("file"));
    runner_.artifacts().push_back(std::move(artifact));
  }
  void store_distributed(std::string_view, std::vector<std::int64_t> const&, mpi::Range,
                         std::span<double const>) override {}
  void warn(std::string const&) override {}
  void progress(double) override {}
  bool stopping() override { return false; }
  void keep(std::span<std::byte const>) override {}
  std::optional<std::vector<std::byte>> restore() override { return std::nullopt; }
  std::set<std::string> places;

 private:
  UnitRunner& runner_;
};

TEST(Units, GiveWhatAStageLeavesToItsOwnPoints) {
  Prepared prepared(Texts{{"rule", "plain,squared"}, {"level", "1,2"}, {"mean", "3"}});
  auto const self = mpi::Communicator::self();
  Team team(self);
  Agreement const agreement(self, {});
  UnitRunner runner(prepared.study, team, agreement);
  Keeper keeper(runner);
  team.set_services(&keeper);
  std::map<std::uint32_t, Record> records;
  runner.run({0, {0, 2, 3}}, [&](Record record) { records[record.point] = std::move(record); });
  ASSERT_EQ(records.size(), 3u);
  for (auto const& [point, record] : records) ASSERT_EQ(record.artifacts.size(), 1u);
  double const plain = records[0].artifacts[0].values[0];
  EXPECT_EQ(records[2].artifacts[0].values[0], plain * plain);
  EXPECT_EQ(records[3].artifacts[0].values[0], plain * plain);
  EXPECT_EQ(keeper.places.size(), 2u);
}

TEST(Units, FailedStageFailsItsPointsAndNoOther) {
  Prepared prepared(Texts{{"rule", "plain,squared"}});
  prepared.experiment.fail_in_fit = true;
  auto const records = run(prepared, {0, {0, 1}});
  ASSERT_EQ(records.size(), 2u);
  for (auto const& record : records) {
    EXPECT_EQ(record.status, Status::failed);
    EXPECT_EQ(record.reason, "asked to fail");
  }
}

TEST(Values, ThatAreIllegitimateAreNamed) {
  SmallExperiment experiment;
  auto const& about = experiment.description();
  EXPECT_EQ(illegitimate(about, {true, true}, {1, 0}), "");
  EXPECT_NE(illegitimate(about, {true, true}, {std::nan(""), 0}).find("average"), std::string::npos);
  EXPECT_NE(illegitimate(about, {true, true}, {INFINITY, 0}).find("average"), std::string::npos);
  EXPECT_EQ(illegitimate(about, {false, true}, {std::nan(""), 0}), "");
}

}  // namespace
}  // namespace thresher::engine
