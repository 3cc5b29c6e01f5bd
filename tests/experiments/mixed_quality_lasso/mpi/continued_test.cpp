#include "../../services.hpp"
#include "../trials.hpp"
#include "../user_input.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <cstddef>
#include <functional>
#include <optional>
#include <string>
#include <vector>

namespace thresher::mixed_quality_lasso {
namespace {

using testing::Trials;

class Services : public trials::MemoryServices {
 public:
  Services() { wanted = {"path", "betahat"}; }
};

Parameters small(Estimator estimator) {
  auto point = testing::fixed_lambda(estimator, Weighting::agnostic, 0.1);
  point.p = 300;
  point.s = 8;
  point.n1 = 70;
  point.n2 = 60;
  point.n_lambda = 12;
  return point;
}

struct Case {
  std::string name;
  Parameters point;
  int least_cuts;
};

std::vector<Case> cases() {
  std::vector<Case> all;
  auto const add = [&](std::string name, Parameters point, int least_cuts) {
    all.push_back({std::move(name), point, least_cuts});
  };
  auto point = small(Estimator::lasso);
  add("lasso", point, 2);
  point.storage = Storage::regenerate;
  point.weighting = Weighting::residual;
  add("lasso, made again, residual weights", point, 4);
  point = small(Estimator::lasso);
  point.solver = Solver::fista;
  point.weighting = Weighting::residual;
  point.lambda_scale = 0.02;
  add("fista, residual weights", point, 2);
  point = small(Estimator::lasso_path);
  add("path", point, 4);
  point.solver = Solver::fista;
  add("path by fista", point, 3);
  point = small(Estimator::omp);
  add("omp", point, 7);
  point = small(Estimator::amp);
  add("amp", point, 2);
  point = small(Estimator::ml_swap);
  point.sigma1 = 3;
  point.sigma2 = 6;
  point.ml_restarts = 3;
  add("ml_swap", point, 8);
  return all;
}

class Continued : public ::testing::Test {
 protected:
  /// Measures, again and again, with an end at the second question.
  Metrics in_pieces(std::function<Metrics()> const& measure, Services& services) {
    services.kept.reset();
    for (cuts = 0;; ++cuts) {
      services.stop_after(1);
      services.artifacts.clear();
      try {
        return measure();
      } catch (study::Interrupted const&) {
        EXPECT_TRUE(services.kept.has_value());
        if (cuts > 10000) throw std::runtime_error("it gets no further");
      }
    }
  }

  static void expect_same_bits(Metrics const& found, Metrics const& expected) {
    auto const bits = [](Metrics const& metrics) {
      auto const* const first = reinterpret_cast<double const*>(&metrics);
      return std::vector<double>(first, first + sizeof(Metrics) / sizeof(double));
    };
    auto const a = bits(found);
    auto const b = bits(expected);
    for (std::size_t k = 0; k < a.size(); ++k)
      if (!(std::isnan(a[k]) && std::isnan(b[k]))) {
        EXPECT_EQ(a[k], b[k]) << "metric " << k;
      }
  }

  static void expect_same_artifacts(Services const& found, Services const& expected) {
    ASSERT_EQ(found.artifacts.size(), expected.artifacts.size());
    for (auto const& [name, artifact] : expected.artifacts)
      EXPECT_EQ(found.artifacts.at(name).values, artifact.values) << name;
  }

  mpi::Communicator world = mpi::Communicator::duplicate(MPI_COMM_WORLD);
  int cuts = 0;
};

TEST_F(Continued, AnalysesHaveTheBitsOfUninterruptedOnes) {
  Trials trials(world, "test\n", 0);
  for (auto const& [name, point, least_cuts] : cases()) {
    SCOPED_TRACE(name);
    auto const data = trials.data(point, 2);
    Services whole;
    trials.team().set_services(&whole);
    auto const expected = trials.measure(*data, point);
    auto const fresh = trials.data(point, 2);  // nothing kept by the first measurement
    Services pieces;
    trials.team().set_services(&pieces);
    auto const found = in_pieces([&] { return trials.measure(*fresh, point); }, pieces);
    trials.team().set_services(nullptr);
    EXPECT_GE(cuts, least_cuts);
    expect_same_bits(found, expected);
    expect_same_artifacts(pieces, whole);
  }
}

TEST_F(Continued, PathsOfTheUsersDataHaveTheBitsOfUninterruptedOnes) {
  auto const input = testing::made_input(61, 103);
  Experiment const experiment(0);
  auto point = small(Estimator::lasso_path);
  point.n_lambda = 60;  // far beyond the point that is chosen
  for (auto const weighting : {Weighting::agnostic, Weighting::residual}) {
    point.weighting = weighting;
    auto const measure_with = [&](Services& services) {
      study::Team team(world);
      team.set_input(&input);
      team.set_services(&services);
      return thresher::trials::run_trial(experiment, point, team, 0);
    };
    Services whole;
    auto const expected = measure_with(whole);
    Services pieces;
    auto const found = in_pieces([&] { return measure_with(pieces); }, pieces);
    EXPECT_GE(cuts, weighting == Weighting::residual ? 16 : 8);
    expect_same_bits(found, expected);
    expect_same_artifacts(pieces, whole);
  }
}

TEST_F(Continued, BriefAnalysesTouchNoState) {
  class Untouched final : public trials::MemoryServices {
   public:
    void keep(std::span<std::byte const>) override { ADD_FAILURE() << "kept"; }
    std::optional<std::vector<std::byte>> restore() override {
      ADD_FAILURE() << "looked for a state";
      return std::nullopt;
    }
  } services;
  services.stop_after(1);
  Trials trials(world);
  auto const point = small(Estimator::lasso_path);
  auto const data = trials.data(point, 2);
  trials.team().set_services(&services);
  EXPECT_THROW(trials.measure(*data, point), study::Interrupted);
  trials.team().set_services(nullptr);
}

TEST_F(Continued, StateOfAnotherAnalysisIsNotTakenUp) {
  Trials trials(world, "test\n", 0);
  auto const path = small(Estimator::lasso_path);
  auto const fit = small(Estimator::lasso);
  auto const data = trials.data(std::vector{path, fit}, 2);
  auto const expected = trials.measure(*data, fit);
  Services services;
  services.stop_after(3);
  trials.team().set_services(&services);
  EXPECT_THROW(trials.measure(*data, path), study::Interrupted);
  ASSERT_TRUE(services.kept.has_value());
  services.stop_at = -1;
  expect_same_bits(trials.measure(*data, fit), expected);
  trials.team().set_services(nullptr);
}

}  // namespace
}  // namespace thresher::mixed_quality_lasso
