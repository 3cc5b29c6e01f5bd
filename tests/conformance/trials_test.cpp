#include "engine/unit_runner.hpp"
#include "fixture.hpp"
#include "heap.hpp"
#include "study/data_points.hpp"

#include <algorithm>
#include <cmath>
#include <ctime>
#include <map>
#include <optional>

// What an experiment's trials keep to.

namespace thresher::conformance {
namespace {

TEST_F(Conformance, MetricsApplyWhereTheySayAndStayInTheirRanges) {
  int run = 0;
  for (auto const& point : points.cheap(24)) {
    auto const measured = run_bare(smoke, point, point, alone);
    if (!measured) continue;
    ++run;
    auto const applicable = smoke.applicable(point);
    for (std::size_t m = 0; m < about.metrics.size(); ++m) {
      auto const& metric = about.metrics[m];
      double const value = measured->metrics[m];
      bool const undefined = std::isnan(value) && metric.may_be_undefined;
      EXPECT_TRUE(applicable[m] ? undefined || metric.range.contains(value) : std::isnan(value))
          << metric.name << (applicable[m] ? " applies and is " : " does not apply and is ") << value
          << " at " << at(point);
    }
  }
  EXPECT_GE(run, 12) << "most trials fail";
}

TEST_F(Conformance, InertParametersHaveNoInfluence) {
  for (auto const& point : points.cheap(12)) {
    auto other = point;
    auto const verdict = smoke.verdict(point);
    for (auto const k : verdict.inert_parameters()) other[k] = points.other(k, point);
    if (!points.is_valid(other)) continue;
    EXPECT_EQ(difference(about, run_bare(smoke, point, point, alone), run_bare(smoke, other, point, alone)),
              "")
        << "at " << at(point) << " and " << at(other);
  }
}

/// Units of the engine, which keep every artifact.
class Units : public TrialServices {
 public:
  explicit Units(Study const& study) : study_(study), agreement_(self_, {}) { team_.set_services(this); }
  /// What a unit comes to at each of its points; failures have their reason among the arrays.
  std::map<std::uint32_t, Trial> run(std::int64_t trial, std::vector<std::uint32_t> points) {
    std::map<std::uint32_t, Trial> results;
    runner_.run({trial, std::move(points)}, [&](Record const& record) {
      auto& result = results[record.point];
      result.metrics = record.values;
      result.outcome = record.status == Status::not_converged ? Outcome::not_converged : Outcome::ok;
      for (auto const& artifact : record.artifacts) result.arrays[artifact.name] = artifact.values;
      if (!record.reason.empty()) result.arrays["failed: " + record.reason];
    });
    return results;
  }
  bool wants(std::string_view) const override { return true; }
  void store(Artifact artifact) override { runner_.artifacts().push_back(std::move(artifact)); }
  void store_distributed(std::string_view name, std::vector<std::int64_t> const& extents, mpi::Range,
                         std::span<double const> values) override {
    store({std::string(name), extents, {values.begin(), values.end()}});
  }
  void warn(std::string const&) override {}
  void progress(double) override {}
  bool stopping() override { return false; }
  void keep(std::span<std::byte const>) override {}
  std::optional<std::vector<std::byte>> restore() override { return std::nullopt; }

