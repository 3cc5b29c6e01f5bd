#include "experiments/hierarchical_features/estimators/measurement.hpp"

#include "experiments/hierarchical_features/estimators/artifacts.hpp"
#include "experiments/hierarchical_features/estimators/baselines.hpp"
#include "experiments/hierarchical_features/estimators/outliers.hpp"
#include "experiments/hierarchical_features/estimators/readout.hpp"
#include "experiments/hierarchical_features/estimators/second_layer.hpp"
#include "experiments/hierarchical_features/estimators/subspace_metrics.hpp"
#include "experiments/hierarchical_features/theory/predictions.hpp"
#include "study/stopwatch.hpp"

#include <numeric>

namespace thresher::hierarchical_features {

namespace {

/// The metrics that exist for the one-shot form and for the refined one.
struct FormMembers {
  double Metrics::*mse;
  double Metrics::*nmse;
  double Metrics::*overlap_subspace;
  double Metrics::*overlap_features;
  double Metrics::*recovered_count;
  double Metrics::*cos2_first;
  double Metrics::*cos2_tracked;
  double Metrics::*cos2_last;
  double Metrics::*mse_projection;
  double Metrics::*coefficient_error;
};
FormMembers constexpr kOneShot{&Metrics::mse,
                               &Metrics::nmse,
                               &Metrics::overlap_subspace,
                               &Metrics::overlap_features,
                               &Metrics::recovered_count,
                               &Metrics::cos2_first,
                               &Metrics::cos2_tracked,
                               &Metrics::cos2_last,
                               &Metrics::mse_projection,
                               &Metrics::coefficient_error};
FormMembers constexpr kRefined{&Metrics::refined_mse,
                               &Metrics::refined_nmse,
                               &Metrics::refined_overlap_subspace,
                               &Metrics::refined_overlap_features,
                               &Metrics::refined_recovered_count,
                               &Metrics::refined_cos2_first,
                               &Metrics::refined_cos2_tracked,
                               &Metrics::refined_cos2_last,
                               &Metrics::refined_mse_projection,
                               &Metrics::refined_coefficient_error};

/// What needs the truth is undefined for the user's data.
void drop_truth(FormMembers const& members, Metrics& metrics) {
  for (auto member :
       {members.overlap_subspace, members.overlap_features, members.recovered_count, members.cos2_first,
        members.cos2_tracked, members.cos2_last, members.mse_projection, members.coefficient_error})
    metrics.*member = study::kUndefined;
}

/// Measures a form; its readout is fitted on `fit`. Returns the cosines (none without truth).
std::vector<double> measure_form(Parameters const& point, TrialData const& data, LearnedForm const& form,
                                 Fold fit, FormMembers const& members, Metrics& metrics) {
  auto const& comm = data.team().communicator();
  auto const& fitted = data.fold(fit, point);
  auto const& test = data.fold(Fold::test, point);
  auto const test_rows = test.features->rows();
  auto const h = test.features->times(form.own_directions.view());
  auto const error = readout_error(
      point, comm, {fitted.features->rows(), form_values(*fitted.features, form), fitted.own_labels},
      {test_rows, quadratic_values(h.view(), form.coefficients), test.own_labels});
  metrics.*members.mse = error.mse;
  metrics.*members.nmse = error.nmse();
  metrics.label_variance = error.label_variance;
  if (!data.truth()) return {};

  auto const subspace = subspace_metrics(data.layout(), *data.truth(), form);
  auto const& cosines = subspace.cosines;
  metrics.*members.recovered_count = std::accumulate(cosines.begin(), cosines.end(), 0.0);
  metrics.*members.overlap_subspace = metrics.*members.recovered_count / static_cast<double>(cosines.size());
  metrics.*members.cos2_first = cosines.front();
  metrics.*members.cos2_tracked = cosines[tracked_feature(point, cosines.size())];
  metrics.*members.cos2_last = cosines.back();
  metrics.*members.mse_projection = subspace.mse_projection;
  metrics.*members.coefficient_error = subspace.coefficient_error;
  auto const hidden = test.features->times(data.truth()->own_directions.view());
  metrics.*members.overlap_features = feature_overlap(comm, test_rows, hidden.view(), h.view());
  return cosines;
}

void measure_spectrum(Parameters const& point, SpectralStage const& spectral, Metrics& metrics) {
  metrics.noise_level = spectral.noise_level;
  metrics.noise_inflation = spectral.noise_inflation;
  metrics.edge_right = spectral.edge_right;
  metrics.eig_max = spectral.layer.highest;
  metrics.eig_min = spectral.layer.lowest;
  metrics.spectrum_shift = spectral.layer.shift;
  metrics.linear_fraction = spectral.weights.linear_fraction;
  metrics.eps_converged = static_cast<double>(spectral.layer.converged);
  metrics.eps_matvecs = static_cast<double>(spectral.layer.products);
  auto const outliers = outlier_strengths(point, spectral);
  metrics.num_outliers = static_cast<double>(outliers.size());
  if (spectral.data().truth()) return;
  auto const fit = fit_strengths(outliers);
  if (!fit) return;
  metrics.gamma_hat = fit->gamma;
  metrics.next_feature_rows = rows_for_strength(fit->strength(outliers.size() + 1), spectral, point);
}

}  // namespace

Metrics applicable_metrics(Parameters const& point) {
  bool const known = point.input == nullptr;
  Metrics metrics;
  auto const applies = [&](bool does, std::initializer_list<double Metrics::*> members) {
    for (auto member : members) metrics.*member = does ? 0 : study::kUndefined;
  };
  auto const form = [&](bool does, FormMembers const& members) {
    applies(does, {members.mse, members.nmse, members.overlap_subspace, members.overlap_features,
                   members.recovered_count, members.cos2_first, members.cos2_tracked, members.cos2_last,
                   members.mse_projection, members.coefficient_error});
    if (!known) drop_truth(members, metrics);
  };
  form(true, kOneShot);
  form(point.refine_rounds > 0, kRefined);
  applies(point.refine_rounds > 0, {&Metrics::refined_rounds_used});
  applies(true,
          {&Metrics::label_variance, &Metrics::noise_level, &Metrics::noise_inflation, &Metrics::edge_right,
           &Metrics::num_outliers, &Metrics::eig_max, &Metrics::eig_min, &Metrics::spectrum_shift,
           &Metrics::eps_converged, &Metrics::eps_matvecs, &Metrics::wall_seconds});
  applies(uses_oracle(point), {&Metrics::nmse_oracle});
  applies(uses_inputs(point, Baseline::shallow), {&Metrics::nmse_shallow});
  applies(uses_inputs(point, Baseline::krr), {&Metrics::nmse_krr});
  applies(point.residualize == Residualize::linear, {&Metrics::linear_fraction});
  applies(!known, {&Metrics::gamma_hat, &Metrics::next_feature_rows});
  return metrics;
}

void measure_point(Parameters const& point, SecondStage const& before, Metrics& metrics) {
  study::Stopwatch const watch;
  auto const& refined = before.before();
  auto const& spectral = refined.before();
  auto const& data = spectral.data();
  auto const fit = point.sample_reuse ? Fold::spectral : Fold::readout;
  auto const cosines = measure_form(point, data, before.form, fit, kOneShot, metrics);
  if (refined.form) {
    measure_form(point, data, *refined.form, Fold::readout, kRefined, metrics);
    metrics.refined_rounds_used = static_cast<double>(refined.rounds_used);
  }
  measure_spectrum(point, spectral, metrics);
  if (uses_oracle(point)) metrics.nmse_oracle = oracle_error(point, data);
  if (uses_inputs(point, Baseline::shallow)) metrics.nmse_shallow = shallow_error(point, spectral);
  if (uses_inputs(point, Baseline::krr)) metrics.nmse_krr = spectral.before().kernel_error(point);
  store_artifacts(point, before, cosines);
  metrics.wall_seconds =
      spectral.before().seconds() + spectral.seconds + refined.seconds + before.seconds + watch.seconds();
}

}  // namespace thresher::hierarchical_features
