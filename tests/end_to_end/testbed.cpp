// A small experiment for tests of the engine: averages of random numbers, which can be slow, throw, hang or
// die on command.
#include "engine/driver.hpp"
#include "mpi/fixed_order_sum.hpp"
#include "study/experiment.hpp"
#include "study/stopwatch.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <cmath>
#include <cstdlib>
#include <cstring>
#include <fstream>
#include <signal.h>
#include <stdexcept>
#include <thread>

namespace {

using namespace thresher;

enum class Law { normal, uniform, given };
enum class Memory { stored, regenerated };
enum class Fault {
  none,
  throw_on_one,
  throw_on_all,
  throw_alone,
  hang,
  die,
  not_a_number,
  not_converged,
  throw_in_data
};

/// What the user's file says: how many numbers it gives.
struct Given {
  std::int64_t numbers = 0;
};

struct Parameters {
  std::int64_t shared_draws = 0;
  std::int64_t size = 100;
  double mean = 0;
  double spread = 1;
  Law law = Law::normal;
  double power = 1;
  double level = 0.5;
  double delay = 0;
  std::int64_t steps = 1;
  std::int64_t array = 4;
  Memory memory = Memory::stored;
  Fault fault = Fault::none;
  std::int64_t fault_trial = 0;
  double bytes = 0;
  std::int64_t theory_grid = 10;
  bool wide = false;
  Given const* input = nullptr;
};

/// Metrics that make records as wide as those of a large experiment.
struct Wide {
  double w1 = 0, w2 = 0, w3 = 0, w4 = 0, w5 = 0, w6 = 0, w7 = 0, w8 = 0, w9 = 0, w10 = 0, w11 = 0, w12 = 0,
         w13 = 0, w14 = 0, w15 = 0, w16 = 0, w17 = 0, w18 = 0, w19 = 0, w20 = 0, w21 = 0, w22 = 0, w23 = 0,
         w24 = 0, w25 = 0;
};

struct Metrics : Wide {
  double estimate = std::nan("");
  double hit = std::nan("");
  double used = std::nan("");
  double spread_estimate = std::nan("");
  double spent = std::nan("");
};

constexpr double Metrics::*kWide[] = {
    &Metrics::w1,  &Metrics::w2,  &Metrics::w3,  &Metrics::w4,  &Metrics::w5,  &Metrics::w6,  &Metrics::w7,
    &Metrics::w8,  &Metrics::w9,  &Metrics::w10, &Metrics::w11, &Metrics::w12, &Metrics::w13, &Metrics::w14,
    &Metrics::w15, &Metrics::w16, &Metrics::w17, &Metrics::w18, &Metrics::w19, &Metrics::w20, &Metrics::w21,
    &Metrics::w22, &Metrics::w23, &Metrics::w24, &Metrics::w25};

struct Predictions {
  double expected = std::nan("");
  double hit_expected = std::nan("");
};

/// What all trials share.
struct Preparation : study::StageResult {
  double shift = 0;
};

struct Draws : study::StageResult {
  std::vector<double> values;  ///< all of them, on every rank
  std::int64_t rows_made = 0;
};

struct Fit : study::StageResult {
  double estimate = 0;
  double spread = 0;
  std::int64_t used = 0;
};

Given examine_input(study::InputReader const& input) {
  if (!input.has("numbers")) return {};
  auto const count = input.extents("numbers").at(0);
  auto const numbers = input.read("numbers", {0, count}, {0, 1});
  if (!std::ranges::is_sorted(numbers)) throw study::UserError("input: /numbers must ascend");
  return {count};
}

void predict_expected(Parameters const& p, Predictions& t) {
  t.expected = std::pow(std::fabs(p.mean), p.power) + 0.0 * static_cast<double>(p.theory_grid);
}

void predict_hit(Parameters const& p, Predictions& t) {
  t.hit_expected =
      0.5 * std::erfc((p.level - p.mean) * std::sqrt(static_cast<double>(p.size)) / std::sqrt(2.0));
}

class Testbed final : public study::ExperimentOf<Parameters, Metrics, Predictions> {
 public:
  Testbed() {
    about("testbed", "Averages of random numbers, for tests of the engine", "none", 1);
    stages({"preparation", "data", "fit", "read"});
    parameter("shared_draws", &Parameters::shared_draws, "[0, 1e12]",
              "numbers drawn before all trials, whose average shifts the data", "preparation");
    parameter("size", &Parameters::size, "[1, 1e9]", "numbers drawn", "data").nested = true;
    parameter("mean", &Parameters::mean, "(-inf, inf)", "mean of the law", "data");
    parameter("spread", &Parameters::spread, "(0, inf)", "standard deviation (normal law)", "data");
    parameter("law", &Parameters::law, {"normal", "uniform", "given"},
              "law of the numbers; given: those of the input, which ascend", "data");
    user_input(&Parameters::input, examine_input);
    parameter("power", &Parameters::power, "[0, 10]", "power of the estimate", "fit");
    parameter("level", &Parameters::level, "(-inf, inf)", "level of a hit", "read");
    parameter("delay", &Parameters::delay, "[0, 1e5]", "seconds that a reading sleeps", "read");
    parameter("steps", &Parameters::steps, "[1, 1e9]", "steps into which the delay is cut, each kept",
              "read");
    parameter("array", &Parameters::array, "[0, 1e8]", "numbers of the artifact", "read");
    parameter("memory", &Parameters::memory, {"stored", "regenerated"}, "where the numbers live",
              "execution");
    parameter("fault", &Parameters::fault,
              {"none", "throw_on_one", "throw_on_all", "throw_alone", "hang", "die", "not_a_number",
               "not_converged", "throw_in_data"},
              "what goes wrong", "execution");
    parameter("fault_trial", &Parameters::fault_trial, "[0, 1e9]", "trial in which it goes wrong",
              "execution");
    parameter("bytes", &Parameters::bytes, "[0, inf)", "bytes that the trial says it needs over its team",
              "execution");
    parameter("theory_grid", &Parameters::theory_grid, "[1, 1000]", "nodes of the prediction", "theory");
    parameter("wide", &Parameters::wide, "25 metrics more", "read");
    using study::MetricKind;
    metric("estimate", &Metrics::estimate, MetricKind::value, "[0, inf)", "power of the absolute average")
        .prediction = "expected";
    metric("hit", &Metrics::hit, MetricKind::indicator, "[0, 1]", "whether the average is above the level")
        .prediction = "hit_expected";
    metric("used", &Metrics::used, MetricKind::count, "[1, inf)", "numbers averaged");
    metric("spread_estimate", &Metrics::spread_estimate, MetricKind::value, "[0, inf)", "standard deviation")
        .may_be_undefined = true;
    int number = 0;
    for (auto const member : kWide)
      metric(fmt::format("wide{}", ++number), member, MetricKind::value, "[0, 1]", "a number of its own");
    metric("spent", &Metrics::spent, MetricKind::timing, "[0, inf)", "seconds of the reading", "s");
    theory("moments", {"mean", "power", "theory_grid"}, predict_expected);
    prediction("expected", &Predictions::expected, "power of the absolute mean");
    theory("hits", {"size", "mean", "level"}, predict_hit);
    prediction("hit_expected", &Predictions::hit_expected, "probability of a hit (normal law)");
    headline({"hit", "estimate"}, "size");
    artifact("numbers", {"number"}, "the first numbers drawn");
  }