 private:
  Study const& study_;
  mpi::Communicator self_ = mpi::Communicator::self();
  Team team_{self_, 1000000000};
  engine::Agreement agreement_;
  engine::UnitRunner runner_{study_, team_, agreement_};
};

class Company : public Conformance, public testing::WithParamInterface<bool> {};

/// A point's numbers are the same bits in a unit of its own, as `--only_trial` and resumed runs have it, and
/// among others of any order that share its stages.
TEST_P(Company, DoesNotMatter) {
  int compared = 0;
  for (auto const& point : points.cheap(5)) {
    Request request;
    for (std::size_t k = 0; k < point.size(); ++k)
      request.inputs[about.parameters[k].name] = {to_text(point[k]), ""};
    request.inputs["trials"] = {"2", ""};
    request.inputs["skip_invalid"] = {"true", ""};
    request.inputs["common_random_numbers"] = {GetParam() ? "true" : "false", ""};
    int axes = 0;
    for (std::size_t k = 0; k < point.size() && axes < 3; ++k) {
      auto const& parameter = about.parameters[(k + 5 * static_cast<std::size_t>(compared)) % point.size()];
      auto const place = index_of(about.parameters, parameter.name);
      bool const shared =
          GetParam() ? parameter.nested || !smoke.shapes_data(place) : !smoke.shapes_data(place);
      if (!shared || parameter.stage == kTheory) continue;
      auto changed = point;
      changed[place] = points.other(place, point);
      if (changed[place] == point[place] || !points.is_valid(changed) || !points.is_cheap(changed)) continue;
      request.inputs[parameter.name].text += "," + to_text(changed[place]);
      ++axes;
    }
    Study const study(*subject().experiment, configuration_of(*subject().experiment, request));
    auto const surveyed = survey(study, 1, 1e9, {});
    for (auto const& data : data_points(study, surveyed, {})) {
      if (data.points.size() < 2 || data.seconds > 0.05) continue;
      Units together(study);
      together.run(0, data.points);
      auto const company = together.run(1, {data.points.rbegin(), data.points.rend()});
      for (auto const number : data.points) {
        auto const by_itself = Units(study).run(1, {number});
        EXPECT_EQ(difference(about, company.at(number), by_itself.at(number)), "")
            << at(study.grid().point(number));
        ++compared;
      }
    }
  }
  EXPECT_GE(compared, GetParam() && std::ranges::none_of(about.parameters, &Parameter::nested) ? 0 : 4);
}
INSTANTIATE_TEST_SUITE_P(, Company, testing::Bool(), [](auto const& tested) {
  return tested.param ? "WithCommonRandomNumbers" : "WithNumbersOfItsOwn";
});

/// A trial that is interrupted anywhere goes on to the same bits from what it kept.
TEST_F(Conformance, InterruptedTrialsGoOnToTheSameBits) {
  for (auto const& point : points.cheap(6)) {
    auto const whole = run_bare(smoke, point, point, alone);
    std::map<std::size_t, trials::MemoryServices> services;  // by stage: each has its own state on disk
    auto const stopping_after = [&](int answers) {
      return [&services, this, answers](std::size_t stage, std::function<void()> const& run) {
        services[stage].stop_after(answers);
        alone.set_services(&services[stage]);
        run();
      };
    };
    for (int const answers : {0, 1, 3}) {
      try {
        run_bare(smoke, point, point, alone, stopping_after(answers));
      } catch (Interrupted const&) {
      }
    }
    auto const continued = run_bare(smoke, point, point, alone, stopping_after(1 << 30));
    EXPECT_EQ(difference(about, whole, continued), "") << at(point);
    alone.set_services(nullptr);
  }
}

/// The heap of a stage stays within its cost, at points that are enlarged until it is worth measuring.
TEST_F(Conformance, CostBoundsMemory) {
  if (heap_in_use() == 0) GTEST_SKIP() << "a sanitizer holds the heap";
  constexpr double kSlack = 4 << 20;  // of solvers and of the standard library
  // Work counts may be wrong by far: a point grows only while its trials really are quick. Processor time: on
  // a busy machine points would stay too small to show a cost that is wrong.
  auto const is_quick = [&](Point const& point) {
    auto const before = std::clock();
    run_bare(smoke, point, point, alone);
    return std::clock() - before < CLOCKS_PER_SEC / 10;
  };
  for (auto point : points.cheap(2)) {
    auto const bearable = [&](Point const& larger) {
      if (!points.is_valid(larger) || points.seconds(larger) > 1) return false;
      for (std::size_t stage = 0; stage < about.stages.size(); ++stage)
        if (smoke.cost(stage, larger, kAlone).bytes_per_rank > 1e8) return false;
      return true;
    };
    // Twice the first size that may be larger, then the next one: each trial is timed once.
    for (std::size_t k = 0, tried = 0; tried < point.size() && is_quick(point); ++k) {
      for (tried = 0; tried < point.size(); ++tried, ++k) {
        k %= point.size();
        auto* const size = std::get_if<std::int64_t>(&point[k]);
        if (size == nullptr || !smoke.shapes_data(k) || *size < 2) continue;
        if (!about.parameters[k].range.contains(static_cast<double>(*size * 2))) continue;
        auto larger = point;
        larger[k] = *size * 2;
        if (!bearable(larger)) continue;
        point = larger;
        break;
      }
    }
    double const before = static_cast<double>(heap_in_use());
    run_bare(smoke, point, point, alone, [&](std::size_t stage, std::function<void()> const& run) {
      restart_peak();
      run();
      double const used = static_cast<double>(heap_peak()) - before;
      double const said = smoke.cost(stage, point, kAlone).bytes_per_rank;
      EXPECT_LE(used, 1.3 * said + kSlack) << "stage " << about.stages[stage] << " at " << at(point);
    });
  }
}

/// Metrics to the solvers' tolerance over team sizes; the same bits in two teams of one size.
TEST_F(Conformance, TeamsOfAnySizeAgree) {
  constexpr double kTolerance = 1e-3;
  Team together(world, 1000000000);
  auto const half = world.split(world.rank() * 2 / world.size(), world.rank());
  Team one_of_two(half, 1000000000);
  for (auto const& point : points.cheap(8)) {
    auto const single = run_bare(smoke, point, point, alone);
    auto const team = run_bare(smoke, point, point, together);
    auto const part = run_bare(smoke, point, point, one_of_two);
    ASSERT_EQ(single.has_value(), team.has_value()) << at(point);
    ASSERT_EQ(single.has_value(), part.has_value()) << at(point);
    if (!single || single->outcome != Outcome::ok || team->outcome != Outcome::ok) continue;
    for (std::size_t m = 0; m < about.metrics.size() && world.rank() == 0; ++m) {
      auto const& metric = about.metrics[m];
      if (metric.kind == MetricKind::timing) continue;
      EXPECT_EQ(std::isnan(single->metrics[m]), std::isnan(team->metrics[m]))
          << metric.name << " at " << at(point);
      if (metric.kind == MetricKind::count || !std::isfinite(single->metrics[m])) continue;
      EXPECT_NEAR(single->metrics[m], team->metrics[m],
                  kTolerance * std::max(1.0, std::abs(single->metrics[m])))
          << metric.name << " at " << at(point);
    }
    auto first = part->metrics;
    mpi::broadcast_vector(world, first);
    if (world.size() % 2 == 0 && half.rank() == 0) {
      EXPECT_EQ(difference(about, Trial{first, part->outcome, {}}, Trial{part->metrics, part->outcome, {}}),
                "")
          << at(point);
    }
  }
}

}  // namespace
}  // namespace thresher::conformance
