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

}  // namespace
}  // namespace thresher::study
