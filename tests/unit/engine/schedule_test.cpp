#include "prepared.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <set>
#include <vector>

namespace thresher::engine {
namespace {

TEST(Units, AreSplitWhenTeamsWouldIdle) {
  Prepared prepared(Texts{{"rule", "plain,squared"}, {"trials", "1"}});
  prepared.schedule.begin({.team_size = 1, .is_last = false}, 2);
  EXPECT_EQ(prepared.schedule.next_batch(1).at(0).points.size(), 1u);
  EXPECT_EQ(prepared.schedule.next_batch(1).at(0).points.size(), 1u);
  EXPECT_TRUE(prepared.schedule.next_batch(1).empty());
}

TEST(Units, ServeNestedAxesUnderCommonRandomNumbers) {
  Prepared apart(Texts{{"size", "4,8"}});
  apart.schedule.begin({.team_size = 1, .is_last = false}, 1);
  EXPECT_EQ(apart.schedule.next_batch(1).at(0).points.size(), 1u);
  Prepared together(Texts{{"size", "4,8"}, {"common_random_numbers", "true"}});
  together.schedule.begin({.team_size = 1, .is_last = false}, 1);
  EXPECT_EQ(together.schedule.next_batch(1).at(0).points.size(), 2u);
}

TEST(Units, DearestComeFirst) {
  Prepared prepared(Texts{{"size", "4,100"}});
  prepared.schedule.begin({.team_size = 1, .is_last = false}, 1);
  EXPECT_EQ(prepared.schedule.next_batch(1).at(0).points.at(0), 1u);
}

TEST(Units, SayNothingOfTheTimeLeftBeforeOneHasCome) {
  Prepared prepared(Texts{{"trials", "2"}});
  auto& schedule = prepared.schedule;
  schedule.begin({.team_size = 1, .is_last = false}, 2);
  EXPECT_LT(schedule.seconds_left(), 0);
  auto const first = schedule.next_batch(1), second = schedule.next_batch(1);
  ASSERT_EQ(second.size(), 1u);
  EXPECT_LT(schedule.seconds_left(), 0) << "all are handed out, none has come";
  for (auto& record : run(prepared, first.front())) schedule.enter(record);
  EXPECT_GT(schedule.seconds_left(), 0);
}

TEST(Units, SuspectsComeLastAndWithoutCompany) {
  Prepared prepared(Texts{{"trials", "10"}});
  prepared.strikes[{1, 0}] = 1;
  prepared.strikes[{4, 0}] = 2;
  prepared.schedule.begin({.team_size = 1, .is_last = false}, 1);
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
  schedule.begin({.team_size = 1, .is_last = false}, 2);
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
    prepared.schedule.begin({.team_size = 1, .is_last = false}, 1);
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

/// Runs a phase of one team to its end, as if every trial and prediction took a second; what was handed out,
/// in order.
std::vector<Unit> run_phase(Prepared& prepared, Phase const& phase) {
  std::vector<Unit> order;
  prepared.schedule.begin(phase, 1);
  while (!prepared.schedule.done()) {
    auto const batch = prepared.schedule.next_batch(1);
    if (batch.empty()) {
      ADD_FAILURE() << "something is left and nothing handed out";
      break;
    }
    for (auto const& unit : batch) {
      order.push_back(unit);
      for (auto& record : run(prepared, unit)) {
        record.seconds = 1;
        prepared.schedule.enter(record);
      }
    }
  }
  return order;
}

TEST(Predictions, AreDealtInStepWithTheTrialsOfTheirPoints) {
  Prepared prepared(Texts{{"mean", "0,1,2"}, {"trials", "10"}, {"theory", "all"}});
  auto const order = run_phase(prepared, {.team_size = 1, .is_last = true});
  auto const is_prediction = [](Unit const& unit) { return unit.trial < 0; };
  EXPECT_EQ(std::ranges::count_if(order, is_prediction), 7) << "two theories at three means, and one at all";
  EXPECT_GE(order.front().trial, 0) << "trials come first";
  std::set<std::uint32_t> begun;
  for (auto const& unit : order) {
    if (is_prediction(unit)) {
      EXPECT_TRUE(begun.contains(unit.points.front())) << unit.points.front();
    }
    begun.insert(unit.points.begin(), unit.points.end());
  }
  auto const first = std::ranges::find_if(order, is_prediction) - order.begin();
  EXPECT_LT(first, 5) << "not after all trials";
}

/// Runs a phase of one team for as long as a prediction of theory k takes `theory_seconds[k]` and a trial
/// `trial_seconds`; ends when that makes `seconds`. Seconds of trials and predictions that came back.
std::pair<double, double> run_for(Prepared& prepared, double seconds, double trial_seconds,
                                  std::vector<double> const& theory_seconds) {
  double trials = 0, predictions = 0;
  prepared.schedule.begin({.team_size = 1, .is_last = true}, 1);
  while (trials + predictions < seconds && !prepared.schedule.done())
    for (auto const& unit : prepared.schedule.next_batch(1))
      for (auto& record : run(prepared, unit)) {
        record.seconds = unit.trial < 0 ? theory_seconds[theory_of_trial(unit.trial)] : trial_seconds;
        (unit.trial < 0 ? predictions : trials) += record.seconds;
        prepared.schedule.enter(record);
      }
  return {trials, predictions};
}

TEST(Predictions, TakeAsMuchTimeAsTrialsWhateverEachOfTheirTheoriesTakes) {
  // One theory is a thousand times as dear as the other: what is met first tells nothing of the rest.
  Prepared prepared(Texts{{"mean", "0:1:999"}, {"trials", "3"}, {"theory", "means+draws"}});
  auto const [trials, predictions] = run_for(prepared, 12, 0.01, {2e-5, 0.02});
  EXPECT_GT(trials, 4);
  EXPECT_GT(predictions, 4);
}

TEST(Predictions, FillTheTimeOfTeamsThatWaitForTheLastTrials) {
  Prepared prepared(Texts{{"mean", "0:1:9"}, {"trials", "1"}, {"theory", "means"}});
  auto& schedule = prepared.schedule;
  schedule.begin({.team_size = 1, .is_last = false}, 2);
  std::vector<Unit> trials;
  auto const enter = [&](Unit const& unit) {
    for (auto& record : run(prepared, unit)) {
      record.seconds = unit.trial < 0 ? 1e-3 : 1;
      schedule.enter(record);
    }
  };
  while (trials.size() < 10) {
    auto const batch = schedule.next_batch(1);
    ASSERT_FALSE(batch.empty());
    for (auto const& unit : batch) {
      if (unit.trial >= 0) trials.push_back(unit);
      if (unit.trial < 0 || trials.size() < 9) enter(unit);
    }
  }
  auto const meanwhile = schedule.next_batch(1);
  ASSERT_FALSE(meanwhile.empty());
  EXPECT_LT(meanwhile.front().trial, 0);
}

TEST(Predictions, WaitForSingleRanksWhereTrialsAreDone) {
  Prepared prepared(Texts{{"mean", "0,1"}, {"trials", "1"}, {"theory", "means"}});
  auto const on_pairs = run_phase(prepared, {.team_size = 1, .is_last = false});
  auto const rest = run_phase(prepared, {.team_size = 1, .is_last = true});
  EXPECT_EQ(on_pairs.size() + rest.size(), 4u);
  EXPECT_FALSE(rest.empty());
  for (auto const& unit : rest) EXPECT_EQ(unit.trial, trial_of_theory(0));
}

TEST(Predictions, AloneAreDealtWhereNoTrialIsAskedFor) {
  Prepared prepared(Texts{{"mean", "0,1"}, {"trials", "0"}, {"theory", "draws"}});
  auto const order = run_phase(prepared, {.team_size = 1, .is_last = true});
  EXPECT_EQ(order.size(), 2u);
  EXPECT_FALSE(std::isnan(prepared.ledger.prediction(1, 0)));
  EXPECT_TRUE(std::isnan(prepared.ledger.prediction(0, 0))) << "was not asked for";
}

TEST(Predictions, AreThoseAskedForByName) {
  EXPECT_THROW(Prepared(Texts{{"theory", "means+nonsense"}}), UserError);
  Prepared prepared(Texts{{"theory", "means+draws"}});
  EXPECT_EQ(prepared.schedule.shares().trials().total(), prepared.study.trials());
  EXPECT_EQ(prepared.schedule.shares().predictions(), 2);
}

}  // namespace
}  // namespace thresher::engine
