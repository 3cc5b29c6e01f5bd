#include "experiments/hierarchical_features/estimators/stages.hpp"

#include "experiments/hierarchical_features/estimators/kernel_regression.hpp"
#include "experiments/hierarchical_features/estimators/refinement.hpp"
#include "experiments/hierarchical_features/estimators/second_layer.hpp"
#include "experiments/hierarchical_features/theory/equal_bins.hpp"
#include "numerics/label_weighted_law.hpp"
#include "study/stopwatch.hpp"

#include <algorithm>
#include <cmath>
#include <stdexcept>

namespace thresher::hierarchical_features {

DataStage::DataStage(std::span<Parameters const> points, study::Team& team) {
  study::Stopwatch const watch;
  data_ = std::make_unique<TrialData>(points.front(), team);
  for (auto const& point : points) {
    if (!point.baselines.contains(Baseline::krr) || has_feature_matrix(point)) continue;
    if (std::isnan(kernel_error(point)))
      kernel_errors_.push_back(
          {kernel_rows(point), point.n_readout, point.n_test, kernel_regression_error(point, *data_)});
  }
  seconds_ = watch.seconds();
}

double DataStage::kernel_error(Parameters const& point) const {
  auto const found = std::ranges::find_if(kernel_errors_, [&](KernelError const& known) {
    return known.training == kernel_rows(point) && known.readout == point.n_readout &&
           known.test == point.n_test;
  });
  return found == kernel_errors_.end() ? study::kUndefined : found->error;
}

SpectralStage::SpectralStage(Parameters const& point, DataStage const& before) : before_(before) {
  study::Stopwatch const watch;
  auto& team = data().team();
  auto const& fold = data().fold(Fold::spectral, point);
  weights = spectral_weights(point, fold, team);
  mpi::agree(team.communicator(), [&] { own_squared_norms = fold.features->squared_norms(); });
  layer = first_layer(point, {*fold.features, weights.own, own_squared_norms}, point.extra_eigs,
                      team.stream("krylov_start_0"), team);
  measure_bulk(point);
  seconds = watch.seconds();
}

void SpectralStage::measure_bulk(Parameters const& point) {
  constexpr std::int64_t kMostBins = 4096;
  auto const& comm = data().team().communicator();
  auto const sizes = sizes_of(point);
  auto const n = static_cast<double>(sizes.rows_of(Fold::spectral));
  auto const dimension = static_cast<double>(sizes.features);
  double sums[2] = {0, 0};
  for (std::size_t row = 0; row < weights.own.size(); ++row) {
    double const square = weights.own[row] * weights.own[row];
    sums[0] += square;
    sums[1] += square * own_squared_norms[row];
  }
  mpi::sum_in_place(comm, sums);
  noise_level = std::sqrt(sums[1] / 2) / n;
  noise_inflation = sums[0] > 0 ? sums[1] / (dimension * sums[0]) : 1;
  double const widening = std::sqrt(noise_inflation);
  if (!has_bounded_weights(point) || sums[0] == 0) {
    edge_right = 2 * std::sqrt(sums[0] / n * dimension / n / 2) * widening;
    edge_left = -edge_right;
    return;
  }
  linalg::RowLayout const layout(comm, sizes.rows_of(Fold::spectral));
  std::vector<double> all(comm.rank() == 0 ? static_cast<std::size_t>(layout.rows()) : 0);
  linalg::gather_rows_to(layout, 0, {weights.own.data(), static_cast<std::int64_t>(weights.own.size()), 1},
                         {all.data(), static_cast<std::int64_t>(all.size()), 1});
  double edges[2] = {0, 0};
  mpi::agree(comm, [&] {
    if (comm.rank() != 0) return;
    std::ranges::sort(all);
    auto const bins = std::min(kMostBins, layout.rows());
    numerics::LabelWeightedLaw const law(
        bin_means(all, bins),
        std::vector<double>(static_cast<std::size_t>(bins), 1.0 / static_cast<double>(bins)), dimension / n);
    edges[0] = law.edge(numerics::SpectrumSide::right) / std::sqrt(2.0) * widening;
    edges[1] = law.edge(numerics::SpectrumSide::left) / std::sqrt(2.0) * widening;
  });
  mpi::broadcast(comm, std::span<double>(edges));
  edge_right = edges[0];
  edge_left = edges[1];
}

RefineStage::RefineStage(Parameters const& point, SpectralStage const& before) : before_(before) {
  if (point.refine_rounds == 0) return;
  study::Stopwatch const watch;
  auto refined = refine(point, before);
  form = std::move(refined.form);
  rounds_used = refined.round;
  seconds = watch.seconds();
}

SecondStage::SecondStage(Parameters const& point, RefineStage const& before) : before_(before) {
  study::Stopwatch const watch;
  auto const& spectral = before.before();
  auto const& fold = spectral.data().fold(point.sample_reuse ? Fold::spectral : Fold::second, point);
  form.own_directions = spectral.layer.own_directions;
  auto const h = fold.features->times(form.own_directions.view());
  form.coefficients = second_layer(point.second_layer, spectral.data().team().communicator(),
                                   fold.features->rows(), h.view(), fold.own_labels);
  seconds = watch.seconds();
}

}  // namespace thresher::hierarchical_features
