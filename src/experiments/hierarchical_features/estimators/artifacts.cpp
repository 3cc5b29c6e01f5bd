#include "experiments/hierarchical_features/estimators/artifacts.hpp"

#include "experiments/hierarchical_features/estimators/outliers.hpp"
#include "experiments/hierarchical_features/theory/overlap_laws.hpp"

#include <string>

namespace thresher::hierarchical_features {

namespace {

void store_vector(study::Team& team, std::string const& name, std::vector<double> values) {
  auto const size = static_cast<std::int64_t>(values.size());
  if (team.wants(name)) team.store({name, {size}, std::move(values)});
}

/// The laws with the trial's own strengths, by Monte Carlo on a stream of its own.
void store_laws(Parameters const& point, Truth const& truth, study::Team& team) {
  bool const wanted = team.wants("cos2_goe") || team.wants("cos2_lw") || team.wants("cos2_finite_d") ||
                      team.wants("threshold_n");
  if (!wanted) return;
  auto const sizes = sizes_of(point);
  WeightMoments moments;
  mpi::agree(team.communicator(), [&] {
    if (team.communicator().rank() == 0)
      moments = weight_moments(point, truth.strengths, team.stream("theory_moments"));
  });
  if (team.communicator().rank() != 0) {  // only rank 0 stores; others keep the shapes
    moments.signal.assign(truth.strengths.size(), 1.0);
    moments.square_signal.assign(truth.strengths.size(), 1.0);
  }
  store_vector(team, "cos2_goe", goe_cosines(sizes, moments));
  store_vector(team, "threshold_n", threshold_rows(sizes, moments));
  std::vector<double> const undefined(truth.strengths.size(), study::kUndefined);
  store_vector(team, "cos2_lw", moments.bin_weights.empty() ? undefined : lw_cosines(sizes, moments));
  store_vector(
      team, "cos2_finite_d",
      has_finite_d_theory(point) ? finite_d_cosines(point, truth.strengths, sizes, moments) : undefined);
}

/// V, of which each rank has its coordinates.
void store_directions(linalg::RowLayout const& layout, linalg::DenseMatrix const& own, study::Team& team) {
  std::vector<double> rows;
  for (std::int64_t i = 0; i < own.rows(); ++i)
    for (std::int64_t j = 0; j < own.columns(); ++j) rows.push_back(own(i, j));
  team.store_distributed("learned_directions", {layout.rows(), own.columns()}, layout.owned(), rows);
}

}  // namespace

void store_artifacts(Parameters const& point, SecondStage const& before, std::vector<double> const& cosines) {
  auto const& spectral = before.before().before();
  auto const& data = spectral.data();
  auto& team = data.team();
  if (data.truth()) {
    store_vector(team, "cos2", cosines);
    store_vector(team, "lambda", data.truth()->strengths);
    store_laws(point, *data.truth(), team);
  }
  store_vector(team, "strength_hat", outlier_strengths(point, spectral));
  store_vector(team, "edges", {spectral.edge_left, spectral.edge_right});
  store_vector(team, "eigenvalues", spectral.layer.values);
  if (is_dense(sizes_of(point))) store_vector(team, "spectrum", spectral.layer.spectrum);
  auto const& b = before.form.coefficients;
  if (team.wants("learned_coefficients"))
    team.store({"learned_coefficients", {b.rows(), b.columns()}, {b.values().begin(), b.values().end()}});
  if (team.wants("learned_directions")) store_directions(data.layout(), before.form.own_directions, team);
}

}  // namespace thresher::hierarchical_features