  void check(Parameters const& p, study::Verdict& verdict) const override {
    if (p.mean > 1e6) verdict.refuse("mean", "allowed is at most 1e6");
    if (p.law != Law::normal) verdict.inert("spread");
    if (p.law == Law::given) {
      auto const numbers = p.input == nullptr ? 0 : p.input->numbers;
      if (p.size > numbers) verdict.refuse("size", fmt::format("the input gives {} numbers", numbers));
      verdict.deterministic();
    }
    if (p.delay == 0) verdict.inert("steps");
  }

  void adopt_input(Parameters& p) const override {
    if (p.law == Law::given) p.size = p.input->numbers;
  }

  study::Cost cost(std::size_t stage, Parameters const& p, study::Resources const& resources) const override {
    study::Cost cost;
    cost.bytes_per_rank = 8.0 * static_cast<double>(p.size) + p.bytes / resources.ranks;
    if (stage == 0) cost.normals = static_cast<double>(p.shared_draws);
    if (stage == 1) cost.normals = static_cast<double>(p.size);
    if (stage == 2) cost.bytes_streamed = 16.0 * static_cast<double>(p.size);
    return cost;
  }

  Metrics applicable(Parameters const& p) const override {
    Metrics all = ExperimentOf::applicable(p);
    if (!p.wide)
      for (auto const member : kWide) all.*member = std::nan("");
    if (p.law == Law::uniform) all.spread_estimate = std::nan("");
    return all;
  }

  std::unique_ptr<study::StageResult> run_stage(std::size_t stage, study::StageResult const* before,
                                                std::span<Parameters const> points,
                                                study::Team& team) const override {
    if (stage == 0) return prepare(points[0], team);
    if (stage == 1) {
      if (points[0].fault == Fault::throw_in_data && team.trial() == points[0].fault_trial)
        throw std::runtime_error("asked to throw in the data");
      auto draws = std::make_unique<Draws>();
      for (auto const& p : points) draws->rows_made = std::max(draws->rows_made, p.size);
      draws->values.resize(static_cast<std::size_t>(draws->rows_made));
      auto const& p = points[0];
      auto const stream = team.stream("NUMBERS");
      if (p.law == Law::normal) {
        stream.normals({}, 0, draws->values);
        for (double& x : draws->values) x *= p.spread;
      } else if (p.law == Law::uniform) {
        stream.uniforms({}, 0, draws->values);
        for (double& x : draws->values) x -= 0.5;
      } else {
        draws->values = team.input()->read("numbers", {0, draws->rows_made}, {0, 1});
      }
      double const shift = static_cast<Preparation const*>(before)->shift;
      for (double& x : draws->values) x += p.mean + shift;
      return draws;
    }
    auto const& p = points[0];
    auto const& draws = *static_cast<Draws const*>(before);
    auto const values = std::span(draws.values).first(static_cast<std::size_t>(p.size));
    double sums[2];
    mpi::FixedOrderSum const sum(team.communicator(), p.size);
    sum(
        [&](mpi::Range block, std::span<double> partial) {
          for (auto i = block.begin; i < block.end; ++i) {
            partial[0] += values[static_cast<std::size_t>(i)];
            partial[1] += values[static_cast<std::size_t>(i)] * values[static_cast<std::size_t>(i)];
          }
        },
        sums);
    auto fit = std::make_unique<Fit>();
    auto const n = static_cast<double>(p.size);
    fit->estimate = std::pow(std::fabs(sums[0] / n), p.power) * (sums[0] < 0 ? -1 : 1);
    fit->spread =
        p.size > 1 ? std::sqrt(std::max(0.0, sums[1] - sums[0] * sums[0] / n) / (n - 1)) : std::nan("");
    fit->used = p.size;
    return fit;
  }

