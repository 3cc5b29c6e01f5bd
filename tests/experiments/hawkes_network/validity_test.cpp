#include "../validity.hpp"

#include "../trials.hpp"
#include "experiments/hawkes_network/estimators/method.hpp"
#include "experiments/hawkes_network/experiment.hpp"
#include "streams.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <functional>
#include <limits>

namespace thresher::hawkes_network {
namespace {

using ::testing::HasSubstr;

class Validity : public ::testing::Test {
 protected:
  trials::Answer ask(std::function<void(Parameters&)> const& change,
                     std::set<std::string> const& given = {}) const {
    Parameters point;
    change(point);
    return trials::ask(experiment_, point, given);
  }
  Experiment experiment_;
};

trials::MemoryInput made_input() {
  trials::MemoryInput input;
  std::vector<double> times;
  std::vector<double> offsets{0};
  for (auto const& stream : testing::small_example()) {
    times.insert(times.end(), stream.begin(), stream.end());
    offsets.push_back(static_cast<double>(times.size()));
  }
  input.sets["events/time"] = {{static_cast<std::int64_t>(times.size())}, times};
  input.sets["events/offset"] = {{4}, offsets};
  input.sets["events/horizon"] = {{}, {10}};
  return input;
}

TEST_F(Validity, DefaultsAreValid) {
  auto const answer = ask([](Parameters&) {});
  EXPECT_EQ(answer.refusal, "");
  EXPECT_EQ(answer.inert, (std::set<std::string>{"lasso_gamma", "lasso_tol", "lasso_max_iter", "tau"}));
}

TEST_F(Validity, RefusesWhatMakesNoSense) {
  EXPECT_THAT(ask([](Parameters& p) { p.s = 64; }).refusal, HasSubstr("[0, 63]"));
  EXPECT_THAT(ask([](Parameters& p) {
                p.graph = Graph::bipartite;
                p.s = 33;
                p.alpha = 0.01;
              }).refusal,
              HasSubstr("[0, 32]"));
  EXPECT_THAT(ask([](Parameters& p) {
                p.graph = Graph::circulant;
                p.hub_exponent = 2;
              }).refusal,
              HasSubstr("hub_exponent"));
  EXPECT_THAT(ask([](Parameters& p) { p.alpha = 0.5; }).refusal,
              HasSubstr("not stationary: s*alpha*(1+alpha_spread)+self_weight = 1 >= 1"));
  EXPECT_THAT(ask([](Parameters& p) { p.alpha_spread = 1; }).refusal, HasSubstr("= 1.2 >= 1"));
  EXPECT_EQ(ask([](Parameters& p) { p.s = 0; }).refusal, "");
  EXPECT_THAT(ask([](Parameters& p) { p.t_obs = 19; }).refusal,
              HasSubstr("observation window too short for the bins: 38 bins; allowed are at least 40"));
  EXPECT_EQ(ask([](Parameters& p) { p.t_obs = 20; }).refusal, "");
  EXPECT_EQ(ask([](Parameters& p) {
              p.t_obs = 19;
              p.method = Estimator::ols;
            }).refusal,
            "");
  EXPECT_THAT(ask([](Parameters& p) { p.screen_fp = 64; }).refusal, HasSubstr("(0, 63]"));
  EXPECT_THAT(ask([](Parameters& p) {
                p.d = 4001;
                p.method = Estimator::ols;
              }).refusal,
              HasSubstr("at most 4000"));
  EXPECT_THAT(ask([](Parameters& p) { p.refine = Refine::binned; }).refusal, HasSubstr("allowed is alpha"));
  EXPECT_EQ(ask([](Parameters& p) {
              p.refine = Refine::binned;
              p.edge_rule = EdgeRule::alpha;
            }).refusal,
            "");
  EXPECT_THAT(ask([](Parameters& p) { p.t_obs = 2e9; }).refusal, HasSubstr("2^31"));
  auto const decoder = ask([](Parameters& p) {
    p.method = Estimator::map_parent;
    p.self_weight = 0.1;
    p.beta_fit = 2;
  });
  EXPECT_THAT(decoder.refusal,
              HasSubstr("map_parent needs graph = bipartite, s = 1, self_weight = 0, beta_fit = 0"));
}

TEST_F(Validity, NamesWhatHasNoInfluence) {
  EXPECT_TRUE(ask([](Parameters& p) { p.t_obs = 100; }).inert.contains("c_time"));
  auto const ols = ask([](Parameters& p) { p.method = Estimator::ols; });
  for (auto const* name : {"bin_width", "clip", "screen_lags", "screen_fp", "max_candidates", "refine"})
    EXPECT_TRUE(ols.inert.contains(name)) << name;
  EXPECT_FALSE(ols.inert.contains("refit"));
  auto const screen = ask([](Parameters& p) { p.method = Estimator::screen; });
  EXPECT_TRUE(screen.inert.contains("refit"));
  EXPECT_FALSE(screen.inert.contains("bin_width"));
  auto const lasso = ask(
      [](Parameters& p) {
        p.method = Estimator::lasso;
        p.edge_rule = EdgeRule::fdr;
      },
      {"edge_rule"});
  EXPECT_TRUE(lasso.inert.contains("edge_rule"));
  EXPECT_FALSE(lasso.inert.contains("lasso_gamma"));
  ASSERT_EQ(lasso.warnings.size(), 1U);
  EXPECT_THAT(lasso.warnings[0], HasSubstr("no influence"));
}

TEST_F(Validity, MethodsAreNamedOnce) {
  EXPECT_EQ(method_names(), (std::vector<std::string>{"two_stage", "screen", "ols", "lasso", "map_parent"}));
  for (auto const estimator : {Estimator::two_stage, Estimator::map_parent})
    EXPECT_EQ(method_of(estimator).name(), method_names()[static_cast<std::size_t>(estimator)]);
}

TEST_F(Validity, LooksThroughTheUsersEvents) {
  auto const defect = [&](std::function<void(trials::MemoryInput&)> const& spoil) -> std::string {
    auto input = made_input();
    spoil(input);
    Parameters point;
    point.d = 3;
    try {
      return trials::ask(experiment_, point, {}, &input).refusal;
    } catch (study::UserError const& error) {
      return error.what();
    }
  };
  auto const time = [](trials::MemoryInput& input) -> std::vector<double>& {
    return input.sets["events/time"].values;
  };
  EXPECT_THAT(defect([&](auto& input) { std::swap(time(input)[1], time(input)[2]); }),
              HasSubstr("falls from 3 to 1.2 within node 0"));
  EXPECT_THAT(defect([&](auto& input) { time(input)[5] = -0.1; }), HasSubstr("holds -0.1 (entry 5, node 1)"));
  EXPECT_THAT(defect([&](auto& input) { time(input)[14] = 11; }),
              HasSubstr("allowed is [0, 10], the horizon"));
  EXPECT_THAT(defect([&](auto& input) { time(input)[3] = std::numeric_limits<double>::quiet_NaN(); }),
              HasSubstr("not finite"));
  EXPECT_THAT(defect([](auto& input) {
                input.sets["events/offset"].values = {0, 6, 5, 15};
              }),
              HasSubstr("falls from 6 to 5 behind node 1"));
  EXPECT_THAT(defect([](auto& input) {
                input.sets["events/offset"].values = {0, 6, 7, 14};
              }),
              HasSubstr("from 0 to 15"));
  EXPECT_THAT(defect([](auto& input) {
                input.sets["events/offset"] = {{3}, {0, 7, 15}};
              }),
              HasSubstr("2 nodes"));
  EXPECT_THAT(defect([](auto& input) { input.sets.erase("events/horizon"); }),
              HasSubstr("/events/horizon is missing"));
  EXPECT_THAT(defect([](auto& input) { input.sets["events/horizon"].values = {0}; }), HasSubstr("positive"));
  EXPECT_THAT(defect([](auto& input) { input.sets["events/time"].values.assign(15, 2.5); }),
              HasSubstr("no two different times"));
  EXPECT_THAT(defect([](auto& input) {
                input.sets["events/time"] = {{0}, {}};
                input.sets["events/offset"] = {{4}, {0, 0, 0, 0}};
              }),
              HasSubstr("no two different times"));
  EXPECT_THAT(defect([](auto& input) {
                input.sets["truth/row"] = {{1}, {0}};
              }),
              HasSubstr("/truth/col is missing"));
  EXPECT_THAT(defect([](auto& input) {
                input.sets["truth/row"] = {{2}, {0, 0}};
                input.sets["truth/col"] = {{2}, {1, 1}};
                input.sets["truth/weight"] = {{2}, {0.3, 0.3}};
              }),
              HasSubstr("edge from 1 to 0 twice"));
  EXPECT_THAT(defect([](auto& input) {
                input.sets["truth/row"] = {{1}, {3}};
                input.sets["truth/col"] = {{1}, {1}};
                input.sets["truth/weight"] = {{1}, {0.3}};
              }),
              HasSubstr("/truth/row holds 3; allowed are integers in [0, 2]"));
  EXPECT_THAT(defect([](auto&) {}), HasSubstr("beta_fit"));
}

TEST_F(Validity, AsksForWhatTheUsersEventsDoNotTell) {
  auto input = made_input();
  Parameters point;
  point.d = 3;
  point.beta_fit = 1;
  point.t_obs = 10;
  point.screen_lags = 2;
  EXPECT_EQ(trials::ask(experiment_, point, {"t_obs"}, &input).refusal, "");
  point.edge_rule = EdgeRule::alpha;
  EXPECT_THAT(trials::ask(experiment_, point, {"t_obs"}, &input).refusal, HasSubstr("edge_rule"));
  point.edge_rule = EdgeRule::fdr;
  point.t_obs = 11;
  EXPECT_THAT(trials::ask(experiment_, point, {"t_obs"}, &input).refusal, HasSubstr("at most 10"));
  point.t_obs = 10;
  input.sets["events/offset"] = {{5}, {0, 5, 11, 11, 15}};
  point.d = 4;
  auto const answer = trials::ask(experiment_, point, {"t_obs"}, &input);
  ASSERT_EQ(answer.warnings.size(), 1U);
  EXPECT_THAT(answer.warnings[0], HasSubstr("1 of 4 nodes have no event"));
}

TEST_F(Validity, FitsTheUsersEvents) {
  auto input = made_input();
  mpi::Communicator const self = mpi::Communicator::self();
  study::Team team(self);
  team.set_input(&input);
  Parameters point;
  point.d = 3;
  point.beta_fit = 1;
  point.t_obs = 10;
  point.screen_lags = 2;
  auto const without = trials::run_trial(experiment_, point, team, 0);
  EXPECT_EQ(without.n_events, 15);
  EXPECT_TRUE(std::isnan(without.tpr));
  input.sets["truth/row"] = {{2}, {1, 1}};
  input.sets["truth/col"] = {{2}, {0, 1}};  // self-excitation is no edge
  input.sets["truth/weight"] = {{2}, {0.3, 0.1}};
  trials::MemoryServices services;
  services.wanted = {"candidates", "network_true", "rates", "events", "correlation_histogram"};
  team.set_services(&services);
  auto const with = trials::run_trial(experiment_, point, team, 0);
  EXPECT_EQ(with.hamming, 1);
  EXPECT_EQ(services.artifacts["network_true"].values, (std::vector<double>{1, 0, 0.3}));
  EXPECT_FALSE(services.artifacts.contains("events")) << "a copy of the user's own events";
  EXPECT_EQ(services.artifacts["rates"].values[0], 0.5);
  auto const& histogram = services.artifacts["correlation_histogram"].values;
  EXPECT_EQ(histogram[23], 1);  // the edge, R = 1.83
  auto const& candidates = services.artifacts["candidates"];
  ASSERT_GT(candidates.extents[0], 0);
  for (std::int64_t row = 0; row < candidates.extents[0]; ++row) {
    auto const* const line = candidates.values.data() + 7 * row;
    EXPECT_NEAR((line[4] + line[5]) / 2, line[2], 1e-12);
    EXPECT_NEAR((line[5] - line[4]) / 2 / 1.959964, line[2] / line[3], 1e-6);
    EXPECT_GT(line[6], 0);
  }
}

}  // namespace
}  // namespace thresher::hawkes_network
