#include "experiments/linear_generative/theory/predictions.hpp"

#include "experiments/linear_generative/model/field_power.hpp"
#include "experiments/linear_generative/model/noise_schedule.hpp"
#include "experiments/linear_generative/model/setting.hpp"
#include "experiments/linear_generative/theory/deterministic_equivalent.hpp"
#include "experiments/linear_generative/theory/latent_theory.hpp"
#include "experiments/linear_generative/theory/memorisation_theory.hpp"
#include "numerics/marchenko_pastur.hpp"

#include <algorithm>
#include <cmath>

namespace thresher::linear_generative {

namespace {

using numerics::marchenko_pastur_average;
using numerics::marchenko_pastur_mean_root;

double examples(Parameters const& point) {
  return static_cast<double>(number_of_examples(point));
}
/// n / d with the n really used.
double load(Parameters const& point) {
  return examples(point) / static_cast<double>(point.dim);
}
bool has_spectrum(Parameters const& point) {
  return point.spectrum == Spectrum::spiked || point.spectrum == Spectrum::powerlaw;
}
bool is_plain_root(Parameters const& point) {
  return point.model == Model::sqrt && point.ridge == 0;
}

/// 2 + ridge - 2 <sqrt(x + ridge)> and its like need <f>; the closed form where there is one.
double mean_of_function(Parameters const& point) {
  if (is_plain_root(point)) return marchenko_pastur_mean_root(load(point));
  return marchenko_pastur_average(load(point), sampling_function(point));
}

double mean_square_of_function(Parameters const& point) {
  if (point.model == Model::sqrt) return 1 + point.ridge;
  auto const f = sampling_function(point);
  return marchenko_pastur_average(load(point), [&](double x) { return f(x) * f(x); });
}

/// Gamma((nu + 1) / 2) / Gamma(nu / 2) sqrt(2 / nu): E of a chi variable over its root mean square.
double relative_chi_mean(double nu) {
  return std::exp(std::lgamma((nu + 1) / 2) - std::lgamma(nu / 2)) * std::sqrt(2 / nu);
}

double convergence_of_full_filter(Parameters const& point) {
  auto const side = *image_side(point.dim);
  auto const power = field_power(side, point.alpha);
  double const paired = relative_chi_mean(2 * examples(point));
  double const self_conjugate = relative_chi_mean(examples(point));
  double sum = 0;
  double total = 0;
  for (std::int64_t y = 0; y < side; ++y)
    for (std::int64_t x = 0; x < side; ++x) {
      double const mode = power[static_cast<std::size_t>(y * side + x)];
      double const mean = 2 * y % side == 0 && 2 * x % side == 0 ? self_conjugate : paired;
      sum += mode * mean * mean;
      total += mode;
    }
  return sum / total;
}

void finite_size(Parameters const& point, PopulationSpectrum const& spectrum, Predictions& predictions) {
  auto const levels = spectrum.all();
  predictions.convergence_trace = equivalent_convergence(levels, examples(point), point.ridge);
  if (point.spectrum != Spectrum::spiked) {
    predictions.root_trace = equivalent_root_trace(levels, examples(point), point.ridge);
    predictions.sample_variance = trace(levels) / count(levels) + point.ridge;
  }
  if (point.ridge == 0) predictions.w2_bulk = equivalent_bulk_distance(levels, examples(point));
}

void latent(Parameters const& point, PopulationSpectrum const& spectrum, Predictions& predictions) {
  double const n = examples(point);
  bool const spiked = point.spectrum == Spectrum::spiked;
  std::optional<Spike> leading;
  if (point.rank >= 1) {
    predictions.latent_recovery = predicted_latent_recovery(spectrum, n);
    leading = recovered_spike(spectrum.latent.front(), others_of_leading(spectrum), n);
    if (!leading_is_degenerate(spectrum)) predictions.latent_recovery_top = leading ? leading->overlap : 0;
  }
  // Below the threshold the leading eigenvalue sits at the edge of the bulk, known in closed form for
  // `spiked`.
  double const edge = 1 + std::sqrt(1 / load(point));
  if (leading)
    predictions.top_eigenvalue = leading->sample_eigenvalue;
  else if (spiked)
    predictions.top_eigenvalue = edge * edge;
  if (spiked) {
    double const psi = predictions.top_eigenvalue;
    double const population = leading ? spectrum.latent.front() : edge;
    predictions.w2_top = std::abs(sampling_function(point)(psi) - population / std::sqrt(psi));
  }
}

void plan(Parameters const& point, PopulationSpectrum const& spectrum, Predictions& predictions) {
  auto const levels = spectrum.all();
  predictions.samples_q50 = examples_for_convergence(levels, point.ridge, 0.5);
  predictions.samples_q90 = examples_for_convergence(levels, point.ridge, 0.9);
  predictions.samples_q99 = examples_for_convergence(levels, point.ridge, 0.99);
  if (point.rank < 1) return;
  predictions.samples_recovery = examples_for_recovery(spectrum);
  predictions.samples_recovery_top = recovery_threshold(spectrum.latent.front(), others_of_leading(spectrum));
}

void divergence(Parameters const& point, Predictions& predictions) {
  double const ridge = point.ridge;
  double const inverse = marchenko_pastur_average(load(point), [=](double x) { return 1 / (x + ridge); });
  double const logarithm =
      marchenko_pastur_average(load(point), [=](double x) { return std::log(x + ridge); });
  predictions.kl_per_dim = (inverse - 1 + logarithm) / 2;
}

bool divergence_is_universal(Parameters const& point) {
  return point.ridge == 0 && number_of_examples(point) > point.dim;
}

}  // namespace

void predict_sizes(Parameters const& point, Predictions& predictions) {
  predictions.samples_used = examples(point);
  predictions.gamma_used = load(point);
}

void predict_limits(Parameters const& point, Predictions& predictions) {
  bool const spiked = point.spectrum == Spectrum::spiked;
  if (spiked && is_matrix_function(point.model)) {
    double const mean = mean_of_function(point);
    double const square = mean_square_of_function(point);
    predictions.convergence = mean * mean / square;
  }
  if (has_spectrum(point) && point.model == Model::sqrt &&
      (divergence_is_universal(point) || (spiked && point.ridge > 0)))
    divergence(point, predictions);
}

void predict_finite_size(Parameters const& point, Predictions& predictions) {
  if (point.spectrum == Spectrum::spiked && is_matrix_function(point.model)) {
    predictions.root_trace = mean_of_function(point);
    predictions.sample_variance = mean_square_of_function(point);
  }
  if (has_spectrum(point) && point.model == Model::sqrt)
    finite_size(point, population_spectrum(point), predictions);
  if (point.spectrum == Spectrum::spiked && point.model == Model::sqrt && point.ridge > 0)
    predictions.w2_bulk = 2 + point.ridge - 2 * mean_of_function(point);
  if (point.spectrum == Spectrum::field && point.spike == 0 && point.ridge == 0 &&
      point.model == Model::conv && point.kernel == 0)
    predictions.convergence_trace = convergence_of_full_filter(point);
}

void predict_memorisation(Parameters const& point, Predictions& predictions) {
  if (point.spectrum != Spectrum::spiked || point.model != Model::sqrt) return;
  auto const levels = population_spectrum(point).all();
  MemorisationSetting const setting{examples(point), static_cast<double>(point.dim), trace(levels),
                                    trace_of_square(levels), point.ridge};
  predictions.memorisation = memorisation(setting);
  predictions.memorisation_null = memorisation_of_unseen(setting);
}

void predict_latent(Parameters const& point, Predictions& predictions) {
  if (!has_spectrum(point) || !is_matrix_function(point.model)) return;
  if (point.spectrum != Spectrum::spiked && point.rank < 1) return;
  latent(point, population_spectrum(point), predictions);
}

void predict_plan(Parameters const& point, Predictions& predictions) {
  if (has_spectrum(point) && point.model == Model::sqrt) plan(point, population_spectrum(point), predictions);
}

Predictions predict_for_spectrum(Parameters const& point, PopulationSpectrum const& spectrum) {
  Predictions predictions;
  if (is_matrix_function(point.model) && point.rank >= 1) latent(point, spectrum, predictions);
  if (point.model != Model::sqrt) return predictions;
  finite_size(point, spectrum, predictions);
  plan(point, spectrum, predictions);
  if (divergence_is_universal(point)) divergence(point, predictions);
  return predictions;
}

}  // namespace thresher::linear_generative
