#include "../validity.hpp"

#include "trial.hpp"

#include <gtest/gtest.h>

#include <functional>
#include <string>

namespace thresher::group_matrix {
namespace {

using testing::experiment;

std::string refusal(std::function<void(Parameters&)> const& change) {
  Parameters point;
  change(point);
  return trials::ask(experiment(), point).refusal;
}

TEST(Validity, DefaultsAreValid) {
  EXPECT_EQ(refusal([](Parameters&) {}), "");
}

TEST(Validity, RefusesWithTheNameAndTheBound) {
  auto const expect = [](std::string const& name, std::function<void(Parameters&)> const& change) {
    auto const text = refusal(change);
    EXPECT_EQ(text.substr(0, text.find(' ')), name) << text;
  };
  expect("levels_1", [](Parameters& p) { p.levels_1 = 7; });
  expect("levels_2", [](Parameters& p) { p.levels_2 = 7; });
  expect("levels_1", [](Parameters& p) {
    p.design = GroupDesign::chain;
    p.levels_1 = 2;
  });
  expect("rank_2", [](Parameters& p) { p.rank_1 = p.rank_2 = 0; });
  expect("rank_1", [](Parameters& p) {
    p.levels_2 = 1;
    p.rank_1 = 0;
  });
  expect("rank_1", [](Parameters& p) { p.rank_1 = 19; });
  expect("rank_1", [](Parameters& p) {
    p.n_rows = 16;
    p.rank_1 = 5;
  });
  expect("tuning", [](Parameters& p) {
    p.tuning = Tuning::universal;
    p.noise_sd = 0;
  });
  expect("tuning", [](Parameters& p) {
    p.tuning = Tuning::oracle;
    p.density = 1;
  });
  expect("val_fraction", [](Parameters& p) {
    p.n_rows = 16;
    p.n_cols = 20;
    p.density = 0.1;
  });
  expect("lambda_last", [](Parameters& p) { p.lambda_first = 0.01; });
  expect("rank_cap", [](Parameters& p) { p.rank_cap = 3; });
  expect("solver", [](Parameters& p) {
    p.design = GroupDesign::chain;
    p.solver = Solver::prox_avg;
  });
  expect("method", [](Parameters& p) {
    p.method = Estimator::spectral_group;
    p.n_rows = 32;
    p.rank_1 = 6;
    p.rank_2 = 2;
  });
  expect("method", [](Parameters& p) {
    p.method = Estimator::spectral_global;
    p.n_rows = 16;
    p.n_cols = 80;
    p.rank_1 = p.rank_2 = 2;
  });
  auto const density = refusal([](Parameters& p) {
    p.density = 0.7;
    p.density_ratio = 6;
  });
  EXPECT_NE(density.find("1.39 > 1"), std::string::npos) << density;
  EXPECT_NE(density.find("0.505"), std::string::npos) << density;
}

TEST(Validity, FullDensityIsNotRefusedForRounding) {
  EXPECT_EQ(refusal([](Parameters& p) { p.density = 1; }), "");
  EXPECT_EQ(refusal([](Parameters& p) {
              p.density = 0.7;
              p.block_fraction = 0.3;
            }),
            "");
}

TEST(Validity, NamesWhatIsInert) {
  auto const at_default = trials::ask(experiment(), Parameters{});
  for (auto const* name :
       {"overlap", "lambda_fraction", "rank_cap", "pa_step", "side_ridge", "density_ratio"})
    EXPECT_EQ(at_default.inert.contains(name), std::string(name) != "density_ratio") << name;
  Parameters point;
  point.design = GroupDesign::chain;
  point.method = Estimator::oracle;
  auto const other = trials::ask(experiment(), point);
  for (auto const* name : {"levels_2", "rank_2", "weight_mix", "tuning", "tol", "rho"})
    EXPECT_TRUE(other.inert.contains(name)) << name;
  EXPECT_FALSE(other.inert.contains("overlap"));
}

}  // namespace
}  // namespace thresher::group_matrix
