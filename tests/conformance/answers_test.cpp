#include "fixture.hpp"
#include "results/reserved_names.hpp"

#include <algorithm>
#include <cmath>

// What an experiment says without running anything.

namespace thresher::conformance {
namespace {

TEST_F(Conformance, DeclarationIsWhole) {
  subject().experiment->assert_whole();
  results::assert_names_apart(about);
  for (auto const& metric : about.metrics)
    for (auto const& name : split_names(metric.prediction, ' '))
      EXPECT_TRUE(find_named(about.predictions, name)) << metric.name << " names the prediction " << name;
}

TEST_F(Conformance, EveryPointIsRefusedOrPricedBeforeAnyCompute) {
  // Where parameters demand much of each other, most draws are refused: then more of them.
  int valid = 0;
  for (int draw = 0; draw < 400 || (valid < 20 && draw < 8000); ++draw) {
    auto const point = draw % 2 == 0 ? points.near() : points.anywhere();
    auto const verdict = smoke.verdict(point);
    if (auto const& refusal = verdict.refusal(); !refusal.empty()) {
      auto const name = refusal.substr(0, refusal.find(" = "));
      ASSERT_TRUE(find_named(about.parameters, name)) << refusal;
      continue;
    }
    ++valid;
    EXPECT_EQ(smoke.applicable(point).size(), about.metrics.size());
    for (std::size_t stage = 0; stage < about.stages.size(); ++stage)
      for (int const ranks : {1, 64}) {
        auto const cost = smoke.cost(stage, point, {ranks, 4e9});
        for (double const part : {cost.bytes_per_rank, cost.normals, cost.flops, cost.bytes_streamed})
          ASSERT_TRUE(part >= 0 && std::isfinite(part)) << about.stages[stage] << " at " << at(point);
      }
  }
  EXPECT_GE(valid, 20);
}

/// Identities of trials leave inert parameters out: estimators would see unlike data.
TEST_F(Conformance, DataParametersAreInertBecauseOfDataParametersOnly) {
  auto const inert_data = [&](Point const& point) {
    auto inert = smoke.verdict(point).inert_parameters();
    std::erase_if(inert, [&](std::size_t k) { return !smoke.shapes_data(k); });
    std::ranges::sort(inert);
    return inert;
  };
  for (auto const& point : points.cheap(60)) {
    auto other = point;
    for (std::size_t k = 0; k < point.size(); ++k)
      if (!smoke.shapes_data(k)) other[k] = points.other(k, point);
    if (!points.is_valid(other)) continue;
    EXPECT_EQ(inert_data(point), inert_data(other)) << at(point) << " and " << at(other);
  }
}

TEST_F(Conformance, PredictionsReadWhatTheyDependOn) {
  auto const predict = [&](std::size_t theory, Point const& point) {
    std::vector<double> predicted(about.predictions.size(), kUndefined);
    subject().experiment->predict(theory, point, nullptr, TheoryContext(smoke.theory_identity(theory)),
                                  predicted);
    return predicted;
  };
  auto const same = [](double a, double b) { return a == b || (std::isnan(a) && std::isnan(b)); };
  for (std::size_t theory = 0; theory < about.theories.size(); ++theory)
    for (auto const& point : points.cheap(3)) {
      auto const expected = predict(theory, smoke.seen_by_theory(theory, point));
      auto other = point;
      for (std::size_t k = 0; k < point.size(); ++k)
        if (std::ranges::count(about.theories[theory].depends_on, k) == 0) other[k] = points.other(k, point);
      EXPECT_TRUE(std::ranges::equal(predict(theory, other), expected, same))
          << about.theories[theory].name << " reads a parameter that it does not name, of " << at(other);
    }
}

}  // namespace
}  // namespace thresher::conformance
