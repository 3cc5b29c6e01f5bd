#include "study/study.hpp"

#include "small_experiment.hpp"
#include "study/schedule.hpp"
#include "study/unit_runner.hpp"

#include <gtest/gtest.h>

#include <set>

namespace thresher::study {
namespace {

using Texts = std::map<std::string, std::string>;

struct Prepared {
  explicit Prepared(Texts const& inputs)
      : study(experiment, configuration_of(experiment, inputs), nullptr),
        ledger(study, survey(study, 4, 1e9, {})),
        schedule(study, ledger, strikes) {}
  SmallExperiment experiment;
  Study study;
  Ledger ledger;
  Strikes strikes;
  Schedule schedule;
};

std::vector<Record> run(Prepared& prepared, Unit const& unit) {
  auto const self = mpi::Communicator::self();
  Team team(self);
  Agreement const agreement(self, {});
  UnitRunner runner(prepared.study, team, agreement);
  std::vector<Record> records;
  runner.run(unit, [&](Record record) { records.push_back(std::move(record)); });
  return records;
}

TEST(Identity, IsThatOfDataParametersOffTheirDefaults) {
  Prepared prepared(Texts{{"mean", "0,1"}, {"rule", "squared"}, {"level", "1,2"}, {"nodes", "5"}});
  auto const& study = prepared.study;
  auto const text = study.identity(study.canonical(study.grid().point(2)));
  EXPECT_EQ(text, "experiment=small\ndata_version=1\nseed=1\nmean=1\n");
  EXPECT_EQ(study.identity(study.canonical(study.grid().point(0))),
            "experiment=small\ndata_version=1\nseed=1\n");
  Prepared common(Texts{{"mean", "0,1"}, {"common_random_numbers", "true"}});
  EXPECT_EQ(common.study.identity(common.study.grid().point(1)),
            common.study.identity(common.study.grid().point(0)));
}

TEST(Surveying, FindsPointsThatDifferInInertParametersOnly) {
  Prepared prepared(Texts{{"rule", "plain,squared"}, {"level", "1,2"}, {"nodes", "3,4"}});
  auto const& representative = prepared.ledger.survey().representative;
  std::set<std::uint32_t> distinct(representative.begin(), representative.end());
  EXPECT_EQ(distinct.size(), 3u);  // plain once, squared at each level; nodes matter to theory only
}

TEST(Surveying, RefusesInvalidPointsOrLeavesThemOut) {
  EXPECT_THROW(Prepared(Texts{{"mean", "0,-200"}}), UserError);
  Prepared prepared(Texts{{"mean", "0,-200"}, {"skip_invalid", "true"}});
  EXPECT_EQ(prepared.ledger.survey().valid, (std::vector<bool>{false, true}));
}

TEST(Surveying, ChoosesTheSmallestTeamThatFits) {
  SmallExperiment experiment;
  Study const study(experiment, configuration_of(experiment, {{"ranks_per_trial", "auto"}}), nullptr);
  EXPECT_EQ(survey(study, 6, 1e9, {}).team_size.front(), 1);
  EXPECT_THROW(survey(study, 6, 8, {}), UserError);
  Study const fixed(experiment, configuration_of(experiment, {{"ranks_per_trial", "4"}}), nullptr);
  EXPECT_THROW(survey(fixed, 6, 1e9, {}), UserError);
}

TEST(Units, GenerateOnceAnalyseMany) {
  Prepared prepared(Texts{{"rule", "plain,squared"}, {"level", "1,2,3"}, {"mean", "0,1"}});
  auto& schedule = prepared.schedule;
  schedule.begin({Phase::Work::trials, 1}, 1);
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

TEST(StagesBeforeTheData, SeeNoLaterParameterAndNoSeed) {
  Prepared prepared(Texts{{"width", "2,3"}, {"mean", "1"}, {"seed", "5"}});
  EXPECT_EQ(prepared.study.preparation_identity(0), "experiment=small\ndata_version=1\nstage=preparation\n");
  EXPECT_TRUE(prepared.study.splits_units(0));
  auto const text = prepared.study.identity(prepared.study.canonical(prepared.study.grid().point(0)));
  EXPECT_EQ(text, "experiment=small\ndata_version=1\nseed=5\nwidth=2\nmean=1\n")
      << "the data depend on what they are made from";
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

TEST(Places, DifferWhereDataDo) {
  Prepared prepared(Texts{{"mean", "0,1"}, {"size", "4,8"}, {"common_random_numbers", "true"}});
  auto const& study = prepared.study;
  auto const place = [&](std::size_t stage, std::size_t point) {
    return study.place_of(stage, study.canonical(study.grid().point(point)));
  };
  auto const data = study.description().data_stage;
  EXPECT_EQ(study.key_up_to(data, study.grid().point(0)), study.key_up_to(data, study.grid().point(3)));
  std::set<std::string> places;
  for (std::size_t point = 0; point < 4; ++point) places.insert(place(data, point));
  EXPECT_EQ(places.size(), 2u) << "sizes are nested: one generation serves them";
  for (std::size_t point = 0; point < 4; ++point)
    places.insert(place(study.description().stages.size(), point));
  EXPECT_EQ(places.size(), 6u);
}

TEST(Units, AreSplitWhenTeamsWouldIdle) {
  Prepared prepared(Texts{{"rule", "plain,squared"}, {"trials", "1"}});
  prepared.schedule.begin({Phase::Work::trials, 1}, 2);
  EXPECT_EQ(prepared.schedule.next_batch(1).at(0).points.size(), 1u);
  EXPECT_EQ(prepared.schedule.next_batch(1).at(0).points.size(), 1u);
  EXPECT_TRUE(prepared.schedule.next_batch(1).empty());
}

TEST(Units, ServeNestedAxesUnderCommonRandomNumbers) {
  Prepared apart(Texts{{"size", "4,8"}});
  apart.schedule.begin({Phase::Work::trials, 1}, 1);
  EXPECT_EQ(apart.schedule.next_batch(1).at(0).points.size(), 1u);
  Prepared together(Texts{{"size", "4,8"}, {"common_random_numbers", "true"}});
  together.schedule.begin({Phase::Work::trials, 1}, 1);
  EXPECT_EQ(together.schedule.next_batch(1).at(0).points.size(), 2u);
}

TEST(Units, DearestComeFirst) {
  Prepared prepared(Texts{{"size", "4,100"}});
  prepared.schedule.begin({Phase::Work::trials, 1}, 1);
  EXPECT_EQ(prepared.schedule.next_batch(1).at(0).points.at(0), 1u);
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

TEST(Units, SuspectsComeLastAndWithoutCompany) {
  Prepared prepared(Texts{{"trials", "10"}});
  prepared.strikes[{1, 0}] = 1;
  prepared.strikes[{4, 0}] = 2;
  prepared.schedule.begin({Phase::Work::trials, 1}, 1);
  std::vector<std::int64_t> order;
  while (!prepared.schedule.done()) {
    auto const batch = prepared.schedule.next_batch(1);
    ASSERT_FALSE(batch.empty());
    for (auto const& unit : batch) {
      order.push_back(unit.trial);
      if (order.size() > 8) {
        EXPECT_EQ(batch.size(), 1u);
        EXPECT_TRUE(prepared.schedule.next_batch(1).empty());
      }
    }
    for (auto const& unit : batch)
      for (auto& record : run(prepared, unit)) prepared.schedule.enter(record);
  }
  EXPECT_EQ(order, (std::vector<std::int64_t>{0, 2, 3, 5, 6, 7, 8, 9, 1, 4}));
}

TEST(Units, SuspectsOfOneDeathRunTogetherAndBeforeThoseOfTwo) {
  Prepared prepared(Texts{{"trials", "4"}});
  prepared.strikes[{0, 0}] = 2;
  prepared.strikes[{1, 0}] = prepared.strikes[{3, 0}] = 1;
  auto& schedule = prepared.schedule;
  schedule.begin({Phase::Work::trials, 1}, 2);
  std::vector<Unit> out;
  std::vector<std::int64_t> order;
  while (out.size() < 3) {
    auto const batch = schedule.next_batch(1);
    ASSERT_FALSE(batch.empty());
    for (auto const& unit : batch) {
      out.push_back(unit);
      order.push_back(unit.trial);
    }
  }
  EXPECT_EQ(order, (std::vector<std::int64_t>{2, 1, 3}));
  EXPECT_TRUE(schedule.next_batch(1).empty()) << "the next one runs alone";
  for (auto const& unit : out)
    for (auto& record : run(prepared, unit)) schedule.enter(record);
  EXPECT_EQ(schedule.next_batch(1).at(0).trial, 0);
}

TEST(Shards, AreDisjointAndComplete) {
  std::set<std::pair<std::int64_t, std::uint32_t>> seen;
  for (auto const* shard : {"1/3", "2/3", "3/3"}) {
    Prepared prepared(Texts{{"mean", "0,1"}, {"trials", "7"}, {"shard", shard}});
    prepared.schedule.begin({Phase::Work::trials, 1}, 1);
    for (;;) {
      auto const batch = prepared.schedule.next_batch(1);
      if (batch.empty()) break;
      for (auto const& unit : batch) {
        for (auto const point : unit.points) EXPECT_TRUE(seen.emplace(unit.trial, point).second);
        for (auto& record : run(prepared, unit)) prepared.schedule.enter(record);
      }
    }
    EXPECT_TRUE(prepared.schedule.done());
  }
  EXPECT_EQ(seen.size(), 14u);
}

TEST(Values, ThatAreIllegitimateAreNamed) {
  SmallExperiment experiment;
  auto const& about = experiment.description();
  EXPECT_EQ(illegitimate(about, {true, true}, {1, 0}), "");
  EXPECT_NE(illegitimate(about, {true, true}, {std::nan(""), 0}).find("average"), std::string::npos);
  EXPECT_NE(illegitimate(about, {true, true}, {INFINITY, 0}).find("average"), std::string::npos);
  EXPECT_EQ(illegitimate(about, {false, true}, {std::nan(""), 0}), "");
}

TEST(Toml, ReproducesTheStudy) {
  SmallExperiment experiment;
  auto const configuration =
      configuration_of(experiment, {{"mean", "1,0.1"}, {"rule", "squared"}, {"seed", "7"}, {"trials", "3"}});
  Request again;
  again.inputs = read_toml(configuration.toml(experiment.description()), "text", experiment.description());
  EXPECT_EQ(configure(again, experiment.description()).toml(experiment.description()),
            configuration.toml(experiment.description()));
}

TEST(Toml, ErrorsSayWhere) {
  SmallExperiment experiment;
  auto const says = [&](std::string const& text, std::string const& part) {
    try {
      Request request;
      request.inputs = read_toml(text, "job.toml", experiment.description());
      configure(request, experiment.description());
      FAIL() << text;
    } catch (UserError const& error) {
      EXPECT_NE(std::string(error.what()).find(part), std::string::npos) << error.what();
    }
  };
  says("size = 4\nmean = [1, 2\n", "job.toml:");
  says("size = 4\nmeen = 1\n", "job.toml:2: no parameter or option is named meen (did you mean mean?)");
  says("\nsize = 4.5\n", "job.toml:2");
  says("size = {a = 1}\n", "job.toml:1");
  says("mean = nan\n", "job.toml:1");
}

}  // namespace
}  // namespace thresher::study