  study::Outcome measure(study::StageResult const* before, Parameters const& p, study::Team& team,
                         Metrics& metrics) const override {
    study::Stopwatch const watch;
    auto const& fit = *static_cast<Fit const*>(before);
    bool const faulty = team.trial() == p.fault_trial;
    if (faulty) go_wrong(p.fault, team);
    wait(p, team);
    metrics.estimate = std::fabs(fit.estimate);
    metrics.hit = fit.estimate > p.level ? 1 : 0;
    metrics.used = static_cast<double>(fit.used);
    metrics.spread_estimate = fit.spread;
    metrics.spent = watch.seconds();
    if (p.wide) {
      double numbers[std::size(kWide)];
      team.stream("WIDE").uniforms({}, 0, numbers);
      for (std::size_t k = 0; k < std::size(kWide); ++k) metrics.*kWide[k] = numbers[k];
    }
    if (faulty && p.fault == Fault::not_a_number) metrics.estimate = std::nan("");
    if (team.wants("numbers")) {
      study::Artifact artifact{"numbers", {p.array}, std::vector<double>(static_cast<std::size_t>(p.array))};
      team.stream("NUMBERS").normals({}, 0, artifact.values);
      team.store(std::move(artifact));
    }
    leave_trace(fmt::format("{} {}", p.mean, p.power), team);
    return faulty && p.fault == Fault::not_converged ? study::Outcome::not_converged : study::Outcome::ok;
  }

 private:
  static std::unique_ptr<study::StageResult> prepare(Parameters const& p, study::Team& team) {
    auto preparation = std::make_unique<Preparation>();
    std::vector<double> values(static_cast<std::size_t>(p.shared_draws));
    team.stream("SHARED").normals({}, 0, values);
    for (double const x : values) preparation->shift += x / static_cast<double>(values.size());
    if (p.shared_draws > 0) leave_trace("preparation", team);
    return preparation;
  }

  static void go_wrong(Fault fault, study::Team& team) {
    bool const last = team.communicator().rank() + 1 == team.communicator().size();
    if (fault == Fault::throw_on_all || (fault == Fault::throw_on_one && last))
      throw std::runtime_error("asked to throw");
    if (fault == Fault::throw_alone) {
      if (last) throw std::runtime_error("asked to throw alone");
      mpi::check(MPI_Barrier(team.communicator().get()), "MPI_Barrier");
    }
    if (fault == Fault::hang && last)
      for (;;) std::this_thread::sleep_for(std::chrono::seconds(1));
    if (fault == Fault::die && last) kill(getpid(), SIGKILL);
  }

  /// Appends the trial (or what comes before all) to the file that the test names: so it sees which trials
  /// ran more than once.
  static void leave_trace(std::string const& what, study::Team const& team) {
    auto const* const path = std::getenv("TESTBED_TRACE");
    if (path == nullptr || team.communicator().rank() != 0) return;
    auto const now = std::chrono::duration<double>(std::chrono::system_clock::now().time_since_epoch());
    auto const line = fmt::format("{:.6f} {} {}\n", now.count(), what, team.trial());
    std::ofstream(path, std::ios::app) << line;
  }

  /// A trial of many steps that leaves its state after each and goes on from there.
  static void wait(Parameters const& p, study::Team& team) {
    if (p.delay == 0) return;
    std::int64_t step = 0;
    if (p.steps > 1)
      if (auto const state = team.restore()) std::memcpy(&step, state->data(), sizeof(step));
    for (; step < p.steps; ++step) {
      std::this_thread::sleep_for(std::chrono::duration<double>(p.delay / static_cast<double>(p.steps)));
      if (p.steps == 1) break;
      team.progress(static_cast<double>(step + 1) / static_cast<double>(p.steps));
      auto const next = step + 1;
      if (team.stopping() && next < p.steps) {
        team.keep(std::as_bytes(std::span(&next, 1)));
        throw study::Interrupted();
      }
    }
  }
};

}  // namespace

int main(int argc, char** argv) {
  return thresher::engine::run_driver(argc, argv, Testbed());
}
