#include "study/plan.hpp"

#include "linalg/lapack.hpp"
#include "random/stream.hpp"
#include "study/unit_runner.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <cmath>
#include <map>
#include <tuple>

namespace thresher::study {

namespace {

using Clock = std::chrono::steady_clock;
double seconds_since(Clock::time_point start) {
  return std::chrono::duration<double>(Clock::now() - start).count();
}

constexpr double kSecondsForTrials = 10;
/// What a rank holds besides a trial: code and buffers of MPI, PETSc, HDF5 and BLAS (measured with Open
/// MPI 4.1, PETSc 3.18).
constexpr double kProcessBytes = 60.0 * 1024 * 1024;

/// Least seconds of one call of `work`, over calls that take a tenth of a second together.
template <class Work>
double least_seconds(Work const& work) {
  double least = 1e300;
  for (auto const begin = Clock::now(); seconds_since(begin) < 0.1;) {
    auto const start = Clock::now();
    work();
    least = std::min(least, seconds_since(start));
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

/// Points that cost alike.
struct CostClass {
  std::uint32_t example = 0;
  double units = 0;                ///< data points x trials
  double nominal_seconds = 0;      ///< of the work of a unit, summed over the team
  double preparation_seconds = 0;  ///< of what comes before the first unit
  double bytes_per_rank = 0;
  int team_size = 1;
  std::vector<std::uint32_t> points;  ///< of the example's unit
};

}  // namespace

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

void print_plan(Study const& study, Ledger const& ledger, int ranks, double memory_per_rank) {
  auto const& about = study.description();
  auto const& grid = study.grid();
  auto const& survey = ledger.survey();
  auto const rates = calibrate();

  // Data points whose units cost the same to 20 % form one class.
  std::vector<std::size_t> data_axes;
  for (std::size_t a = 0; a < grid.axes().size(); ++a)
    if (study.splits_units(a)) data_axes.push_back(a);
  struct DataPoint {
    double seconds = 0;
    double preparation_seconds = 0;
    double bytes = 0;
    std::int64_t missing = 0;
    std::vector<std::uint32_t> points;
  };
  std::map<std::pair<std::size_t, int>, DataPoint> data_points;
  // What each team does once, before its trials: a stage before the data, its key, team size.
  std::map<std::tuple<std::size_t, std::string, int>, double> preparations;
  double trials = 0;
  std::size_t valid = 0;
  for (std::uint32_t point = 0; point < grid.size(); ++point) {
    if (!survey.valid[point] || !survey.wanted[point]) continue;
    ++valid;
    if (survey.representative[point] != point) continue;
    std::size_t data = 0;
    for (auto const a : data_axes) data = data * grid.axes()[a].rows.size() + grid.position(point, a);
    auto& entry = data_points[{data, survey.team_size[point]}];
    auto const values = study.canonical(grid.point(point));
    double preparation = 0;
    for (std::size_t stage = 0; stage < about.data_stage; ++stage) {
      auto const seconds = rates.seconds(study.experiment().cost(stage, values, survey.team_size[point]));
      preparations[{stage, study.key_up_to(stage, values), survey.team_size[point]}] = seconds;
      preparation += seconds;
    }
    entry.preparation_seconds = std::max(entry.preparation_seconds, preparation);
    for (std::size_t stage = about.data_stage + (entry.points.empty() ? 0 : 1); stage < about.stages.size();
         ++stage)
      entry.seconds += rates.seconds(study.experiment().cost(stage, values, survey.team_size[point]));
    for (std::size_t stage = 0; stage < about.stages.size(); ++stage)
      entry.bytes = std::max(entry.bytes,
                             study.experiment().cost(stage, values, survey.team_size[point]).bytes_per_rank);
    std::int64_t missing = 0;
    for (std::int64_t t = 0; t < ledger.released(point); ++t)
      missing += ledger.status(point, t) == Status::not_run ? 1 : 0;
    entry.missing = std::max(entry.missing, missing);
    trials += static_cast<double>(missing);
    entry.points.push_back(point);
  }
  std::map<std::pair<int, long>, CostClass> classes;
  double units = 0;
  for (auto const& [key, data] : data_points) {
    auto const size = std::lround(std::log(std::max(data.seconds, 1e-9)) / std::log(1.2));
    auto& cost = classes[{key.second, size}];
    if (cost.points.empty()) {
      cost.points = data.points;
      cost.team_size = key.second;
      cost.nominal_seconds = data.seconds;
      cost.preparation_seconds = data.preparation_seconds;
    }
    cost.units += static_cast<double>(data.missing);
    cost.bytes_per_rank = std::max(cost.bytes_per_rank, data.bytes);
    units += static_cast<double>(data.missing);
  }

  // Real trials correct the work counts, the cheap ones first.
  double budget = kSecondsForTrials;
  double overhead = 1;
  auto const self = mpi::Communicator::self();
  Team team(self, static_cast<std::uint64_t>(memory_per_rank));
  team.set_input(study.input());
  Agreement const agreement(self, {});
  UnitRunner runner(study, team, agreement);
  std::vector<std::pair<double, CostClass*>> by_cost;
  for (auto& [key, cost] : classes) by_cost.emplace_back(cost.nominal_seconds, &cost);
  std::sort(by_cost.begin(), by_cost.end(), [](auto const& a, auto const& b) { return a.first < b.first; });
  double core_seconds = 0;
  double longest = 0;
  double bytes = 0;
  std::string rows;
  for (auto& [nominal, cost] : by_cost) {
    bytes = std::max(bytes, cost->bytes_per_rank);
    std::string how = "from work counts";
    double each = nominal * overhead;
    bool const fits = cost->bytes_per_rank * cost->team_size < memory_per_rank;
    if (study.trials() > 0 && fits && each + cost->preparation_seconds * overhead < budget / 2) {
      std::string failure;
      double measured = 0;
      // The first trial touches its memory for the first time and loads what is loaded once: the second one
      // counts.
      for (int repetition = 0; repetition < 2 && measured < budget / 2; ++repetition) {
        auto const start = Clock::now();
        runner.run({repetition, cost->points}, [&](Record record) { failure = record.reason; });
        measured = seconds_since(start);
        budget -= measured;
      }
      if (failure.empty() && nominal > 0) overhead = measured / nominal;
      each = measured;
      how = failure.empty() ? "timed" : "timed, failed: " + failure;
    }
    core_seconds += cost->units * each;
    if (cost->units > 0) longest = std::max(longest, each / cost->team_size);
    rows += fmt::format("  {:>12.6g} units of {:>8} on teams of {}: {} ({}), {} per rank\n", cost->units,
                        seconds_text(each / cost->team_size), cost->team_size,
                        grid.label(about.parameters, cost->points.front()), how,
                        bytes_text(cost->bytes_per_rank));
  }
  for (auto const& [key, seconds] : preparations)
    core_seconds += seconds * overhead * std::max(1, ranks / std::get<int>(key));
  // A run ends with its last unit: no more ranks help than the longest unit can use.
  double const wall = std::max(core_seconds / ranks, longest);
  double const metrics = static_cast<double>(
      std::count(survey.applicable_somewhere.begin(), survey.applicable_somewhere.end(), true));
  double const output =
      static_cast<double>(grid.size()) * (static_cast<double>(study.trials()) * (8 * (metrics + 1) + 1) +
                                          8 * (4 * metrics + static_cast<double>(about.predictions.size())));
  fmt::print("{}: {} points ({} valid)\n", about.name, grid.size(), valid);
  for (auto const& axis : grid.axes()) {
    std::string name;
    for (auto const k : axis.parameters) name += (name.empty() ? "" : ", ") + about.parameters[k].name;
    fmt::print("  axis {}: {} values from {} to {}\n", name, axis.rows.size(),
               to_text(axis.rows.front().front()), to_text(axis.rows.back().front()));
  }
  fmt::print("trials to run: {:.0f} in {:.0f} units\n{}", trials, units, rows);
  fmt::print("peak memory per rank: {} (available: {})\n", bytes_text(bytes + kProcessBytes),
             bytes_text(memory_per_rank));
  fmt::print("output: {}\n", bytes_text(output));
  fmt::print("estimated time on {} rank{}: {} (predictions not counted)\n", ranks, ranks == 1 ? "" : "s",
             seconds_text(wall));
}

}  // namespace thresher::study
