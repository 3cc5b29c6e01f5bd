#include "engine/plan.hpp"

#include "engine/prediction_costs.hpp"
#include "engine/unit_runner.hpp"
#include "linalg/lapack.hpp"
#include "random/stream.hpp"
#include "study/data_points.hpp"
#include "study/stopwatch.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <map>
#include <tuple>

namespace thresher::engine {

namespace {

constexpr double kSecondsForTrials = 10;
constexpr double kSecondsForPredictions = 5;
/// What a rank holds besides a trial: code and buffers of MPI, PETSc, HDF5 and BLAS (measured with Open
/// MPI 4.1, PETSc 3.18).
constexpr double kProcessBytes = 60.0 * 1024 * 1024;

/// Least seconds of one call of `work`, over calls that take a tenth of a second together.
template <class Work>
double least_seconds(Work const& work) {
  double least = 1e300;
  for (Stopwatch const all; all.seconds() < 0.1;) {
    Stopwatch const one;
    work();
    least = std::min(least, one.seconds());
  }
  return least;
}

std::string bytes_text(double bytes) {
  static constexpr char const* kUnits[] = {"B", "KiB", "MiB", "GiB", "TiB", "PiB"};
  std::size_t unit = 0;
  for (; bytes >= 1024 && unit + 1 < std::size(kUnits); ++unit) bytes /= 1024;
  return fmt::format("{:.3g} {}", bytes, kUnits[unit]);
}

std::string seconds_text(double seconds) {
  if (seconds < 120) return fmt::format("{:.3g} s", seconds);
  if (seconds < 7200) return fmt::format("{:.3g} min", seconds / 60);
  return fmt::format("{:.4g} h", seconds / 3600);
}

/// Seconds per normal, flop and byte on this processor now (takes about a third of a second).
Rates calibrate() {
  Rates rates;
  std::vector<double> a(1 << 16);
  random::Stream const stream(random::hash_identity("calibration"), "normals");
  rates.seconds_per_normal = least_seconds([&] { stream.normals({}, 0, a); }) / static_cast<double>(a.size());
  constexpr std::int64_t n = 192;
  std::vector<double> x(n * n, 1.0);
  std::vector<double> y(n * n, 0.0);
  rates.seconds_per_flop =
      least_seconds([&] {
        linalg::gemm(linalg::Transpose::no, linalg::Transpose::no, 1.0,
                     linalg::ConstMatrixView(x.data(), n, n), linalg::ConstMatrixView(x.data(), n, n), 0.0,
                     linalg::MatrixView(y.data(), n, n));
      }) /
      (2.0 * n * n * n);
  std::vector<double> large(1 << 23, 1.0);
  double total = 0;
  rates.seconds_per_byte = least_seconds([&] {
                             double sums[8] = {};
                             for (std::size_t k = 0; k < large.size(); k += 8)
                               for (std::size_t j = 0; j < 8; ++j) sums[j] += large[k + j];
                             total += sums[0] + sums[3] + sums[7];
                           }) /
                           (static_cast<double>(large.size()) * sizeof(double));
  if (total == 0) rates.seconds_per_byte *= 1;  // keeps the loop from being dropped
  return rates;
}

/// Data points whose units cost the same to 20 %.
struct CostClass {
  DataPoint example = {};
  double units = 0;           ///< data points x trials
  double bytes_per_rank = 0;  ///< of the one that needs most
  double seconds = 0;         ///< of a unit, summed over the team
  std::string how = {};       ///< these seconds are known
};

/// The cheap ones first.
std::vector<CostClass> cost_classes(Study const& study, Ledger const& ledger, Rates const& rates) {
  std::map<std::pair<int, long>, CostClass> classes;
  for (auto& data : data_points(study, ledger.survey(), rates)) {
    auto const size = std::lround(std::log(std::max(data.seconds, 1e-9)) / std::log(1.2));
    auto& cost = classes[{data.team_size, size}];
    std::int64_t trials = 0;
    for (auto const point : data.points) trials = std::max(trials, ledger.missing(point));
    cost.units += static_cast<double>(trials);
    cost.bytes_per_rank = std::max(cost.bytes_per_rank, data.bytes_per_rank);
    if (cost.example.points.empty()) cost.example = std::move(data);
  }
  std::vector<CostClass> by_cost;
  for (auto& [key, cost] : classes) by_cost.push_back(std::move(cost));
  std::ranges::sort(by_cost, {}, [](CostClass const& cost) { return cost.example.seconds; });
  return by_cost;
}

/// Fills in the seconds: real trials correct the work counts. Returns the last such correction.
double time_units(Study const& study, double memory_per_rank, UnitRunner& runner,
                  std::vector<CostClass>& classes) {
  double budget = kSecondsForTrials;
  double overhead = 1;
  for (auto& cost : classes) {
    auto const& example = cost.example;
    cost.seconds = example.seconds * overhead;
    cost.how = "from work counts";
    bool const fits = cost.bytes_per_rank * example.team_size < memory_per_rank;
    bool const quick = cost.seconds + example.preparation_seconds * overhead < budget / 2;
    if (study.trials() == 0 || !fits || !quick) continue;
    std::string failure;
    double measured = 0;
    // The first trial touches its memory for the first time and loads what is loaded once: the second one
    // counts.
    for (int repetition = 0; repetition < 2 && measured < budget / 2; ++repetition) {
      Stopwatch const watch;
      runner.run({repetition, example.points}, [&](Record record) { failure = record.reason; });
      measured = watch.seconds();
      budget -= measured;
    }
    if (failure.empty() && example.seconds > 0) overhead = measured / example.seconds;
    cost.seconds = measured;
    cost.how = failure.empty() ? "timed" : "timed, failed: " + failure;
  }
  return overhead;
}

/// Seconds of what teams do once, before their trials, summed over the ranks.
double preparation_seconds(Study const& study, Survey const& survey, Rates const& rates, int ranks) {
  std::map<std::tuple<std::size_t, std::string, int>, double> preparations;  // by stage, key, team size
  for (std::size_t stage = 0; stage < study.description().data_stage; ++stage)
    for (std::uint32_t point = 0; point < study.grid().size(); ++point) {
      if (!survey.runs(point)) continue;
      auto const team_size = survey.team_size[point];
      auto const values = study.canonical(study.grid().point(point));
      preparations[{stage, study.key_up_to(stage, values), team_size}] =
          rates.seconds(study.cost(stage, values, {team_size, survey.memory_per_rank})) *
          std::max(1, ranks / team_size);
    }
  double sum = 0;
  for (auto const& [key, seconds] : preparations) sum += seconds;
  return sum;
}

/// Bytes of the result file.
double output_bytes(Study const& study, Survey const& survey) {
  auto const metrics = static_cast<double>(std::ranges::count(survey.applicable_somewhere, true));
  auto const& declared = study.description().predictions;
  auto const predictions = static_cast<double>(
      std::ranges::count_if(declared, [&](auto const& one) { return study.wants_theory(one.theory); }));
  auto const trials = static_cast<double>(study.trials());
  return static_cast<double>(study.grid().size()) *
         (trials * (8 * (metrics + 1) + 1) + 8 * (4 * metrics + predictions));
}

}  // namespace

void print_plan(Study const& study, Ledger const& ledger, int ranks, double memory_per_rank) {
  auto const& about = study.description();
  auto const& grid = study.grid();
  auto const& survey = ledger.survey();
  auto const rates = calibrate();
  auto classes = cost_classes(study, ledger, rates);
  auto const self = mpi::Communicator::self();
  Team team(self, static_cast<std::uint64_t>(memory_per_rank));
  team.set_input(study.input());
  Agreement const agreement(self, {});
  UnitRunner runner(study, team, agreement);
  double const overhead = time_units(study, memory_per_rank, runner, classes);
  auto const predictions = prediction_costs(study, ledger, runner, kSecondsForPredictions);

  std::size_t valid = 0;
  double trials = 0;
  for (std::uint32_t point = 0; point < grid.size(); ++point) {
    if (survey.valid[point] && survey.wanted[point]) ++valid;
    if (survey.runs(point)) trials += static_cast<double>(ledger.missing(point));
  }
  fmt::print("{}: {} points ({} valid)\n", about.name, grid.size(), valid);
  for (auto const& axis : grid.axes()) {
    std::string name;
    for (auto const k : axis.parameters) name += (name.empty() ? "" : ", ") + about.parameters[k].name;
    fmt::print("  axis {}: {} values from {} to {}\n", name, axis.rows.size(),
               to_text(axis.rows.front().front()), to_text(axis.rows.back().front()));
  }
  double units = 0;
  double core_seconds = preparation_seconds(study, survey, rates, ranks) * overhead;
  double longest = 0;
  double bytes = kProcessBytes;
  for (auto const& cost : classes) {
    units += cost.units;
    core_seconds += cost.units * cost.seconds;
    if (cost.units > 0) longest = std::max(longest, cost.seconds / cost.example.team_size);
    bytes = std::max(bytes, cost.bytes_per_rank + kProcessBytes);
  }
  std::int64_t predicted = 0;
  for (auto const& cost : predictions) {
    predicted += cost.count;
    core_seconds += static_cast<double>(cost.count) * cost.seconds;
    longest = std::max(longest, cost.seconds);
  }
  fmt::print("trials to run: {:.0f} in {:.0f} units\n", trials, units);
  for (auto const& cost : classes)
    fmt::print("  {:>12.6g} units of {:>8} on teams of {}: {} ({}), {} per rank\n", cost.units,
               seconds_text(cost.seconds / cost.example.team_size), cost.example.team_size,
               grid.label(about.parameters, cost.example.points.front()), cost.how,
               bytes_text(cost.bytes_per_rank));
  fmt::print("predictions to compute: {}\n", predicted);
  for (auto const& cost : predictions)
    fmt::print("  {:>12} of {:>8}: theory {} (timed)\n", cost.count, seconds_text(cost.seconds), cost.theory);
  fmt::print("peak memory per rank: {} (available: {})\n", bytes_text(bytes), bytes_text(memory_per_rank));
  fmt::print("on rank 0 besides: {}\n", bytes_text(ledger.bytes()));
  fmt::print("output: {}\n", bytes_text(output_bytes(study, survey)));
  // A run ends with its last unit: no more ranks help than the longest unit can use.
  fmt::print("estimated time on {} rank{}: {}\n", ranks, ranks == 1 ? "" : "s",
             seconds_text(std::max(core_seconds / ranks, longest)));
}

}  // namespace thresher::engine
