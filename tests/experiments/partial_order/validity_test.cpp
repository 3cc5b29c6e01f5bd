#include "../validity.hpp"

#include "trial.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <set>
#include <string>

namespace thresher::partial_order {
namespace {

std::string refusal(Parameters const& point) {
  return trials::ask(experiment(), point).refusal;
}
std::set<std::string> inert(Parameters const& point) {
  return trials::ask(experiment(), point).inert;
}

TEST(PosetValidity, DefaultsAreValid) {
  auto const asked = trials::ask(experiment(), Parameters{});
  EXPECT_EQ(asked.refusal, "");
  EXPECT_TRUE(asked.warnings.empty());
  Parameters smallest;
  smallest.n_items = 2;
  EXPECT_EQ(refusal(smallest), "");
}

struct Refused {
  char const* text;
  void (*spoil)(Parameters&);
};

TEST(PosetValidity, WhatIsRefused) {
  for (auto const& [text, spoil] :
       {Refused{"list_length = 1: allowed are 0", [](Parameters& p) { p.list_length = 1; }},
        Refused{"list_length = 9: allowed are 0", [](Parameters& p) { p.list_length = 9; }},
        Refused{"poset_dim = 9: allowed is at most", [](Parameters& p) { p.poset_dim = 9; }},
        Refused{"layers = 9: allowed is at most",
                [](Parameters& p) { p.poset = Poset::layered, p.layers = 9; }},
        Refused{"n_items = 7: a crown", [](Parameters& p) { p.poset = Poset::crown, p.n_items = 7; }},
        Refused{"n_items = 2: a crown", [](Parameters& p) { p.poset = Poset::crown, p.n_items = 2; }},
        Refused{"n_items = 19: queue_jump",
                [](Parameters& p) { p.generator = Generator::queue_jump, p.n_items = 19; }},
        Refused{"list_length = 4: queue_jump",
                [](Parameters& p) { p.generator = Generator::queue_jump, p.list_length = 4; }},
        Refused{"poset = file: file needs", [](Parameters& p) { p.poset = Poset::file; }},
        Refused{"tau = 2: allowed is at most tau_start", [](Parameters& p) { p.tau = 2; }},
        Refused{"vi_samples = 5: draws come in pairs", [](Parameters& p) { p.vi_samples = 5; }},
        Refused{"latent_dim = 50: method = fr_vi",
                [](Parameters& p) { p.method = MethodKind::fr_vi, p.n_items = 100, p.latent_dim = 50; }},
        Refused{"beta = 500: (n_items + 1)^beta", [](Parameters& p) { p.beta = 500; }},
        Refused{"n_items = 30000: at most",
                [](Parameters& p) { p.method = MethodKind::relaxed_mcmc, p.n_items = 30000; }},
        Refused{"cover_metrics = yes: allowed",
                [](Parameters& p) { p.cover_metrics = CoverMetrics::yes, p.n_items = 30000; }}}) {
    Parameters point;
    spoil(point);
    EXPECT_THAT(refusal(point), ::testing::HasSubstr(text));
  }
  for (auto const method : {MethodKind::poset_search, MethodKind::hard_mcmc, MethodKind::hybrid_mcmc}) {
    auto point = with_method(method);
    point.infer_hyper = true;
    EXPECT_THAT(refusal(point), ::testing::HasSubstr("infer_hyper = true"));
  }
}

TEST(PosetValidity, ExactPosteriorsAreOfFewItemsAndTwoFreeCoordinates) {
  for (auto const spoil : {+[](Parameters& p) { p.n_items = 7; }, +[](Parameters& p) { p.latent_dim = 3; },
                           +[](Parameters& p) { p.rho = 0.5; }}) {
    auto point = small_point(MethodKind::exact);
    EXPECT_EQ(refusal(point), "");
    spoil(point);
    EXPECT_NE(refusal(point), "");
    point.method = MethodKind::relaxed_mcmc;
    EXPECT_EQ(refusal(point), "");
    point.fidelity = true;
    EXPECT_NE(refusal(point), "");
  }
}

TEST(PosetValidity, WhatHasNoInfluence) {
  using ::testing::Contains;
  using ::testing::Not;
  auto names = inert(Parameters{});
  for (auto const* name : {"layers", "fit_beta", "fit_epsilon", "chains", "leapfrog", "vi_iter", "pl_prior",
                           "search_penalty", "start_iter"})
    EXPECT_THAT(names, Contains(name));
  for (auto const* name : {"restarts", "max_iter", "tau", "dominance", "edge_threshold", "init", "polish",
                           "precedence_threshold", "rho"})
    EXPECT_THAT(names, Not(Contains(name)));

  auto point = with_method(MethodKind::intersection);
  names = inert(point);
  // Read by metrics of the relaxation at the truth, of every method.
  EXPECT_THAT(names, Not(Contains("tau")));
  EXPECT_THAT(names, Contains("latent_dim"));
  point.poset = Poset::chain;
  names = inert(point);
  EXPECT_THAT(names, Contains("tau"));
  EXPECT_THAT(names, Contains("poset_rho"));

  point.sequences_per_item = 5;
  EXPECT_THAT(inert(point), Contains("n_sequences"));
  point.know_beta = false;
  EXPECT_THAT(inert(point), Not(Contains("fit_beta")));
  point.list_length = 4;
  EXPECT_THAT(inert(point), Contains("precedence_threshold"));
}

TEST(PosetValidity, TellsOfTooFewCoordinates) {
  Parameters point;
  point.poset = Poset::crown;
  ASSERT_EQ(trials::ask(experiment(), point).warnings.size(), 1U);
  EXPECT_THAT(trials::ask(experiment(), point).warnings.front(), ::testing::HasSubstr("dimension, 4"));
  point.latent_dim = 4;
  EXPECT_TRUE(trials::ask(experiment(), point).warnings.empty());
  point.tau_start = point.tau;
  EXPECT_EQ(trials::ask(experiment(), point).warnings.size(), 1U);
}

}  // namespace
}  // namespace thresher::partial_order
