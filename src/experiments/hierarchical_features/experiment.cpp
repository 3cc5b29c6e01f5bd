#include "experiments/hierarchical_features/experiment.hpp"

#include "experiments/hierarchical_features/data/user_rows.hpp"
#include "experiments/hierarchical_features/estimators/measurement.hpp"
#include "experiments/hierarchical_features/estimators/stages.hpp"
#include "experiments/hierarchical_features/validity.hpp"
#include "experiments/hierarchical_features/work.hpp"

#include <stdexcept>

namespace thresher::hierarchical_features {

using study::MetricKind;

Experiment::Experiment() {
  about(
      "hierarchical_features", "Scaling laws from sequential feature recovery in a hierarchical model",
      "A. Wortsman-Zurich, F. Tabanelli, Y. Dandi, F. Krzakala and B. Loureiro, Scaling Laws from Sequential "
      "Feature Recovery: A Solvable Hierarchical Model, arXiv:2605.14567, 2026",
      1);
  stages({"data", "spectral", "refine", "second", "readout"});
  user_input(&Parameters::input, examine_user_file);
  declare_model();
  declare_first_layer();
  declare_later_layers();
  declare_metrics();
  declare_form_metrics();
  declare_predictions();
  declare_artifacts();
  headline({"nmse", "overlap_features"}, "alpha");
  headline({"nmse", "overlap_subspace"}, "n_ratio");
}

void Experiment::declare_model() {
  parameter("d", &Parameters::d, "[2, 1e5]", "dimension of the inputs; that of user data is taken from them",
            "data");
  parameter("q", &Parameters::q, "[1, 3]", "degree of the hidden Hermite features", "data");
  parameter("feature_model", &Parameters::feature_model, {"hermite", "gaussian"},
            "true features, or independent normals in the same dimension D = C(d + q - 1, q)", "data");
  parameter("epsilon", &Parameters::epsilon, "(0, 3)", "number of hidden features d1 = floor(d^epsilon)",
            "data");
  parameter("d1", &Parameters::d1, "[0, 1e6]", "number of hidden features; 0: from epsilon", "data");
  parameter("gamma", &Parameters::gamma, "[0, 100]",
            "power-law exponent of the strengths, |lambda_k| ~ k^-gamma", "data");
  parameter("signs", &Parameters::signs, {"alternating", "random", "positive"}, "signs of the strengths",
            "data");
  parameter("directions", &Parameters::directions, {"orthonormal", "unit", "gaussian"},
            "law of the hidden directions", "data");
  parameter("link", &Parameters::link, {"identity", "tanh", "sign", "he2"},
            "label y = g(h2) + noise; he2 is a negative control", "data");
  parameter("noise_sigma", &Parameters::noise_sigma, "[0, 1e6]", "standard deviation of the label noise",
            "data");
  parameter("n_ratio", &Parameters::n_ratio, "(0, 1e9]", "samples of the first layer, in units of D", "data");
  parameter("alpha", &Parameters::alpha, "[0, 20]", "samples n = d^alpha where > 0", "data");
  parameter("n", &Parameters::n, "[0, 1e12]", "samples of the first layer where > 0", "data");
  parameter("whiten", &Parameters::whiten, {"none", "diag", "full"},
            "input: standardise the columns, or remove their covariance", "data");
}

void Experiment::declare_first_layer() {
  parameter("preprocess", &Parameters::preprocess, {"identity", "clip", "tanh", "sign"},
            "map from labels to spectral weights", "spectral");
  parameter("clip", &Parameters::clip, "(0, 1e6]", "clip: level in standard deviations of the labels",
            "spectral");
  parameter("residualize", &Parameters::residualize, {"none", "linear"},
            "remove the part of the labels linear in the features before they become weights", "spectral");
  parameter("num_directions", &Parameters::num_directions, "[0, 1e6]", "directions m that are kept; 0: d1",
            "spectral");
  parameter("extra_eigs", &Parameters::extra_eigs, "[0, 64]", "eigenpairs beyond m", "spectral");
  parameter("eps_tol", &Parameters::eps_tol, "(0, 0.1]",
            "residual of a converged eigenpair, relative to the largest eigenvalue", "spectral");
  parameter(
      "max_matvecs", &Parameters::max_matvecs, "[10, 1e6]",
      "most products of the eigensolver; where the cap is hit, below threshold, results depend on its path",
      "spectral");
  parameter("second_ratio", &Parameters::second_ratio, "(0, 10]",
            "samples of the second layer, in units of n (at least 500)", "refine");
  parameter("n_readout", &Parameters::n_readout, "[50, 1e9]", "samples of the readout", "refine");
  parameter("refine_rounds", &Parameters::refine_rounds, "[0, 200]",
            "most rounds of the iterated residual method; 0: off", "refine");
  parameter("refine_step", &Parameters::refine_step, "(0, 1]", "step of a round", "refine");
}

void Experiment::declare_later_layers() {
  parameter("second_layer", &Parameters::second_layer, {"full", "diagonal", "ls"},
            "coefficients of the quadratic form: correlations, their diagonal, or least squares", "second");
  parameter("sample_reuse", &Parameters::sample_reuse,
            "second layer and readout on the samples of the first layer", "second");
  parameter("edge_margin", &Parameters::edge_margin, "[0, 100]",
            "an outlier lies beyond 1 + edge_margin times the edge of the bulk", "readout");
  parameter("n_test", &Parameters::n_test, "[50, 1e9]", "samples of the test", "readout");
  parameter("readout_knots", &Parameters::readout_knots, "[0, 64]",
            "knots of the piecewise linear readout; 0: affine", "readout");
  parameter("readout_ridge", &Parameters::readout_ridge, "[0, 1e6]", "ridge of the readout, per sample",
            "readout");
  parameter("baselines", &Parameters::baselines, {"oracle", "shallow", "krr"},
            "true directions; a first layer on x itself; kernel ridge regression", "readout");
  parameter("krr_n_max", &Parameters::krr_n_max, "[10, 20000]", "krr: most training samples", "readout");
  parameter("track_k", &Parameters::track_k, "[1, 1e6]", "feature of cos2_tracked; at most d1 is used",
            "readout");
  parameter("storage", &Parameters::storage, {"auto", "stored", "regenerate"},
            "samples in memory, or made again at every pass; auto: in memory where they fit half of it",
            "execution");
  parameter("theory_draws", &Parameters::theory_draws, "[1e4, 1e9]",
            "Monte Carlo samples of the theory's moments", "theory");
}

void Experiment::declare_metrics() {
  auto const value = MetricKind::value;
  metric("label_variance", &Metrics::label_variance, value, "[0, inf)",
         "population variance of the test labels")
      .prediction = "label_variance_theory";
  metric("noise_level", &Metrics::noise_level, value, "[0, inf)",
         "scale s of the first-layer matrix's bulk, sqrt(sum T^2 |F|^2 / (2 n^2))");
  metric("noise_inflation", &Metrics::noise_inflation, value, "[0, inf)", "sum T^2 |F|^2 / (D sum T^2)");
  metric("edge_right", &Metrics::edge_right, value, "(-inf, inf)",
         "right edge of the bulk, from the sample of T")
      .prediction = "edge_right_lw";
  metric("num_outliers", &Metrics::num_outliers, MetricKind::count, "[0, inf)",
         "eigenvalues beyond the edges, among the m + extra_eigs largest")
      .prediction = "recovered_lw";
  metric("eig_max", &Metrics::eig_max, value, "(-inf, inf)", "largest eigenvalue of the first layer")
      .prediction = "eig_first_lw";
  metric("eig_min", &Metrics::eig_min, value, "(-inf, inf)", "smallest eigenvalue of the first layer");
  metric("spectrum_shift", &Metrics::spectrum_shift, value, "(-inf, inf)", "tr(M) / D, subtracted before");
  metric("nmse_oracle", &Metrics::nmse_oracle, value, "[0, inf)", "nmse with the true directions");
  metric("nmse_shallow", &Metrics::nmse_shallow, value, "[0, inf)", "nmse with a first layer on x");
  metric("nmse_krr", &Metrics::nmse_krr, value, "[0, inf)", "nmse of kernel ridge regression").prediction =
      "nmse_krr_theory";
  metric("linear_fraction", &Metrics::linear_fraction, value, "(-inf, 1]",
         "share of the labels' variance that residualize removes, in sample");
  metric("eps_converged", &Metrics::eps_converged, MetricKind::count, "[0, inf)",
         "eigenpairs that converged, of the m wanted");
  metric("eps_matvecs", &Metrics::eps_matvecs, MetricKind::count, "[0, inf)",
         "products of the eigensolver; 0: dense");
  metric("gamma_hat", &Metrics::gamma_hat, value, "(-inf, inf)",
         "input: exponent of the power law through the outliers' strengths, from four on")
      .may_be_undefined = true;
  metric("next_feature_rows", &Metrics::next_feature_rows, value, "[0, inf)",
         "input: samples at which the next feature of that law would leave the bulk")
      .may_be_undefined = true;
  metric("wall_seconds", &Metrics::wall_seconds, MetricKind::timing, "[0, inf)", "time of all stages", "s");
}

void Experiment::declare_form_metrics() {
  struct Declared {
    char const* name;
    double Metrics::*one_shot;
    double Metrics::*refined;
    char const* range;
    char const* meaning;
    char const* prediction;
  };
  for (auto const& each : {
           Declared{"mse", &Metrics::mse, &Metrics::refined_mse, "[0, inf)",
                    "mean squared error on the test fold", ""},
           Declared{"nmse", &Metrics::nmse, &Metrics::refined_nmse, "[0, inf)", "mse / label_variance",
                    "mse_lw mse_finite_d mse_goe_corrected"},
           Declared{"overlap_subspace", &Metrics::overlap_subspace, &Metrics::refined_overlap_subspace,
                    "[0, 1]", "mean squared cosine of the hidden directions with the learned subspace",
                    "overlap_lw overlap_finite_d overlap_goe_corrected"},
           Declared{"overlap_features", &Metrics::overlap_features, &Metrics::refined_overlap_features,
                    "[0, 1]",
                    "overlap of the spans of true and learned features on the test fold, per hidden feature",
                    "overlap_lw overlap_finite_d overlap_goe_corrected"},
           Declared{"recovered_count", &Metrics::recovered_count, &Metrics::refined_recovered_count,
                    "[0, inf)", "sum of the squared cosines", "recovered_lw recovered_goe"},
           Declared{"cos2_first", &Metrics::cos2_first, &Metrics::refined_cos2_first, "[0, 1]",
                    "squared cosine of the strongest feature",
                    "cos2_first_lw cos2_first_finite_d cos2_first_goe_corrected"},
           Declared{"cos2_tracked", &Metrics::cos2_tracked, &Metrics::refined_cos2_tracked, "[0, 1]",
                    "squared cosine of feature track_k",
                    "cos2_tracked_lw cos2_tracked_finite_d cos2_tracked_goe_corrected"},
           Declared{"cos2_last", &Metrics::cos2_last, &Metrics::refined_cos2_last, "[0, 1]",
                    "squared cosine of the weakest feature",
                    "cos2_last_lw cos2_last_finite_d cos2_last_goe_corrected"},
           Declared{"mse_projection", &Metrics::mse_projection, &Metrics::refined_mse_projection, "[0, inf)",
                    "population error of h2 with the best coefficients in the learned subspace",
                    "mse_lw mse_finite_d mse_goe_corrected"},
           Declared{"coefficient_error", &Metrics::coefficient_error, &Metrics::refined_coefficient_error,
                    "[0, inf)", "squared distance of the coefficients from the best", "second_layer_excess"},
       }) {
    metric(each.name, each.one_shot, MetricKind::value, each.range, each.meaning).prediction =
        each.prediction;
    metric(std::string("refined_") + each.name, each.refined, MetricKind::value, each.range,
           std::string("after the rounds: ") + each.meaning);
  }
  metric("refined_rounds_used", &Metrics::refined_rounds_used, MetricKind::count, "[0, 200]",
         "round of the best form; 0: the start");
}

void Experiment::declare_predictions() {
  std::vector<std::string> const model{"d", "q", "epsilon", "d1", "n_ratio", "alpha", "n"};
  auto const with = [](std::vector<std::string> names, std::initializer_list<char const*> more) {
    names.insert(names.end(), more.begin(), more.end());
    return names;
  };
  theory("sizes", model, predict_sizes);
  prediction("rows_used", &Predictions::rows_used, "samples n of the first layer");
  prediction("hidden_features", &Predictions::hidden_features, "hidden features d1");
  prediction("feature_dimension", &Predictions::feature_dimension, "dimension D of the features");
  prediction("log_rows", &Predictions::log_rows, "log n / log d");

  theory("recovery",
         with(model, {"feature_model", "gamma", "signs", "link", "noise_sigma", "preprocess", "clip",
                      "residualize", "num_directions", "second_ratio", "track_k", "theory_draws"}),
         predict_recovery);
  struct Law {
    char const* suffix;
    char const* meaning;
    double Predictions::*overlap;
    double Predictions::*mse;
    double Predictions::*first;
    double Predictions::*tracked;
    double Predictions::*last;
  };
  for (auto const& law :
       {Law{"goe", "signal plus Gaussian orthogonal ensemble", &Predictions::overlap_goe,
            &Predictions::mse_goe, &Predictions::cos2_first_goe, &Predictions::cos2_tracked_goe,
            &Predictions::cos2_last_goe},
        Law{"goe_corrected", "the same with the first correction in D/n", &Predictions::overlap_goe_corrected,
            &Predictions::mse_goe_corrected, &Predictions::cos2_first_goe_corrected,
            &Predictions::cos2_tracked_goe_corrected, &Predictions::cos2_last_goe_corrected},
        Law{"lw", "label-weighted covariance, bounded weights", &Predictions::overlap_lw,
            &Predictions::mse_lw, &Predictions::cos2_first_lw, &Predictions::cos2_tracked_lw,
            &Predictions::cos2_last_lw},
        Law{"finite_d", "first order in 1/d, hermite, q = 2, link identity", &Predictions::overlap_finite_d,
            &Predictions::mse_finite_d, &Predictions::cos2_first_finite_d,
            &Predictions::cos2_tracked_finite_d, &Predictions::cos2_last_finite_d}}) {
    std::string const end = std::string("_") + law.suffix;
    std::string const by = std::string(": ") + law.meaning;
    prediction("overlap" + end, law.overlap, "mean of cos2" + by);
    prediction("mse" + end, law.mse, "sum of lambda^2 (1 - cos2^2)" + by);
    prediction("cos2_first" + end, law.first, "cos2 of the strongest feature" + by);
    prediction("cos2_tracked" + end, law.tracked, "cos2 of feature track_k" + by);
    prediction("cos2_last" + end, law.last, "cos2 of the weakest feature" + by);
  }
  prediction("threshold_n_first", &Predictions::threshold_n_first, "D v / theta^2 of the strongest feature");
  prediction("threshold_n_tracked", &Predictions::threshold_n_tracked, "the same of feature track_k");
  prediction("threshold_n_last", &Predictions::threshold_n_last, "the same of the weakest feature");
  prediction("recovered_goe", &Predictions::recovered_goe, "features with n_k < n");
  prediction("recovered_lw", &Predictions::recovered_lw,
             "features that are outliers of the label-weighted law");
  prediction("mse_tail", &Predictions::mse_tail, "sum of lambda^2 over features with n_k > n");
  prediction("scaling_exponent", &Predictions::scaling_exponent, "-1 + 1 / (2 gamma), gamma > 1/2");
  prediction("mse_power_law", &Predictions::mse_power_law,
             "mse_goe as an integral over features, link and preprocess identity, gamma > 1/2");
  prediction("second_layer_excess", &Predictions::second_layer_excess,
             "m (m + 1) / (2 n_2) (1 + sigma^2), the error that second_layer = full adds");
  prediction("edge_right_lw", &Predictions::edge_right_lw, "right edge of the bulk");
  prediction("edge_left_lw", &Predictions::edge_left_lw, "left edge of the bulk");
  prediction("eig_first_lw", &Predictions::eig_first_lw, "outlier of the strongest feature");

  theory("labels", with(model, {"feature_model", "gamma", "signs", "link", "noise_sigma"}), predict_labels);
  prediction("label_variance_theory", &Predictions::label_variance_theory,
             "1 + (8 + 4 S^2) / d + sigma^2, S = sum lambda; hermite, q = 2, link identity");
  prediction("degree_q_fraction", &Predictions::degree_q_fraction, "share of it of degree 2 in x");

  theory("kernel",
         with(model, {"feature_model", "gamma", "signs", "link", "noise_sigma", "baselines", "krr_n_max"}),
         predict_kernel);
  prediction("nmse_krr_theory", &Predictions::nmse_krr_theory,
             "kernel ridge regression, spherical approximation; hermite, q = 2, link identity");
}

void Experiment::declare_artifacts() {
  artifact("cos2", {"feature"}, "squared cosine of every hidden direction with the learned subspace");
  artifact("lambda", {"feature"}, "strengths of the trial");
  artifact("cos2_goe", {"feature"},
           "theory of cos2 with the trial's strengths: Gaussian orthogonal ensemble");
  artifact("cos2_lw", {"feature"}, "the same: label-weighted law");
  artifact("cos2_finite_d", {"feature"}, "the same: first order in 1/d");
  artifact("threshold_n", {"feature"}, "samples at which every feature leaves the bulk");
  artifact("eigenvalues", {"eigenpair"}, "eigenvalues of largest magnitude of the first layer");
  artifact("strength_hat", {"outlier"}, "strengths that the outliers' eigenvalues tell");
  artifact("edges", {"side"}, "left and right edge of the bulk, from the sample of T");
  artifact("spectrum", {"eigenvalue"}, "dense: all eigenvalues of the first layer, ascending");
  artifact("learned_coefficients", {"coefficient_row", "coefficient_column"},
           "coefficients B of the quadratic form");
  artifact("learned_directions", {"coordinate", "direction"}, "learned directions V in packed coordinates");
}

void Experiment::check(Parameters const& point, study::Verdict& verdict) const {
  refuse_invalid(point, verdict);
  name_inert(point, verdict);
  warn_of_surprises(point, verdict);
}

void Experiment::adopt_input(Parameters& point) const {
  point.d = point.input->columns;
}

study::Cost Experiment::cost(std::size_t stage, Parameters const& point,
                             study::Resources const& resources) const {
  return stage_cost(stage, point, resources);
}

Metrics Experiment::applicable(Parameters const& point) const {
  return applicable_metrics(point);
}

std::unique_ptr<study::StageResult> Experiment::run_stage(std::size_t stage, study::StageResult const* before,
                                                          std::span<Parameters const> points,
                                                          study::Team& team) const {
  auto const& point = points.front();
  switch (stage) {
    case 0:
      return std::make_unique<DataStage>(points, team);
    case 1:
      return std::make_unique<SpectralStage>(point, dynamic_cast<DataStage const&>(*before));
    case 2:
      return std::make_unique<RefineStage>(point, dynamic_cast<SpectralStage const&>(*before));
    case 3:
      return std::make_unique<SecondStage>(point, dynamic_cast<RefineStage const&>(*before));
    default:
      throw std::logic_error("hierarchical_features has no such stage before its measurement");
  }
}

study::Outcome Experiment::measure(study::StageResult const* before, Parameters const& point, study::Team&,
                                   Metrics& metrics) const {
  measure_point(point, dynamic_cast<SecondStage const&>(*before), metrics);
  return study::Outcome::ok;
}

}  // namespace thresher::hierarchical_features
