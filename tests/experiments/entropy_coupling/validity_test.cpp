#include "../validity.hpp"

#include "../services.hpp"
#include "../trials.hpp"
#include "experiments/entropy_coupling/data/data.hpp"
#include "experiments/entropy_coupling/experiment.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <functional>
#include <string>
#include <vector>

namespace thresher::entropy_coupling {
namespace {

using ::testing::HasSubstr;
using trials::MemoryInput;

class Validity : public ::testing::Test {
 protected:
  std::string refusal(std::function<void(Parameters&)> const& change,
                      study::InputReader const* input = nullptr) {
    Parameters parameters;
    change(parameters);
    return trials::ask(experiment_, parameters, {}, input).refusal;
  }
  Experiment experiment_;
};

TEST_F(Validity, AcceptsTheDefaults) {
  EXPECT_EQ(refusal([](Parameters&) {}), "");
  EXPECT_EQ(refusal([](Parameters& p) { p.n = 1; }), "");
}

TEST_F(Validity, NamesWhatIsWrong) {
  EXPECT_THAT(refusal([](Parameters& p) { p.k = 3; }), HasSubstr("k ="));
  EXPECT_THAT(refusal([](Parameters& p) { p.m = 129; }), HasSubstr("m ="));
  EXPECT_THAT(refusal([](Parameters& p) { p.dep_last = 129; }), HasSubstr("dep_last ="));
  EXPECT_THAT(refusal([](Parameters& p) { p.shards = 2, p.estimator = Estimator::joint_mec; }),
              HasSubstr("shards ="));
  EXPECT_THAT(refusal([](Parameters& p) { p.estimator = Estimator::exact; }), HasSubstr("exact_max_bases ="));
  EXPECT_THAT(refusal([](Parameters& p) { p.estimator = Estimator::independent_greedy, p.m = 17; }),
              HasSubstr("ind_cells_max ="));
  EXPECT_THAT(refusal([](Parameters& p) { p.p_kind = SymbolLaw::file; }), HasSubstr("--input"));
  EXPECT_THAT(refusal([](Parameters& p) { p.q_kind = ObservationLaw::file; }), HasSubstr("--input"));
  EXPECT_THAT(refusal([](Parameters& p) { p.p_kind = SymbolLaw::geometric, p.p_floor = 0, p.n = 1000; }),
              HasSubstr("p_floor"));
  EXPECT_THAT(refusal([](Parameters& p) { p.q_floor = 0, p.q_bias = 1e-17; }), HasSubstr("mass_bits"));
}

TEST_F(Validity, CountsTheOraclesBases) {
  auto const oracle = [](std::int64_t n, std::int64_t m, std::int64_t bases) {
    return [=](Parameters& p) {
      p.estimator = Estimator::exact;
      p.n = n;
      p.m = m;
      p.exact_max_bases = bases;
    };
  };
  EXPECT_EQ(refusal(oracle(2, 3, 4368)), "");
  EXPECT_NE(refusal(oracle(2, 3, 4367)), "");
  EXPECT_EQ(refusal(oracle(3, 3, 134596)), "");
  EXPECT_NE(refusal(oracle(3, 3, 134595)), "");
  EXPECT_EQ(refusal(oracle(4, 3, 3365856)), "");
  EXPECT_NE(refusal(oracle(4, 3, 3365855)), "");
  EXPECT_THAT(refusal(oracle(2, 4, 200000)), HasSubstr("906192"));
}

TEST_F(Validity, ChecksTheUsersLaws) {
  MemoryInput input;
  auto const both = [](Parameters& p) {
    p.p_kind = SymbolLaw::file;
    p.q_kind = ObservationLaw::file;
  };
  input.sets["p"] = {{3}, {2, 1, 1}};
  input.sets["q"] = {{1, 2}, {1, 3}};
  EXPECT_EQ(refusal(both, &input), "");
  MemoryInput few = input;
  few.sets["q"] = {{2, 2}, {1, 3, 2, 2}};
  EXPECT_THAT(refusal(both, &few), HasSubstr("m_cap"));
  MemoryInput negative = input;
  negative.sets["p"].values[1] = -1;
  EXPECT_THROW(refusal(both, &negative), study::UserError);
  MemoryInput empty = input;
  empty.sets["q"].values = {0, 0};
  EXPECT_THROW(refusal(both, &empty), study::UserError);
  // Masses that vanish, unless a floor lifts them.
  auto const as_they_are = [&](Parameters& p) {
    both(p);
    p.p_floor = p.q_floor = 0;
  };
  EXPECT_EQ(refusal(as_they_are, &input), "");
  MemoryInput tiny = input;
  tiny.sets["p"].values[1] = 1e-30;
  EXPECT_THAT(refusal(as_they_are, &tiny), HasSubstr("below 2^-52"));
  EXPECT_EQ(refusal(both, &tiny), "");
  MemoryInput rare = input;
  rare.sets["q"] = {{8, 2}, {1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1e-30, 1}};
  EXPECT_THAT(refusal(
                  [&](Parameters& p) {
                    as_they_are(p);
                    p.m_cap = 8;
                  },
                  &rare),
              HasSubstr("q_floor"));
}

TEST_F(Validity, RefusesLawsThatTellNothingOrLieTheOtherWayRound) {
  auto const defect = [](std::function<void(MemoryInput&)> const& spoil) {
    MemoryInput input;
    input.sets["p"] = {{3}, {2, 1, 1}};
    input.sets["q"] = {{3, 2}, {0.25, 0.75, 0.5, 0.5, 0.125, 0.875}};
    spoil(input);
    Parameters parameters;
    parameters.p_kind = SymbolLaw::file;
    parameters.q_kind = ObservationLaw::file;
    parameters.m_cap = parameters.m = parameters.dep_last = 2;
    try {
      return trials::ask(Experiment(), parameters, {}, &input).refusal;
    } catch (study::UserError const& error) {
      return std::string(error.what());
    }
  };
  EXPECT_EQ(defect([](MemoryInput&) {}), "");
  // A law of one symbol, alone and with others that do not occur.
  EXPECT_THAT(defect([](MemoryInput& input) {
                input.sets["p"] = {{1}, {5}};
              }),
              HasSubstr("/p gives weight to one symbol only"));
  EXPECT_THAT(defect([](MemoryInput& input) {
                input.sets["p"] = {{3}, {0, 3, 0}};
              }),
              HasSubstr("/p gives weight to one symbol only"));
  EXPECT_THAT(defect([](MemoryInput& input) {
                input.sets["q"] = {{3, 2}, {1, 0, 1, 0, 0, 1}};
              }),
              HasSubstr("every law of /q"));
  // One observation that tells nothing does no harm.
  EXPECT_EQ(defect([](MemoryInput& input) {
              input.sets["q"] = {{3, 2}, {1, 0, 0.5, 0.5, 0.125, 0.875}};
            }),
            "");
  EXPECT_THAT(defect([](MemoryInput& input) {
                input.sets["q"] = {{2, 3}, {0.25, 0.5, 0.125, 0.75, 0.5, 0.875}};
              }),
              HasSubstr("looks transposed"));
}

TEST_F(Validity, RunsTheUsersLaws) {
  MemoryInput input;
  input.sets["p"] = {{4}, {4, 3, 2, 1}};
  input.sets["q"] = {{6, 3}, {6, 3, 1, 1, 1, 0, 5, 0, 0, 1, 1, 1, 6, 3, 1, 6, 3, 1}};
  auto const alone = mpi::Communicator::self();
  study::Team team(alone);
  team.set_input(&input);
  Parameters point{.p_kind = SymbolLaw::file,
                   .p_floor = 0,
                   .q_kind = ObservationLaw::file,
                   .q_floor = 0,
                   .m_cap = 6,
                   .m = 1};
  auto const measured = trials::run_trial(experiment_, point, team, 0);
  EXPECT_EQ(measured.n_eff, 4);
  EXPECT_NEAR(measured.h_bits, .550978, 1e-6);
  point.m = 3;
  // A fair bit and, with its zeros taken for padding, a constant.
  EXPECT_NEAR(trials::run_trial(experiment_, point, team, 0).h_q_sum_bits, 1.295462 + 1, 1e-6);
}

TEST_F(Validity, NamesParametersWithoutInfluence) {
  auto const inert = trials::ask(experiment_, Parameters()).inert;
  EXPECT_TRUE(inert.contains("p_exponent"));
  EXPECT_TRUE(inert.contains("dep_last"));
  EXPECT_TRUE(inert.contains("cb_tries"));
  EXPECT_FALSE(inert.contains("p_alpha"));
  EXPECT_FALSE(inert.contains("refresh"));
  EXPECT_FALSE(inert.contains("q_bias"));
}

TEST(Quantise, RoundsRunningSumsHalfToEven) {
  std::vector<double> const thirds{1. / 3, 1. / 3, 1. / 3};
  Law const law = quantise(thirds, 20, "p");
  EXPECT_EQ(law.masses[0] + law.masses[1] + law.masses[2], Mass{1} << 20);
  EXPECT_LE(law.largest() - law.smallest(), 1);
  std::vector<double> const tiny{1, 1e-9};
  EXPECT_THROW(quantise(tiny, 20, "p"), MassTooSmall);
  EXPECT_EQ(quantise(tiny, 40, "p").masses[1], 1100);
  // 2^60 units are more than a double counts one by one.
  Law const fine = quantise(std::vector<double>(1000, .001), 60, "p");
  Mass sum = 0;
  for (Mass const w : fine.masses) sum += w;
  EXPECT_EQ(sum, Mass{1} << 60);
}

TEST(Generation, FillsInFloorsAndSamples) {
  auto const alone = mpi::Communicator::self();
  study::Team team(alone);
  team.begin_trial({"generation\n", 3});
  Parameters point{.n = 100, .p_kind = SymbolLaw::geometric, .p_ratio = .5, .p_floor = .1};
  Law const law = symbol_law(point, team);
  EXPECT_GE(law.probability(99), .1 / 100 / 1.2);
  point.p_samples = 64;
  Law const observed = symbol_law(point, team);
  EXPECT_LE(observed.size(), 64U);
  Mass const unit = observed.total / 64;
  for (Mass const w : observed.masses) EXPECT_EQ(w % unit, 0);
  point.q_bias = 1e-6;
  EXPECT_NEAR(observation_law(point, 0, team).probability(1), .005, 1e-4);
  point.q_kind = ObservationLaw::dirichlet;
  point.k = 4;
  EXPECT_EQ(observation_law(point, 0, team), observation_law(point, 7, team));
  point.q_hetero = true;
  EXPECT_NE(observation_law(point, 0, team), observation_law(point, 7, team));
}

}  // namespace
}  // namespace thresher::entropy_coupling
