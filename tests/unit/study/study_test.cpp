#include "study/study.hpp"

#include "small_experiment.hpp"

#include <gtest/gtest.h>

#include <set>

namespace thresher::study {
namespace {

TEST(Identity, IsThatOfDataParametersOffTheirDefaults) {
  SmallStudy small(Texts{{"mean", "0,1"}, {"rule", "squared"}, {"level", "1,2"}, {"nodes", "5"}});
  auto const& study = small.study;
  auto const text = study.identity(study.canonical(study.grid().point(2)));
  EXPECT_EQ(text, "experiment=small\ndata_version=1\nseed=1\nmean=1\n");
  EXPECT_EQ(study.identity(study.canonical(study.grid().point(0))),
            "experiment=small\ndata_version=1\nseed=1\n");
  SmallStudy common(Texts{{"mean", "0,1"}, {"common_random_numbers", "true"}});
  EXPECT_EQ(common.study.identity(common.study.grid().point(1)),
            common.study.identity(common.study.grid().point(0)));
}

TEST(StagesBeforeTheData, SeeNoLaterParameterAndNoSeed) {
  SmallStudy small(Texts{{"width", "2,3"}, {"mean", "1"}, {"seed", "5"}});
  EXPECT_EQ(small.study.preparation_identity(0), "experiment=small\ndata_version=1\nstage=preparation\n");
  EXPECT_TRUE(small.study.splits_units(0));
  auto const text = small.study.identity(small.study.canonical(small.study.grid().point(0)));
  EXPECT_EQ(text, "experiment=small\ndata_version=1\nseed=5\nwidth=2\nmean=1\n")
      << "the data depend on what they are made from";
}

TEST(Places, DifferWhereDataDo) {
  SmallStudy small(Texts{{"mean", "0,1"}, {"size", "4,8"}, {"common_random_numbers", "true"}});
  auto const& study = small.study;
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

TEST(Surveying, FindsPointsThatDifferInInertParametersOnly) {
  SmallStudy small(Texts{{"rule", "plain,squared"}, {"level", "1,2"}, {"nodes", "3,4"}});
  auto const& representative = small.ledger.survey().representative;
  std::set<std::uint32_t> distinct(representative.begin(), representative.end());
  EXPECT_EQ(distinct.size(), 3u);  // plain once, squared at each level; nodes matter to theory only
}

TEST(Surveying, RefusesInvalidPointsOrLeavesThemOut) {
  EXPECT_THROW(SmallStudy(Texts{{"mean", "0,-200"}}), UserError);
  SmallStudy small(Texts{{"mean", "0,-200"}, {"skip_invalid", "true"}});
  EXPECT_EQ(small.ledger.survey().valid, (std::vector<bool>{false, true}));
}

TEST(Surveying, ChoosesTheSmallestTeamThatFits) {
  SmallExperiment experiment;
  Study const study(experiment, configuration_of(experiment, {{"ranks_per_trial", "auto"}}));
  EXPECT_EQ(survey(study, 6, 1e9, {}).team_size.front(), 1);
  EXPECT_THROW(survey(study, 6, 8, {}), UserError);
  Study const fixed(experiment, configuration_of(experiment, {{"ranks_per_trial", "4"}}));
  EXPECT_THROW(survey(fixed, 6, 1e9, {}), UserError);
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
