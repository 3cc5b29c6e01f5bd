#include "experiments/group_matrix/estimators/measurement.hpp"

#include "experiments/group_matrix/estimators/artifacts.hpp"
#include "experiments/group_matrix/estimators/errors.hpp"
#include "experiments/group_matrix/estimators/method.hpp"
#include "experiments/group_matrix/estimators/subspaces.hpp"
#include "experiments/group_matrix/model/design.hpp"
#include "experiments/group_matrix/model/own_matrix.hpp"
#include "study/stopwatch.hpp"

#include <algorithm>
#include <cmath>

namespace thresher::group_matrix {

namespace {

bool observes_all(Parameters const& point) {
  return point.density == 1 && (point.density_ratio == 1 || point.levels_1 == 1) && point.block_fraction == 0;
}

void measure_errors(std::vector<BlockErrors> const& blocks, Design const& design, double density,
                    Metrics& metrics) {
  ErrorPair unobserved, all, held, starved;
  for (std::size_t b = 0; b < blocks.size(); ++b) {
    unobserved += blocks[b].unobserved;
    all += blocks[b].all;
    held += blocks[b].held;
    if (design.block_density(static_cast<std::int64_t>(b)) < density) starved += blocks[b].unobserved;
    double const error = blocks[b].unobserved.relative();
    if (!std::isnan(error))
      metrics.test_error_worst =
          std::isnan(metrics.test_error_worst) ? error : std::max(metrics.test_error_worst, error);
  }
  metrics.test_error = unobserved.relative();
  metrics.full_error = all.relative();
  metrics.test_error_block = held.relative();
  metrics.test_error_starved = starved.relative();
}

void measure_subspaces(std::vector<GroupReading> const& readings, Metrics& metrics) {
  auto const count = static_cast<double>(readings.size());
  double distance = 0, worst = 0, square = 0, energy = 0;
  for (auto const& reading : readings) {
    distance += reading.distance / count;
    worst = std::max(worst, reading.distance);
    square += reading.distance * reading.distance / count;
    energy += reading.energy_loss / count;
  }
  metrics.subspace_dist = distance;
  metrics.subspace_dist_worst = worst;
  metrics.subspace_cos2 = 1 - square;
  metrics.energy_loss = energy;
}

}  // namespace

study::Outcome measure_point(MatrixData const& data, Parameters const& point, study::Team& team,
                             Metrics& metrics) {
  study::Stopwatch const watch;
  auto const result = method_of(point).run(point, data, team);
  metrics.seconds = watch.seconds();
  metrics.rank_mean = result.mean_rank;
  metrics.lambda_selected = result.fraction;
  metrics.val_error = result.val_error;
  metrics.iterations = static_cast<double>(result.iterations);
  metrics.objective = result.objective;
  metrics.duality_gap = result.duality_gap;
  metrics.converged = result.converged ? 1 : 0;
  auto const& observations = data.observations();
  metrics.obs_fraction =
      mpi::sum(data.communicator(), static_cast<double>(observations.count())) /
      (static_cast<double>(observations.rows()) * static_cast<double>(observations.columns()));
  if (point.input == nullptr) {
    auto const blocks = block_errors(data, result.estimate);
    auto const readings = read_subspaces(data, result);
    measure_errors(blocks, Design(point), point.density, metrics);
    measure_subspaces(readings, metrics);
    store_truth_readings(readings, blocks, team);
  } else {
    auto const errors = test_errors(data, result.estimate);
    if (errors.cells > 0) {
      metrics.test_error = errors.all.relative();
      metrics.test_rmse = std::sqrt(errors.all.error / errors.cells);
    }
    store_own_readings(data, result.estimate, errors, team);
  }
  store_path(result.path, team);
  store_history(result.history, team);
  return result.converged ? study::Outcome::ok : study::Outcome::not_converged;
}

Metrics applicable_metrics(Parameters const& point) {
  Metrics all;
  for (auto const member : {&Metrics::rank_mean, &Metrics::iterations, &Metrics::converged,
                            &Metrics::obs_fraction, &Metrics::seconds})
    all.*member = 0;
  for (auto const member : method_of(point).measures(point)) all.*member = 0;
  if (point.input != nullptr) {
    if (point.input->tests > 0) all.test_error = all.test_rmse = 0;
    return all;
  }
  for (auto const member : {&Metrics::full_error, &Metrics::subspace_dist, &Metrics::subspace_dist_worst,
                            &Metrics::subspace_cos2, &Metrics::energy_loss})
    all.*member = 0;
  if (!observes_all(point)) all.test_error = all.test_error_worst = 0;
  if (point.density_ratio > 1 && point.levels_1 > 1) all.test_error_starved = 0;
  if (point.block_fraction > 0) all.test_error_block = 0;
  return all;
}

}  // namespace thresher::group_matrix
