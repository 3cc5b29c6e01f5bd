#include "../validity.hpp"

#include "trial.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <limits>
#include <set>
#include <string>

namespace thresher::reward_single_index {
namespace {

using testing::Contains;
using testing::HasSubstr;
using testing::Not;

std::string refusal(Parameters const& point) {
  return trials::ask(experiment(), point).refusal;
}
std::set<std::string> inert(Parameters const& point) {
  return trials::ask(experiment(), point).inert;
}

TEST(Validity, DefaultsAreValid) {
  auto const asked = trials::ask(experiment(), Parameters{});
  EXPECT_EQ(asked.refusal, "");
  EXPECT_TRUE(asked.warnings.empty());
}

struct Refused {
  char const* text;
  void (*spoil)(Parameters&);
};

TEST(Validity, WhatIsRefused) {
  for (auto const& [text, spoil] :
       {Refused{"link_w2 = 1: the two waves cancel", [](Parameters& p) { p.link_w2 = 1; }},
        Refused{"init_overlap = -0.5: allowed are -1", [](Parameters& p) { p.init_overlap = -0.5; }},
        Refused{"weak_threshold = 0.95: allowed is at most", [](Parameters& p) { p.weak_threshold = 0.95; }},
        Refused{"n1 = 1: the first stage needs", [](Parameters& p) { p.n1 = 1, p.batch = 1; }},
        Refused{"batch = 8: a step has more rows", [](Parameters& p) { p.n1 = 5; }},
        Refused{"engine = projected: projected neurons", [](Parameters& p) { p.engine = Engine::projected; }},
        Refused{"engine = projected: projected simulates",
                [](Parameters& p) { p.engine = Engine::projected, p.stage1 = FirstStage::sir; }},
        Refused{"slices = 40: their edges", [](Parameters& p) { p.stage1 = FirstStage::sir, p.n1 = 30; }},
        Refused{"n2 = 100: allowed are 0 and at least 4 n_neurons = 128", [](Parameters& p) { p.n2 = 100; }},
        Refused{"pilot_frac = 0.999: leaves 3996 rows",
                [](Parameters& p) { p.weighting = Weighting::surrogate, p.pilot_frac = 0.999; }},
        Refused{"transform = exp_label: E exp(y/beta) of link hermite3 diverges",
                [](Parameters& p) { p.link = Link::hermite3; }},
        Refused{"n2 = 4000: no policy tilted by link hermite3",
                [](Parameters& p) { p.link = Link::hermite3, p.transform = Transform::label; }},
        Refused{"beta1 = 1.2: E exp(y/beta1) of link quadratic",
                [](Parameters& p) { p.link = Link::quadratic, p.beta1 = 1.2, p.n2 = 0; }},
        Refused{"beta2 = 0.7: no policy tilted by link quadratic",
                [](Parameters& p) { p.link = Link::quadratic, p.beta1 = 4; }},
        Refused{"beta_deploy = 1: no policy tilted",
                [](Parameters& p) { p.link = Link::quadratic, p.beta1 = 4, p.beta_deploy = 1; }},
        Refused{"beta2 = 0.7: weights of link quadratic diverge",
                [](Parameters& p) { p.link = Link::quadratic, p.beta1 = 4, p.beta_deploy = 2; }},
        Refused{"beta1 = inf: transform exp is constant", [](Parameters& p) {
                  p.transform = Transform::exp;
                  p.beta1 = std::numeric_limits<double>::infinity();
                }}}) {
    Parameters point;
    spoil(point);
    EXPECT_THAT(refusal(point), HasSubstr(text));
  }
}

TEST(Validity, WhatIsWarnedOf) {
  Parameters point;
  point.d = 8;
  EXPECT_THAT(trials::ask(experiment(), point).warnings, Contains(HasSubstr("batch * lr")));
  point = {};
  point.link = Link::quadratic;
  point.beta1 = 2;
  point.n2 = 0;
  EXPECT_THAT(trials::ask(experiment(), point).warnings, Contains(HasSubstr("infinite variance")));
  EXPECT_THAT(trials::ask(experiment(), Parameters{}, {"spectral_end"}).warnings,
              Contains(HasSubstr("spectral_end")));
}

TEST(Validity, WhatHasNoInfluence) {
  Parameters point;
  for (auto const* name : {"link_a", "link_k", "slices", "eig_tol", "batch_iters", "storage", "pilot_frac"})
    EXPECT_THAT(inert(point), Contains(name));
  for (auto const* name :
       {"link_w1", "alpha1", "beta1", "lr", "n_neurons", "precision", "n_eval", "weak_threshold"})
    EXPECT_THAT(inert(point), Not(Contains(name)));
  point.n1 = 1000;
  point.stage1 = FirstStage::oracle;
  point.noise_std = 0;
  for (auto const* name : {"alpha1", "noise_kind", "beta1", "lr", "n_cal", "n_eval"})
    EXPECT_THAT(inert(point), Contains(name));
  EXPECT_THAT(inert(point), Not(Contains("n1")));
  point.n2 = 0;
  for (auto const* name : {"weighting", "beta2", "ridge", "adm_tol"})
    EXPECT_THAT(inert(point), Contains(name));
}

TEST(Cost, LargePointsFitTheirTeams) {
  Parameters point;
  point.d = 100'000;
  point.batch = 64;
  study::Resources const team{128, 1e9};
  EXPECT_LT(experiment().cost(1, point, team).bytes_per_rank, 1e8);
  EXPECT_NEAR(experiment().cost(1, point, team).normals, 1e12, 1e10);
  EXPECT_NEAR(experiment().cost(1, point, team).flops, 1.3e14, 0.2e14);
  point.stage1 = FirstStage::spectral;
  point.alpha1 = 30;
  EXPECT_LT(experiment().cost(1, point, team).bytes_per_rank, 1e9);
  EXPECT_GT(experiment().cost(1, point, team).normals, 1e13);  // streamed
  point.storage = Storage::stored;
  EXPECT_EQ(experiment().cost(1, point, team).remedy, "storage = stream");
  EXPECT_GT(experiment().cost(1, point, team).bytes_per_rank, 1.8e10);
  point = {};
  point.d = 1'000'000'000;
  point.engine = Engine::projected;
  point.n1 = 1'000'000;
  point.n2 = 0;
  for (std::size_t stage = 0; stage < 3; ++stage)
    EXPECT_LT(experiment().cost(stage, point, {1, 1e9}).bytes_per_rank, 1e6);
}

}  // namespace
}  // namespace thresher::reward_single_index
