#include "experiments/linear_generative/estimators/measurement.hpp"

#include "experiments/linear_generative/estimators/artifacts.hpp"
#include "experiments/linear_generative/estimators/covariance_sampling.hpp"
#include "experiments/linear_generative/estimators/neighbours.hpp"
#include "experiments/linear_generative/estimators/network_sampling.hpp"
#include "experiments/linear_generative/model/noise_schedule.hpp"
#include "experiments/linear_generative/model/setting.hpp"
#include "experiments/linear_generative/theory/predictions.hpp"
#include "linalg/subspace.hpp"

#include <algorithm>
#include <cmath>
#include <numeric>

namespace thresher::linear_generative {

namespace {

using linalg::DenseMatrix;
using linalg::RowLayout;

double mean(std::span<double const> values) {
  return std::accumulate(values.begin(), values.end(), 0.0) / static_cast<double>(values.size());
}

/// Both models' samples with what their method tells besides.
struct Sampled {
  PanelPair samples;
  std::array<linalg::Eigenpairs, kSets> leading;
  std::array<double, kSets> bulk_root_trace{};
  study::Outcome outcome = study::Outcome::ok;
};

Sampled sample_covariance_model(Decomposition const& decomposition, Parameters const& point,
                                linalg::ConstMatrixView own_seeds, study::Team& team, Metrics& metrics) {
  Sampled result;
  if (settled_method(point) == Method::dense) {
    auto const& dense = decomposition.dense();
    result.samples = dense.apply(point, sampling_function(point), own_seeds);
    for (int set = 0; set < kSets; ++set) result.leading[static_cast<std::size_t>(set)] = dense.leading(set);
    store_spectrum(dense.eigenvalues(0), team);
    return result;
  }
  bool const lanczos = settled_method(point) == Method::krylov;
  auto models = lanczos ? sample_by_lanczos(point, decomposition.sets(), own_seeds, team)
                        : sample_by_slepc(point, decomposition.sets(), own_seeds, team);
  bool eigen_converged = true;
  for (std::size_t set = 0; set < kSets; ++set) {
    auto& model = models[set];
    if (model.convergence != linalg::Convergence::reached) result.outcome = study::Outcome::not_converged;
    eigen_converged = eigen_converged && model.eigen_convergence == linalg::Convergence::reached;
    result.samples[set] = std::move(model.own_samples);
    result.leading[set] = std::move(model.leading);
    result.bulk_root_trace[set] = model.bulk_root_trace;
  }
  metrics.eps_converged = eigen_converged ? 1 : 0;
  // One more for the nearest examples.
  metrics.data_passes = static_cast<double>(models[0].passes + models[1].passes) / kSets + 1;
  if (lanczos) {
    metrics.krylov_steps = (models[0].mean_steps + models[1].mean_steps) / kSets;
    store_ritz_values(models[0].ritz_values, team);
  }
  return result;
}

/// Agreement of the two models, and the scale of their samples.
void measure_samples(PanelPair const& samples, RowLayout const& layout, linalg::ConstMatrixView own_seeds,
                     Parameters const& point, Metrics& metrics) {
  auto const dots = linalg::column_inner_products(layout, samples[0].view(), samples[1].view());
  std::array<std::vector<double>, kSets> squares;
  double noise_product = 0;
  for (std::size_t set = 0; set < kSets; ++set) {
    squares[set] = linalg::column_inner_products(layout, samples[set].view(), samples[set].view());
    auto const with_noise = linalg::column_inner_products(layout, samples[set].view(), own_seeds);
    noise_product += std::accumulate(with_noise.begin(), with_noise.end(), 0.0);
  }
  double cosines = 0;
  double dot = 0;
  std::array<double, kSets> square{};
  for (std::size_t i = 0; i < dots.size(); ++i) {
    cosines += dots[i] / std::sqrt(squares[0][i] * squares[1][i]);
    dot += dots[i];
    for (std::size_t set = 0; set < kSets; ++set) square[set] += squares[set][i];
  }
  auto const seeds = static_cast<double>(dots.size());
  double const entries = seeds * static_cast<double>(layout.rows());
  metrics.convergence = std::clamp(cosines / seeds, -1.0, 1.0);
  metrics.convergence_trace = std::clamp(dot / std::sqrt(square[0] * square[1]), -1.0, 1.0);
  metrics.sample_variance = (square[0] + square[1]) / (kSets * entries);
  if (is_matrix_function(point.model)) metrics.root_trace = noise_product / (kSets * entries);
}

/// One pass over each data set with the samples of both models: the model's own is memory, the other one
/// chance. Returns tr C of both.
std::array<double, kSets> measure_memorisation(Decomposition const& decomposition, PanelPair const& samples,
                                               RowLayout const& layout, Parameters const& point,
                                               study::Team& team, Metrics& metrics) {
  auto const seeds = samples[0].columns();
  DenseMatrix both(samples[0].rows(), kSets * seeds);
  for (std::size_t set = 0; set < kSets; ++set)
    std::ranges::copy(samples[set].values(), both.values().begin() + static_cast<std::ptrdiff_t>(
                                                                         samples[set].values().size() * set));
  std::array<double, kSets> own{};
  std::array<double, kSets> unseen{};
  std::array<double, kSets> traces{};
  std::vector<std::int64_t> nearest;
  // The set in memory last comes first: it may be there still.
  for (int step = 0; step < kSets; ++step) {
    int const set = kSets - 1 - step;
    auto const k = static_cast<std::size_t>(set);
    auto const& rows = decomposition.sets().set(set, point);
    auto const found = nearest_examples(rows, layout, both.view());
    auto const cosines = std::span(found.cosines);
    auto const count = static_cast<std::size_t>(seeds);
    own[k] = mean(cosines.subspan(k * count, count));
    unseen[1 - k] = mean(cosines.subspan((1 - k) * count, count));
    traces[k] = found.squared_norms / static_cast<double>(rows.rows());
    std::vector<std::int64_t> names;
    for (auto const example : std::span(found.examples).subspan(k * count, count))
      names.push_back(decomposition.sets().name_of_example(set, example));
    nearest.insert(nearest.begin(), names.begin(), names.end());
  }
  metrics.memorisation = mean(own);
  metrics.memorisation_null = mean(unseen);
  metrics.memorisation_excess = metrics.memorisation - metrics.memorisation_null;
  store_nearest_examples(nearest, seeds, team);
  return traces;
}

void measure_latent(Decomposition const& decomposition, Sampled const& sampled, RowLayout const& layout,
                    Parameters const& point, Metrics& metrics) {
  auto const& population = decomposition.sets().population();
  auto const rank = population.directions.columns();
  if (rank == 0) return;
  DenseMatrix own_directions(layout.owned().size(), rank);
  linalg::copy_own_rows(layout, population.directions.view(), own_directions.view());
  double ratios = 0;
  for (auto const& samples : sampled.samples) {
    auto const scores = linalg::cross_products(layout, own_directions.view(), samples.view());
    for (std::size_t k = 0; k < scores.size(); ++k)
      ratios += scores[k] * scores[k] / population.direction_variances[k % static_cast<std::size_t>(rank)];
  }
  metrics.latent_variance_ratio = ratios / static_cast<double>(kSets * rank * point.num_generated);
  if (!is_matrix_function(point.model)) return;
  double overlap = 0;
  double top = 0;
  for (auto const& leading : sampled.leading) {
    auto const found = std::min(rank, leading.own_vectors.columns());
    overlap +=
        linalg::subspace_overlap(layout, own_directions.view(), leading.own_vectors.columns_from(0, found));
    top += linalg::subspace_overlap(layout, own_directions.columns_from(0, 1),
                                    leading.own_vectors.columns_from(0, 1));
  }
  metrics.latent_recovery = std::min(1.0, overlap / static_cast<double>(kSets * rank));
  metrics.latent_recovery_top = std::min(1.0, top / kSets);
}

void measure_distances(Decomposition const& decomposition, Sampled const& sampled,
                       std::array<double, kSets> const& sample_traces, RowLayout const& layout,
                       Parameters const& point, Metrics& metrics) {
  metrics.top_eigenvalue = (sampled.leading[0].values[0] + sampled.leading[1].values[0]) / kSets;
  auto const& sets = decomposition.sets();
  if (!sets.population_is_known() || point.spectrum == Spectrum::field) return;
  auto const& population = sets.population();
  bool const dense = settled_method(point) == Method::dense;

  auto const f = sampling_function(point);
  double top = 0;
  for (auto const& leading : sampled.leading) {
    DenseMatrix vector(layout.rows(), 1);
    linalg::gather_rows(layout, leading.own_vectors.columns_from(0, 1), vector.view());
    population.apply_root(vector.view());
    double const deviation = std::sqrt(
        std::inner_product(vector.values().begin(), vector.values().end(), vector.values().begin(), 0.0));
    top += std::abs(f(leading.values[0]) - deviation);
  }
  metrics.w2_top = top / kSets;

  if (measures_bulk_distance(point) && dense) {
    metrics.w2_bulk = mean(decomposition.dense().bulk_distances(point));
  } else if (measures_bulk_distance(point)) {
    auto const dim = static_cast<double>(point.dim);
    double sum = 0;
    for (std::size_t set = 0; set < kSets; ++set)
      sum += (population.trace + sample_traces[set] - 2 * sampled.bulk_root_trace[set]) / dim + point.ridge;
    metrics.w2_bulk = std::max(0.0, sum / kSets);
  }
  if (measures_divergence(point)) metrics.kl_per_dim = mean(decomposition.dense().divergences(point));
}

void measure_user_images(DataSets const& sets, Parameters const& point, Metrics& metrics) {
  metrics.reference_ratio = sets.reference_ratio();
  if (sets.reference_spectrum() == nullptr) return;
  auto const expected = predict_for_spectrum(point, *sets.reference_spectrum());
  metrics.expected_convergence_trace = expected.convergence_trace;
  metrics.expected_root_trace = expected.root_trace;
  metrics.expected_sample_variance = expected.sample_variance;
  metrics.expected_latent_recovery = expected.latent_recovery;
  metrics.expected_latent_recovery_top = expected.latent_recovery_top;
  metrics.expected_top_eigenvalue = expected.top_eigenvalue;
  metrics.expected_w2_bulk = expected.w2_bulk;
  metrics.expected_kl_per_dim = expected.kl_per_dim;
  metrics.expected_samples_q50 = expected.samples_q50;
  metrics.expected_samples_q90 = expected.samples_q90;
  metrics.expected_samples_q99 = expected.samples_q99;
  metrics.expected_samples_recovery = expected.samples_recovery;
  metrics.expected_samples_recovery_top = expected.samples_recovery_top;
}

}  // namespace

study::Outcome measure_point(Decomposition const& decomposition, Parameters const& point, study::Team& team,
                             Metrics& metrics) {
  RowLayout const layout(team.communicator(), point.dim);
  auto const own_seeds = seed_noise(layout, team, point.num_generated);
  auto const& sets = decomposition.sets();

  Sampled sampled;
  if (is_matrix_function(point.model)) {
    sampled = sample_covariance_model(decomposition, point, own_seeds.view(), team, metrics);
  } else if (point.model == Model::conv) {
    PowerSpectra responses;
    mpi::agree(team.communicator(), [&] {
      if (team.communicator().rank() != 0) return;
      for (std::size_t set = 0; set < kSets; ++set)
        responses[set] = convolutional_response(point, decomposition.powers()[set]);
    });
    for (std::size_t set = 0; set < kSets; ++set) {
      responses[set].resize(decomposition.powers()[set].size());
      mpi::broadcast(team.communicator(), std::span(responses[set]));
    }
    sampled.samples = convolutional_samples(point, responses, layout, own_seeds.view());
    if (point.rank > 0 && sets.population_is_known())
      metrics.latent_recovery = (recovery_by_modes(responses[0], sets.population().directions.column(0)) +
                                 recovery_by_modes(responses[1], sets.population().directions.column(0))) /
                                kSets;
    store_responses(responses, *image_side(point.dim), team);
  } else {
    sampled.samples = network_samples(point, sets, layout, own_seeds.view(), team);
  }

  measure_samples(sampled.samples, layout, own_seeds.view(), point, metrics);
  auto const sample_traces =
      measure_memorisation(decomposition, sampled.samples, layout, point, team, metrics);
  measure_latent(decomposition, sampled, layout, point, metrics);
  if (is_matrix_function(point.model)) {
    measure_distances(decomposition, sampled, sample_traces, layout, point, metrics);
    store_leading_vectors(sampled.leading, layout, team);
  }
  if (point.spectrum == Spectrum::input) measure_user_images(sets, point, metrics);
  store_equivalent_roots(point, sets, team);
  store_samples(sampled.samples, layout, team);
  return sampled.outcome;
}

Metrics applicable_metrics(Parameters const& point) {
  Metrics metrics;
  metrics.memorisation = metrics.memorisation_null = metrics.memorisation_excess = 0;
  metrics.convergence = metrics.convergence_trace = metrics.sample_variance = 0;
  bool const covariance = is_matrix_function(point.model);
  bool const dense = settled_method(point) == Method::dense;
  if (point.rank > 0) {
    metrics.latent_variance_ratio = 0;
    if (covariance || point.model == Model::conv) metrics.latent_recovery = 0;
    if (covariance) metrics.latent_recovery_top = 0;
  }
  if (covariance) {
    metrics.root_trace = metrics.top_eigenvalue = 0;
    if (point.spectrum != Spectrum::field) metrics.w2_top = 0;
    if (measures_bulk_distance(point)) metrics.w2_bulk = 0;
    if (measures_divergence(point)) metrics.kl_per_dim = 0;
    if (!dense) metrics.eps_converged = metrics.data_passes = 0;
    if (settled_method(point) == Method::krylov) metrics.krylov_steps = 0;
  }
  if (point.spectrum != Spectrum::input) return metrics;
  metrics.reference_ratio = 0;
  if (covariance && point.rank > 0)
    metrics.expected_latent_recovery = metrics.expected_latent_recovery_top =
        metrics.expected_top_eigenvalue = 0;
  if (point.model != Model::sqrt) return metrics;
  metrics.expected_convergence_trace = metrics.expected_root_trace = metrics.expected_sample_variance = 0;
  metrics.expected_samples_q50 = metrics.expected_samples_q90 = metrics.expected_samples_q99 = 0;
  if (point.ridge == 0) {
    metrics.expected_w2_bulk = 0;
    if (number_of_examples(point) > point.dim) metrics.expected_kl_per_dim = 0;
  }
  if (point.rank > 0) metrics.expected_samples_recovery = metrics.expected_samples_recovery_top = 0;
  return metrics;
}

}  // namespace thresher::linear_generative
