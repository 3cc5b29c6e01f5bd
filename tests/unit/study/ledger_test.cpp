#include "study/ledger.hpp"

#include "small_experiment.hpp"

#include <gtest/gtest.h>

namespace thresher::study {
namespace {

struct Fixture {
  SmallExperiment experiment;
  Study study{experiment, configuration_of(experiment, {{"mean", "0,1"}, {"level", "1,2"}})};
  Ledger ledger{study, survey(study, 1, 1e9, {})};
};

TEST(Ledger, HoldsPredictionsByWhatTheyDependOn) {
  Fixture f;
  std::vector<Ledger::Task> tasks;
  f.ledger.for_each_task([&](Ledger::Task const& task) { tasks.push_back(task); });
  ASSERT_EQ(tasks.size(), 5u) << "two theories at two means, and one that depends on nothing here";
  EXPECT_EQ(tasks[1].point, 2u) << "the first point with that mean";
  f.ledger.enter({.point = 3, .trial = trial_of_theory(0), .values = {7}});
  EXPECT_EQ(f.ledger.prediction(0, 2), 7);
  EXPECT_EQ(f.ledger.status(2, trial_of_theory(0)), Status::ok);
  EXPECT_TRUE(std::isnan(f.ledger.prediction(0, 0)));
  EXPECT_TRUE(std::isnan(f.ledger.prediction(1, 2)));
}

TEST(Ledger, ACopyDoesNotChange) {
  SmallStudy small(Texts{{"mean", "0:1:2999"}});
  auto const keep = [&](std::uint32_t point, double value) {
    small.ledger.enter({.point = point, .trial = trial_of_theory(0), .values = {value}});
  };
  keep(0, 1);
  keep(1500, 2);
  keep(2999, 3);
  auto const copy = std::make_unique<Ledger const>(small.ledger);
  keep(1, 4);
  keep(1500, 5);
  EXPECT_EQ(copy->prediction(0, 1500), 2);
  EXPECT_TRUE(std::isnan(copy->prediction(0, 1)));
  EXPECT_EQ(copy->status(1, trial_of_theory(0)), Status::not_run);
  std::vector<double> found;
  for (std::size_t const point : {0, 1, 1500, 2999}) found.push_back(small.ledger.prediction(0, point));
  EXPECT_EQ(found, (std::vector<double>{1, 4, 5, 3}));
  EXPECT_EQ(copy->prediction(0, 2999), 3);
  EXPECT_TRUE(std::isnan(small.ledger.prediction(0, 2)));
}

TEST(Ledger, HasThePredictionsThatAreAskedForOrKnown) {
  SmallExperiment experiment;
  auto asked = configuration_of(experiment, {{"mean", "0,1"}, {"level", "1,2"}});
  asked.options.theory = "none";
  Study const study{experiment, asked};
  Ledger const ledger{study, survey(study, 1, 1e9, {})};
  EXPECT_FALSE(ledger.has_prediction(0));
  EXPECT_TRUE(Fixture{}.ledger.has_prediction(0)) << "asked for, though not known yet";
}

TEST(Ledger, ForgetsFailuresOfTrialsAndPredictionsAlike) {
  Fixture f;
  auto const& about = f.experiment.description();
  for (std::int64_t const trial : {std::int64_t{3}, trial_of_theory(1)}) {
    f.ledger.enter(Record::failed(about, 0, trial, "no luck"));
    EXPECT_EQ(f.ledger.status(0, trial), Status::failed);
    ASSERT_EQ(f.ledger.failures().size(), 1u);
    EXPECT_EQ(f.ledger.failures().front().reason, "no luck");
    f.ledger.retry(0, trial);
    EXPECT_EQ(f.ledger.status(0, trial), Status::not_run);
    EXPECT_TRUE(f.ledger.failures().empty());
  }
  EXPECT_EQ(f.ledger.missing(0), f.ledger.trials());
}

/// Enters `count` trials of point 0 with that value of the metric `average` (of unbounded range).
void enter_trials(Ledger& ledger, std::int64_t first, std::int64_t count, double value) {
  for (std::int64_t t = first; t < first + count; ++t)
    ledger.enter({.point = 0, .trial = t, .values = {value + 1e-3 * static_cast<double>(t % 2), 0}});
}

TEST(Ledger, TellsWhereATargetWasMissed) {
  SmallStudy loose({{"trials", "4"}, {"max_trials", "9"}, {"target_se", "average=0.01"}});
  EXPECT_EQ(loose.ledger.target_state(0), TargetState::open);
  enter_trials(loose.ledger, 0, 4, 1);
  EXPECT_EQ(loose.ledger.target_state(0), TargetState::reached);
  SmallStudy strict({{"trials", "4"}, {"max_trials", "9"}, {"target_se", "average=1e-9"}});
  enter_trials(strict.ledger, 0, 8, 1);
  EXPECT_EQ(strict.ledger.target_state(0), TargetState::open);
  enter_trials(strict.ledger, 8, 1, 1);
  EXPECT_EQ(strict.ledger.target_state(0), TargetState::missed);
  SmallStudy equal({{"trials", "4"}, {"max_trials", "9"}, {"target_se", "average=0.01"}});
  for (std::int64_t t = 0; t < 9; ++t) equal.ledger.enter({.point = 0, .trial = t, .values = {0, 0}});
  EXPECT_EQ(equal.ledger.target_state(0), TargetState::missed) << "equal trials";
}

TEST(Ledger, CountsWhatBecameOfTheTrials) {
  SmallStudy small(Texts{{"trials", "5"}});
  small.ledger.enter({.point = 0, .trial = 0, .values = {0, 0}});
  small.ledger.enter({.point = 0, .trial = 1, .status = Status::not_converged, .values = {0, 0}});
  small.ledger.enter(Record::failed(small.experiment.description(), 0, 2, "no luck"));
  auto const tally = small.ledger.tally(0);
  EXPECT_EQ(tally.ran, 3);
  EXPECT_EQ(tally.failed, 1);
  EXPECT_EQ(tally.not_converged, 1);
}

}  // namespace
}  // namespace thresher::study
