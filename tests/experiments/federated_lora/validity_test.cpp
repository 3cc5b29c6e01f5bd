#include "../validity.hpp"

#include "trial.hpp"

#include <gtest/gtest.h>

#include <functional>
#include <string>

namespace thresher::federated_lora {
namespace {

std::string refusal(std::function<void(Parameters&)> const& change) {
  static Experiment const experiment;
  Parameters point;
  change(point);
  return trials::ask(experiment, point).refusal;
}

TEST(Validity, DefaultsAreValid) {
  EXPECT_EQ(refusal([](Parameters&) {}), "");
}

TEST(Validity, RefusesWithTheNameAndTheBound) {
  auto const expect = [](std::string const& name, std::function<void(Parameters&)> const& change) {
    auto const text = refusal(change);
    EXPECT_EQ(text.substr(0, text.find(' ')), name) << text;
  };
  expect("rank", [](Parameters& p) { p.rank = 48; });
  expect("contamination_rank", [](Parameters& p) { p.contamination_rank = 46; });
  expect("contamination_rank", [](Parameters& p) {
    p.contamination_kind = ContaminationKind::shift;
    p.contamination_rank = 25;
  });
  expect("local_rank", [](Parameters& p) { p.local_rank = 25; });
  expect("contamination", [](Parameters& p) { p.contamination = 0.99; });
  expect("n_local", [](Parameters& p) {
    p.module = Module::linreg;
    p.n_local = 49;
  });
  expect("rank_fit", [](Parameters& p) { p.rank_fit = 48; });
  expect("rank", [](Parameters& p) {
    p.clients = 3;
    p.contamination = 0;
    p.d2 = 1;
  });
  expect("compress_rank", [](Parameters& p) { p.compress_rank = 2; });
  expect("compress_rank", [](Parameters& p) { p.compress_rank = 49; });
  expect("lambda_value", [](Parameters& p) { p.lambda_rule = LambdaRule::fixed; });
  expect("lambda_rule", [](Parameters& p) {
    p.lambda_rule = LambdaRule::outlier_pursuit;
    p.contamination = 0;
  });
  expect("vocab", [](Parameters& p) {
    p.module = Module::copy;
    p.vocab = 10;
    p.rank = 4;
  });
  expect("common_tokens", [](Parameters& p) {
    p.module = Module::copy;
    p.common_tokens = 13;
  });
  expect("lora_rank", [](Parameters& p) {
    p.module = Module::copy;
    p.lora_rank = 41;
  });
  Experiment const experiment;
  Parameters copies;
  copies.module = Module::copy;
  for (auto const* name : {"d1", "d2", "ridge", "local_rank"}) {
    auto const text = trials::ask(experiment, copies, {name}).refusal;
    EXPECT_EQ(text.substr(0, text.find(' ')), name) << text;
  }
}

TEST(Validity, NamesWhatIsInert) {
  Experiment const experiment;
  auto const answer = trials::ask(experiment, Parameters{});
  EXPECT_TRUE(answer.inert.contains("n_local"));
  EXPECT_TRUE(answer.inert.contains("lambda_value"));
  EXPECT_FALSE(answer.inert.contains("overlap"));
  Parameters point;
  point.contamination_kind = ContaminationKind::dense;
  point.module = Module::linreg;
  point.lambda_rule = LambdaRule::fixed;
  point.lambda_value = 0.3;
  auto const other = trials::ask(experiment, point);
  EXPECT_FALSE(other.inert.contains("n_local"));
  EXPECT_TRUE(other.inert.contains("overlap"));
  EXPECT_TRUE(other.inert.contains("lambda_factor"));
}

TEST(Validity, WarnsOfSurprises) {
  Experiment const experiment;
  Parameters point;
  point.contamination = 0.001;
  EXPECT_EQ(trials::ask(experiment, point).warnings.size(), 1);
  point = {};
  point.centering = Centering::none;
  EXPECT_EQ(trials::ask(experiment, point).warnings.size(), 1);
}

}  // namespace
}  // namespace thresher::federated_lora
