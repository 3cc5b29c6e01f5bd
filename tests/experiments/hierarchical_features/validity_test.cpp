#include "../validity.hpp"

#include "trial.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace thresher::hierarchical_features {
namespace {

using testing::Contains;
using testing::HasSubstr;
using testing::Not;

std::string refusal(Parameters const& point, std::set<std::string> const& given = {}) {
  return trials::ask(experiment(), point, given).refusal;
}
std::set<std::string> inert(Parameters const& point) {
  return trials::ask(experiment(), point).inert;
}

TEST(Validity, DefaultsAreValid) {
  EXPECT_EQ(refusal({}), "");
  EXPECT_TRUE(trials::ask(experiment(), Parameters{}).warnings.empty());
}

struct Refused {
  char const* text;
  void (*spoil)(Parameters&);
};

TEST(Validity, WhatIsRefused) {
  for (auto const& [text, spoil] :
       {Refused{"d1 = 300: 300 are more hidden directions", [](Parameters& p) { p.d1 = 300; }},
        Refused{"epsilon = 2.5", [](Parameters& p) { p.epsilon = 2.5; }},
        Refused{"alpha = 2: give n or alpha", [](Parameters& p) { p.n = 100, p.alpha = 2; }},
        Refused{"n = 20: gives n = 20", [](Parameters& p) { p.n = 20; }},
        Refused{"n_ratio = 0.01: gives n = 8", [](Parameters& p) { p.n_ratio = 0.01; }},
        Refused{"alpha = 0.5: gives n = 6", [](Parameters& p) { p.alpha = 0.5; }},
        Refused{"num_directions = 206: allowed are at most D/4 = 205",
                [](Parameters& p) { p.num_directions = 206; }},
        Refused{"extra_eigs = 8: 1 directions", [](Parameters& p) { p.d = 3, p.d1 = 1, p.n = 500; }},
        Refused{"residualize = linear",
                [](Parameters& p) { p.residualize = Residualize::linear, p.n_ratio = 1; }},
        Refused{"refine_rounds = 3: the rounds fit",
                [](Parameters& p) { p.refine_rounds = 3, p.link = Link::tanh; }},
        Refused{"n_readout = 50: the readout needs",
                [](Parameters& p) { p.n_readout = 50, p.readout_knots = 16; }},
        Refused{"second_layer = ls: least squares",
                [](Parameters& p) { p.second_layer = SecondLayer::ls, p.d1 = 100; }},
        Refused{"refine_rounds = 2: least squares", [](Parameters& p) { p.refine_rounds = 2, p.d1 = 100; }},
        Refused{"n_test = 60: allowed are at least max(50, d1 + 1) = 101",
                [](Parameters& p) { p.n_test = 60, p.d1 = 100; }},
        Refused{"feature_model = gaussian: gaussian features are a matrix",
                [](Parameters& p) { p.feature_model = FeatureModel::gaussian, p.d = 300; }},
        Refused{"baselines = oracle+shallow: shallow and krr", [](Parameters& p) {
                  p.feature_model = FeatureModel::gaussian;
                  p.baselines = {Baseline::oracle, Baseline::shallow};
                }}}) {
    Parameters point;
    spoil(point);
    EXPECT_THAT(refusal(point), HasSubstr(text));
  }
}

TEST(Validity, TheOracleNeedsDirectionsOfNormOne) {
  Parameters point;
  point.directions = Directions::gaussian;
  EXPECT_THAT(refusal(point, {"baselines"}), HasSubstr("norm 1"));
  auto const dropped = trials::ask(experiment(), point);
  EXPECT_EQ(dropped.refusal, "");
  EXPECT_THAT(dropped.warnings, Contains(HasSubstr("oracle is left out")));
  EXPECT_TRUE(std::isnan(experiment().applicable(point).nmse_oracle));
}

TEST(Validity, WhatHasNoInfluence) {
  Parameters point;
  EXPECT_THAT(inert(point), Contains("clip"));
  EXPECT_THAT(inert(point), Contains("refine_step"));
  EXPECT_THAT(inert(point), Contains("krr_n_max"));
  EXPECT_THAT(inert(point), Contains("whiten"));
  EXPECT_THAT(inert(point), Contains("max_matvecs"));  // dense
  EXPECT_THAT(inert(point), Not(Contains("epsilon")));
  EXPECT_THAT(inert(point), Not(Contains("n_ratio")));
  point.d = 60;
  point.d1 = 3;
  point.alpha = 2;
  point.preprocess = Preprocess::clip;
  EXPECT_THAT(inert(point), Contains("epsilon"));
  EXPECT_THAT(inert(point), Contains("n_ratio"));
  EXPECT_THAT(inert(point), Not(Contains("clip")));
  EXPECT_THAT(inert(point), Not(Contains("max_matvecs")));
}

TEST(Cost, LargePointsFitTheirTeams) {
  Parameters point;
  point.d = 1000;
  point.d1 = 31;
  point.n_ratio = 10;
  point.storage = Storage::automatic;
  study::Resources const small{256, 4e8};
  for (std::size_t stage = 0; stage < 5; ++stage)
    EXPECT_LT(experiment().cost(stage, point, small).bytes_per_rank, 4e8);
  EXPECT_GT(experiment().cost(1, point, small).normals, 5e11);  // made again at every pass
  study::Resources const large{256, 64e9};
  EXPECT_LT(experiment().cost(1, point, large).normals, 1e10);  // stored
  point.storage = Storage::stored;
  EXPECT_GT(experiment().cost(1, point, {1, 1e9}).bytes_per_rank, 4e10);
  EXPECT_EQ(experiment().cost(1, point, {1, 1e9}).remedy, "storage = regenerate");
}

TEST(Cost, KernelRegressionIsSpreadWhereItIsLarge) {
  Parameters point;
  point.d = 60;
  point.baselines = {Baseline::krr};
  point.krr_n_max = 20'000;
  EXPECT_GT(experiment().cost(0, point, {1, 1e10}).bytes_per_rank, 6.4e9);
  EXPECT_LT(experiment().cost(0, point, {8, 1e10}).bytes_per_rank, 2e9);
}

}  // namespace
}  // namespace thresher::hierarchical_features
