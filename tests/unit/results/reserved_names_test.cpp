#include "results/reserved_names.hpp"

#include "../study/small_experiment.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <functional>

namespace thresher::results {
namespace {

using ::testing::HasSubstr;

/// What is said of the small experiment after `change`.
std::string complaint(std::function<void(Description&)> const& change) {
  auto about = SmallExperiment().description();
  change(about);
  try {
    assert_names_apart(about);
  } catch (std::logic_error const& error) {
    return error.what();
  }
  return {};
}

TEST(ReservedNames, HaveOneMeaning) {
  EXPECT_EQ(complaint([](Description&) {}), "");
  for (auto const* taken :
       {"trials", "petsc_options", "help", "version", "status", "team_size", "average", "mean_index"})
    EXPECT_THAT(complaint([&](Description& about) { about.parameters[0].name = taken; }), HasSubstr(taken));
  for (auto const* taken : {"summary", "size", "above", "level_index"})
    EXPECT_THAT(complaint([&](Description& about) { about.metrics[0].name = taken; }), HasSubstr(taken));
}

TEST(ReservedNames, AreThoseOfGroupsToo) {
  for (auto const* ending : {"_mean", "_se", "_median", "_count"}) {
    auto const name = std::string("above") + ending;
    EXPECT_THAT(complaint([&](Description& about) { about.parameters[1].name = name; }),
                HasSubstr("/summary"));
  }
  for (auto const* count : {"trials_ran", "trials_failed", "trials_not_converged"})
    EXPECT_THAT(complaint([&](Description& about) { about.parameters[0].name = count; }),
                HasSubstr("/summary"));
  EXPECT_THAT(complaint([](Description& about) { about.predictions[0].name = "level"; }),
              HasSubstr("/theory"));
  EXPECT_THAT(complaint([](Description& about) { about.theories[0].name = "trial"; }),
              HasSubstr("/theory_status"));
  EXPECT_THAT(complaint([](Description& about) { about.artifacts[0].name = "nodes"; }),
              HasSubstr("/artifacts"));
  EXPECT_THAT(complaint([](Description& about) { about.artifacts[0].dimensions = {"level"}; }),
              HasSubstr("/artifacts"));
  EXPECT_THAT(complaint([](Description& about) { about.artifacts[0].dimensions = {"fitted_file"}; }),
              HasSubstr("/artifacts"));
  EXPECT_THAT(complaint([](Description& about) { about.stages[2] = "execution"; }), HasSubstr("stages"));
  EXPECT_THAT(complaint([](Description& about) { about.stages[2] = "data"; }), HasSubstr("stages"));
}

}  // namespace
}  // namespace thresher::results
