// Times trials of the LASSO (generate and solve) on one core, for comparison with other programs: see
// lasso_vs_sklearn.py. Prints one JSON object per repetition.

#include "experiments/mixed_quality_lasso/experiment.hpp"
#include "linalg/petsc.hpp"
#include "mpi/communicator.hpp"
#include "study/team.hpp"

#include <mpi.h>

#include <chrono>
#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <ctime>
#include <map>
#include <memory>
#include <string>

namespace {

using Clock = std::chrono::steady_clock;

double seconds_since(Clock::time_point start) {
  return std::chrono::duration<double>(Clock::now() - start).count();
}

/// Time of this process on a core: a busy machine does not lengthen it.
double cpu_seconds() {
  std::timespec now{};
  clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
  return static_cast<double>(now.tv_sec) + 1e-9 * static_cast<double>(now.tv_nsec);
}

/// JSON has no NaN.
double or_zero(double value) {
  return std::isnan(value) ? 0 : value;
}

}  // namespace

int main(int argc, char** argv) {
  using namespace thresher;
  using namespace thresher::mixed_quality_lasso;
  std::map<std::string, double> number{{"p", 10000},     {"s", 60},        {"n", 1000},    {"sigma1", 0.25},
                                       {"sigma2", 1},    {"lambda", 0},    {"trials", 10}, {"path", 0},
                                       {"n_lambda", 60}, {"regenerate", 0}};
  for (int k = 1; k + 1 < argc; k += 2) number[argv[k]] = std::atof(argv[k + 1]);
  MPI_Init(nullptr, nullptr);
  {
    linalg::Session const session;
    auto const self = mpi::Communicator::self();
    study::Team team(self);
    Experiment const experiment;
    Parameters point;
    point.p = static_cast<std::int64_t>(number["p"]);
    point.s = static_cast<std::int64_t>(number["s"]);
    point.n1 = static_cast<std::int64_t>(number["n"]) / 2;
    point.n2 = static_cast<std::int64_t>(number["n"]) - point.n1;
    point.sigma1 = number["sigma1"];
    point.sigma2 = number["sigma2"];
    if (number["lambda"] > 0) {
      point.lambda_rule = LambdaRule::fixed;
      point.lambda_scale = number["lambda"];
    }
    point.estimator = number["path"] > 0 ? Estimator::lasso_path : Estimator::lasso;
    point.n_lambda = static_cast<std::int64_t>(number["n_lambda"]);
    point.storage = number["regenerate"] > 0 ? Storage::regenerate : Storage::dense;
    for (int trial = 0; trial < static_cast<int>(number["trials"]); ++trial) {
      team.begin_trial({"bench\n", trial});
      auto const start = Clock::now();
      auto const cpu_start = cpu_seconds();
      auto const data = experiment.run_stage(0, nullptr, std::span<Parameters const>(&point, 1), team);
      double const data_seconds = seconds_since(start);
      Metrics metrics;
      experiment.measure(data.get(), point, team, metrics);
      double const seconds = seconds_since(start);
      double const cpu = cpu_seconds() - cpu_start;
      std::printf(
          "{\"seconds\": %.6f, \"cpu_seconds\": %.6f, \"data_seconds\": %.6f, \"gap\": %.3g, \"iterations\": "
          "%g, \"passes\": %g, "
          "\"overlap\": %g, \"false_positives\": %g, \"dual_max\": %.10f}\n",
          seconds, cpu, data_seconds, or_zero(metrics.duality_gap), metrics.iterations,
          or_zero(metrics.full_passes), metrics.overlap, metrics.n_false_pos, or_zero(metrics.dual_max));
    }
  }
  MPI_Finalize();
  return 0;
}
