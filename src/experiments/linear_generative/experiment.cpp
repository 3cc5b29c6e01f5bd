#include "experiments/linear_generative/experiment.hpp"

#include "experiments/linear_generative/data/data.hpp"
#include "experiments/linear_generative/estimators/decomposition.hpp"
#include "experiments/linear_generative/estimators/measurement.hpp"
#include "experiments/linear_generative/validity.hpp"
#include "experiments/linear_generative/work.hpp"

#include <algorithm>
#include <stdexcept>

namespace thresher::linear_generative {

using study::MetricKind;

Experiment::Experiment() {
  about("linear_generative", "Memorisation, convergence and latent recovery of linear generative models",
        "A. Maillard and S. Goldt, Memorisation, convergence and generalisation in generative models, "
        "arXiv:2605.21402, 2026",
        1);
  stages({"data", "decomposition", "sampling"});
  declare_population();
  user_input(&Parameters::input, examine_input);
  declare_estimators();
  declare_metrics();
  declare_predictions();
  declare_artifacts();
  headline({"memorisation", "convergence", "latent_recovery"}, "gamma");
  headline({"memorisation", "convergence", "latent_recovery"}, "samples");
}

void Experiment::declare_population() {
  parameter("dim", &Parameters::dim, "[2, 1e9]",
            "dimension d of an example; that of user data is taken from them", "data");
  parameter("gamma", &Parameters::gamma, "(0, 1e9]", "sample complexity n / d of each of the two data sets",
            "data");
  parameter("samples", &Parameters::samples, "[0, 1e12]",
            "examples n per data set; 0: max(1, floor(gamma d + 1/2))", "data");
  parameter("spectrum", &Parameters::spectrum, {"spiked", "powerlaw", "field", "input"},
            "population covariance", "data");
  parameter("rank", &Parameters::rank, "[0, 1e6]",
            "number r of latent factors; 0 leaves out the latent metrics", "data");
  parameter("spike", &Parameters::spike, "[0, 1e12]",
            "spiked, field: strength theta_1 of the first latent factor", "data");
  parameter("spike_ratio", &Parameters::spike_ratio, "(0, 1]", "spiked: theta_(k+1) / theta_k", "data");
  parameter("alpha", &Parameters::alpha, "[0, 100]", "powerlaw, field: spectral exponent", "data");
  parameter("latent_basis", &Parameters::latent_basis, {"canonical", "random"},
            "spiked: directions of the factors", "data");
  parameter("entry", &Parameters::entry, {"gaussian", "rademacher", "uniform"},
            "law of the independent data entries", "data");
  parameter("dataset", &Parameters::dataset, "input: name of the data set, (N, d) or (N, H, W)", "data");
  parameter("center", &Parameters::center, {"none", "global", "split"},
            "input: subtract the mean of all rows, or each group's own", "data");
}

void Experiment::declare_estimators() {
  parameter(
      "method", &Parameters::method, {"auto", "dense", "krylov", "mfn"},
      "how functions of the sample covariance are computed; auto: dense where min(n, d) <= 2000, else krylov",
      "decomposition");
  parameter("storage", &Parameters::storage, {"auto", "stored", "stored32", "implicit"},
            "krylov, mfn: examples in memory, in memory as floats, or generated anew at every pass; auto: "
            "stored where "
            "they fit half of the memory",
            "decomposition");
  parameter("model", &Parameters::model, {"sqrt", "diffusion", "conv", "patch_net"}, "generative model",
            "sampling");
  parameter("ridge", &Parameters::ridge, "[0, 1e12]", "regularisation lambda, added to the sample covariance",
            "sampling");
  parameter("num_generated", &Parameters::num_generated, "[1, 1e6]", "seeds per trial", "sampling");
  parameter("krylov_tol", &Parameters::krylov_tol, "(0, 0.1]",
            "krylov: relative change at which a seed stops", "sampling");
  parameter("krylov_max", &Parameters::krylov_max, "[2, 1e5]", "krylov: most steps per seed", "sampling");
  parameter("noise_steps", &Parameters::noise_steps, "[2, 1e6]", "diffusion, conv, patch_net: Euler steps",
            "sampling");
  parameter("sigma_max", &Parameters::sigma_max, "(0, 1e12]", "first noise level", "sampling");
  parameter("sigma_min", &Parameters::sigma_min, "(0, 1e12]", "last noise level", "sampling");
  parameter("train_time", &Parameters::train_time, "[0, inf)",
            "diffusion: time at which gradient flow is stopped; 0: converged", "sampling");
  parameter("kernel", &Parameters::kernel, "[0, 1e6]",
            "conv, patch_net: side of the filter, odd; 0: the full torus", "sampling");
  parameter("hidden", &Parameters::hidden, "[1, 1e6]", "patch_net: channels", "sampling");
  parameter("train_steps", &Parameters::train_steps, "[1, 1e9]", "patch_net: steps of stochastic gradients",
            "sampling");
  parameter("batch", &Parameters::batch, "[1, 1e6]", "patch_net: images per step", "sampling");
  parameter("learning_rate", &Parameters::learning_rate, "(0, 1e3]",
            "patch_net: first rate of the cosine schedule", "sampling");
  parameter("wasserstein", &Parameters::wasserstein, {"auto", "true", "false"},
            "measure w2_bulk; auto: where the method is dense and it is cheap", "sampling");
}

void Experiment::declare_metrics() {
  auto const predicted = [&](std::string const& name, double Metrics::*member, study::Interval range,
                             std::string meaning) -> study::Metric& {
    auto& declared = metric(name, member, MetricKind::value, std::move(range), std::move(meaning));
    declared.prediction = name;
    return declared;
  };
  auto const of_reference = [&](std::string name, double Metrics::*member, std::string meaning) {
    metric(std::move(name), member, MetricKind::value, "[0, inf]", std::move(meaning)).may_be_undefined =
        true;
  };
  predicted("memorisation", &Metrics::memorisation, "[0, 1]",
            "largest |cosine| of a sample with its training examples, mean over models and seeds");
  predicted("memorisation_null", &Metrics::memorisation_null, "[0, 1]",
            "the same with the examples of the other model");
  metric("memorisation_excess", &Metrics::memorisation_excess, MetricKind::value, "(-1, 1]",
         "memorisation - memorisation_null");
  predicted("convergence", &Metrics::convergence, "[-1, 1]",
            "mean cosine of the two models' samples from the same seed noise");
  predicted("convergence_trace", &Metrics::convergence_trace, "[-1, 1]",
            "cosine of all samples of the two models as one vector");
  predicted("sample_variance", &Metrics::sample_variance, "[0, inf)", "mean squared entry of a sample");
  predicted("root_trace", &Metrics::root_trace, "(-inf, inf)",
            "mean product of seed noise and sample, per entry");
  predicted("latent_recovery", &Metrics::latent_recovery, "[0, 1]",
            "squared overlap of the latent and the learnt leading subspace, per factor")
      .may_be_undefined = true;
  predicted("latent_recovery_top", &Metrics::latent_recovery_top, "[0, 1]",
            "squared overlap of the first latent factor and the learnt leading direction")
      .may_be_undefined = true;
  metric("eps_converged", &Metrics::eps_converged, MetricKind::indicator, "[0, 1]",
         "the eigensolver converged for both models");
  metric("latent_variance_ratio", &Metrics::latent_variance_ratio, MetricKind::value, "[0, inf)",
         "variance of the samples along the latent factors over that of the population")
      .may_be_undefined = true;
  predicted("top_eigenvalue", &Metrics::top_eigenvalue, "[0, inf)",
            "leading eigenvalue of the sample covariance, without ridge");
  predicted("w2_bulk", &Metrics::w2_bulk, "[0, inf)",
            "squared Wasserstein distance of model and population, per dimension")
      .may_be_undefined = true;
  predicted("w2_top", &Metrics::w2_top, "[0, inf)",
            "Wasserstein distance of model and population along the learnt leading direction")
      .may_be_undefined = true;
  predicted("kl_per_dim", &Metrics::kl_per_dim, "[0, inf]",
            "divergence of the population from the model, per dimension")
      .may_be_undefined = true;
  metric("krylov_steps", &Metrics::krylov_steps, MetricKind::count, "[0, inf)",
         "Lanczos steps per seed, mean");
  metric("data_passes", &Metrics::data_passes, MetricKind::count, "[0, inf)",
         "krylov, mfn: passes over a data set, mean over both");

  of_reference("reference_ratio", &Metrics::reference_ratio,
               "input: rows of the reference population over d");
  of_reference("expected_convergence_trace", &Metrics::expected_convergence_trace,
               "input: convergence_trace predicted from the reference spectrum");
  of_reference("expected_root_trace", &Metrics::expected_root_trace,
               "input: root_trace predicted from the reference spectrum");
  of_reference("expected_sample_variance", &Metrics::expected_sample_variance,
               "input: sample_variance predicted from the reference spectrum");
  of_reference("expected_latent_recovery", &Metrics::expected_latent_recovery,
               "input: latent_recovery predicted from the reference spectrum");
  of_reference("expected_latent_recovery_top", &Metrics::expected_latent_recovery_top,
               "input: latent_recovery_top predicted from the reference spectrum");
  of_reference("expected_top_eigenvalue", &Metrics::expected_top_eigenvalue,
               "input: top_eigenvalue predicted from the reference spectrum, where recovered");
  of_reference("expected_w2_bulk", &Metrics::expected_w2_bulk,
               "input: w2_bulk predicted from the reference spectrum");
  of_reference("expected_kl_per_dim", &Metrics::expected_kl_per_dim,
               "input: kl_per_dim predicted for every spectrum");
  of_reference("expected_samples_q50", &Metrics::expected_samples_q50,
               "input: examples that convergence_trace 0.5 takes");
  of_reference("expected_samples_q90", &Metrics::expected_samples_q90,
               "input: examples that convergence_trace 0.9 takes");
  of_reference("expected_samples_q99", &Metrics::expected_samples_q99,
               "input: examples that convergence_trace 0.99 takes");
  of_reference("expected_samples_recovery", &Metrics::expected_samples_recovery,
               "input: examples above which every latent factor is recovered");
  of_reference("expected_samples_recovery_top", &Metrics::expected_samples_recovery_top,
               "input: examples above which the first latent factor is recovered");
}

void Experiment::declare_predictions() {
  std::vector<std::string> const population{"dim",  "gamma", "samples",     "spectrum",
                                            "rank", "spike", "spike_ratio", "alpha"};
  auto const with = [](std::vector<std::string> names, std::initializer_list<char const*> more) {
    names.insert(names.end(), more.begin(), more.end());
    return names;
  };
  theory("sizes", {"dim", "gamma", "samples"}, predict_sizes);
  prediction("samples_used", &Predictions::samples_used, "examples per data set really used");
  prediction("gamma_used", &Predictions::gamma_used, "n / d really used");

  theory("limits",
         {"dim", "gamma", "samples", "spectrum", "model", "ridge", "noise_steps", "sigma_max", "sigma_min",
          "train_time"},
         predict_limits);
  prediction("convergence", &Predictions::convergence, "<f>^2 / <f^2> over the Marchenko-Pastur law");
  prediction("kl_per_dim", &Predictions::kl_per_dim, "divergence over the Marchenko-Pastur law");

  theory(
      "finite_size",
      with(population, {"model", "ridge", "kernel", "noise_steps", "sigma_max", "sigma_min", "train_time"}),
      predict_finite_size);
  prediction("convergence_trace", &Predictions::convergence_trace,
             "deterministic equivalent with the spectrum, d and n of the point");
  prediction("root_trace", &Predictions::root_trace, "<f>, or the trace of the deterministic equivalent");
  prediction("sample_variance", &Predictions::sample_variance, "<f^2>, or tr Sigma / d + ridge");
  prediction("w2_bulk", &Predictions::w2_bulk, "distance from the deterministic equivalent");

  theory("memorisation", with(population, {"model", "ridge"}), predict_memorisation);
  prediction("memorisation", &Predictions::memorisation, "closed form for spiked spectra");
  prediction("memorisation_null", &Predictions::memorisation_null, "closed form for spiked spectra");

  theory("latent",
         with(population, {"model", "ridge", "noise_steps", "sigma_max", "sigma_min", "train_time"}),
         predict_latent);
  prediction("latent_recovery", &Predictions::latent_recovery,
             "Baik-Ben Arous-Peche overlap, mean over the factors");
  prediction("latent_recovery_top", &Predictions::latent_recovery_top, "the same of the first factor");
  prediction("top_eigenvalue", &Predictions::top_eigenvalue,
             "outlier above the threshold, edge of the bulk below");
  prediction("w2_top", &Predictions::w2_top, "distance along the learnt leading direction");

  theory("plan", {"dim", "spectrum", "rank", "spike", "spike_ratio", "alpha", "model", "ridge"},
         predict_plan);
  prediction("samples_q50", &Predictions::samples_q50, "examples that convergence_trace 0.5 takes");
  prediction("samples_q90", &Predictions::samples_q90, "examples that convergence_trace 0.9 takes");
  prediction("samples_q99", &Predictions::samples_q99, "examples that convergence_trace 0.99 takes");
  prediction("samples_recovery", &Predictions::samples_recovery,
             "examples above which every latent factor is recovered");
  prediction("samples_recovery_top", &Predictions::samples_recovery_top,
             "examples above which the first latent factor is recovered");
}

void Experiment::declare_artifacts() {
  artifact("sample_spectrum", {"eigenvalue"}, "dense: eigenvalues of C_1, ascending");
  artifact("ritz_values", {"ritz"}, "krylov: Ritz values of the first seed with C_1, descending");
  artifact("equivalent_roots", {"population_eigenvalue"},
           "sqrt: eigenvalues of the deterministic equivalent of (C + ridge)^(1/2), by descending population "
           "eigenvalue; above d = 10000 one per distinct value or bin");
  artifact("filter_response", {"set", "frequency_y", "frequency_x"},
           "conv: frequency response G of both samplers");
  artifact("generated_samples", {"coordinate", "set", "generated"}, "samples of both models");
  artifact("nearest_example", {"set", "generated"},
           "row of the training example nearest to each sample; input: its row in the file");
  artifact("leading_vectors", {"coordinate", "set", "factor"},
           "leading eigenvectors of both sample covariances");
}

void Experiment::check(Parameters const& point, study::Verdict& verdict) const {
  refuse_invalid(point, verdict);
  name_inert(point, verdict);
  warn_of_surprises(point, verdict);
}

void Experiment::adopt_input(Parameters& point) const {
  if (point.spectrum != Spectrum::input) return;
  auto const* report = report_on_input(point);
  // `check` says what is wrong with a data set.
  if (report->extents) point.dim = report->extents->dim;
}

study::Cost Experiment::cost(std::size_t stage, Parameters const& point,
                             study::Resources const& resources) const {
  return stage_cost(stage, point, resources.ranks);
}

Metrics Experiment::applicable(Parameters const& point) const {
  return applicable_metrics(point);
}

std::unique_ptr<study::StageResult> Experiment::run_stage(std::size_t stage, study::StageResult const* before,
                                                          std::span<Parameters const> points,
                                                          study::Team& team) const {
  if (stage == 0) {
    double besides = 0;
    for (auto const& point : points)
      besides = std::max(besides, bytes_besides_rows(point, team.communicator().size()));
    return std::make_unique<DataSets>(points, team, besides);
  }
  if (stage == 1)
    return std::make_unique<Decomposition>(points, dynamic_cast<DataSets const&>(*before), team);
  throw std::logic_error("linear_generative has no stage " + std::to_string(stage) +
                         " before its measurement");
}

study::Outcome Experiment::measure(study::StageResult const* before, Parameters const& point,
                                   study::Team& team, Metrics& metrics) const {
  return measure_point(dynamic_cast<Decomposition const&>(*before), point, team, metrics);
}

}  // namespace thresher::linear_generative
