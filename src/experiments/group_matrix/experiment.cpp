#include "experiments/group_matrix/experiment.hpp"

#include "experiments/group_matrix/data/matrix_data.hpp"
#include "experiments/group_matrix/data/own_matrix.hpp"
#include "experiments/group_matrix/estimators/measurement.hpp"
#include "experiments/group_matrix/estimators/method.hpp"
#include "experiments/group_matrix/validity.hpp"
#include "experiments/group_matrix/work.hpp"

#include <stdexcept>

namespace thresher::group_matrix {

using study::MetricKind;

Experiment::Experiment() {
  about("group_matrix", "Completion of a matrix whose rows belong to overlapping groups",
        "Golubovic, Shen, Allen and Zikry, Group-Aware Matrix Estimation and Latent Subspace Recovery, "
        "arXiv:2605.20559, 2026",
        1);
  stages({"data", "analysis"});
  user_input(&Parameters::input, examine_own_matrix);
  declare_data();
  declare_analysis();
  declare_metrics();
  declare_predictions();
  declare_artifacts();
  headline({"test_error"}, "density");
  headline({"test_error"}, "distinctness");
  headline({"test_error"}, "overlap");
  headline({"energy_loss"}, "density_ratio");
  headline({"test_error"}, "rank_1");
  headline({"test_error"}, "score_mean");
  headline({"subspace_cos2"}, "noise_sd");
}

void Experiment::declare_data() {
  parameter("design", &Parameters::design, {"crossed", "chain"},
            "groups of rows: levels of two crossed factors, or blocks on a ring that overlap", "data");
  parameter("n_rows", &Parameters::n_rows, "[2, 2e9]", "rows of the matrix", "data");
  parameter("n_cols", &Parameters::n_cols, "[2, 1e6]", "columns of the matrix", "data");
  parameter("levels_1", &Parameters::levels_1, "[1, 1e6]",
            "levels of factor 1: equal contiguous blocks of rows; chain: its groups, at least 3", "data");
  parameter("levels_2", &Parameters::levels_2, "[1, 1e6]",
            "crossed: levels of factor 2, row i has level i mod levels_2; 1: no factor 2", "data");
  parameter("overlap", &Parameters::overlap, "[0, 1]",
            "chain: part of the next block's rows that a group takes in", "data");
  parameter("rank_shared", &Parameters::rank_shared, "[0, 1e5]", "components that all rows share", "data");
  parameter("rank_1", &Parameters::rank_1, "[0, 1e5]", "components of each level of factor 1", "data");
  parameter("rank_2", &Parameters::rank_2, "[0, 1e5]", "components of each level of factor 2", "data");
  parameter("distinctness", &Parameters::distinctness, "[0, 1]",
            "1: the levels of a factor have independent subspaces, 0: all have the same", "data");
  parameter("score_mean", &Parameters::score_mean, "[0, 1e6]",
            "mean of the scores in a group over their deviation: group means of the rows", "data");
  parameter("density", &Parameters::density, "(0, 1]", "observed part of the entries", "data");
  parameter("density_ratio", &Parameters::density_ratio, "[1, 1e6]",
            "density of the first block of rows over that of the last", "data");
  parameter("block_fraction", &Parameters::block_fraction, "[0, 1)",
            "part of the pairs of a block and a column that is never observed", "data");
  parameter("noise_sd", &Parameters::noise_sd, "[0, 1e6]",
            "noise of an observed entry (entries have mean square 1)", "data");
}

void Experiment::declare_analysis() {
  parameter("method", &Parameters::method, method_names(),
            "nuclear norms of all groups; of all rows; of the blocks; with group means; spectral by group, "
            "and of all "
            "rows; with known bases",
            "analysis");
  parameter("weight_mix", &Parameters::weight_mix, "[0, 1]",
            "game: weight of factor 2, 1 - weight_mix is that of factor 1", "analysis");
  parameter("weight_root", &Parameters::weight_root, "[0, 1e6]", "game: weight of the group of all rows",
            "analysis");
  parameter("tuning", &Parameters::tuning, {"validation", "oracle", "fixed", "universal"},
            "penalty level: by held-out entries, by the true error (a ceiling), lambda_fraction, by noise_sd",
            "analysis");
  parameter("lambda_fraction", &Parameters::lambda_fraction, "(0, 1e6]",
            "fixed: level over the smallest one that gives 0", "analysis");
  parameter("lambda_first", &Parameters::lambda_first, "(0, 1]", "first level of a path, as such a fraction",
            "analysis");
  parameter("lambda_last", &Parameters::lambda_last, "(0, 1]", "last level of a path", "analysis");
  parameter("lambda_count", &Parameters::lambda_count, "[1, 1000]", "levels of a path, at most", "analysis");
  parameter("val_fraction", &Parameters::val_fraction, "(0, 0.5]",
            "validation: part of the entries, or of the pairs, held out", "analysis");
  parameter("val_split", &Parameters::val_split, {"entries", "pairs"},
            "validation: what is held out, entries or pairs of a block and a column with all entries",
            "analysis");
  parameter("solver", &Parameters::solver, {"admm", "prox_avg"},
            "exact alternating directions on dense copies; proximal average on sparse and low-rank parts",
            "analysis");
  parameter("rank_cap", &Parameters::rank_cap, "[0, 1e5]",
            "prox_avg: largest rank of a group's part; 0: none (not convex otherwise)", "analysis");
  parameter(
      "pa_step", &Parameters::pa_step, "(0, 1]",
      "prox_avg: step; of two factors small ones come closer to the program, of one partition the first one",
      "analysis");
  parameter("rho", &Parameters::rho, "(0, 1e6]", "admm: first penalty, which is balanced", "analysis");
  parameter("tol", &Parameters::tol, "[0, 0.1]",
            "tolerance of the last fit; 0: 1e-4 for admm and side_info, 1e-5 for prox_avg", "analysis");
  parameter("max_iterations", &Parameters::max_iterations, "[1, 1e9]", "most iterations of a fit",
            "analysis");
  parameter("side_ridge", &Parameters::side_ridge, "(0, 1e9]", "side_info: ridge of the group means",
            "analysis");
  parameter("svd_passes", &Parameters::svd_passes, "[1, 100]",
            "large groups: passes over the data by which singular vectors are corrected per iteration",
            "analysis");
  parameter("svd_oversample", &Parameters::svd_oversample, "[2, 1000]",
            "large groups: vectors beyond the rank", "analysis");
}

void Experiment::declare_metrics() {
  auto const value = [&](std::string const& name, double Metrics::*member, study::Interval range,
                         std::string meaning, std::string prediction = "") -> study::Metric& {
    auto& declared = metric(name, member, MetricKind::value, std::move(range), std::move(meaning));
    declared.prediction = std::move(prediction);
    declared.may_be_undefined = false;
    return declared;
  };
  value("test_error", &Metrics::test_error, "[0, inf)",
        "norm of the error over that of the truth on unobserved entries; own data: on the test cells",
        "oracle_error")
      .may_be_undefined = true;
  value("full_error", &Metrics::full_error, "[0, inf)", "the same over all entries");
  value("test_error_starved", &Metrics::test_error_starved, "[0, inf)",
        "the same over unobserved entries of blocks below the mean density")
      .may_be_undefined = true;
  value("test_error_block", &Metrics::test_error_block, "[0, inf)",
        "the same over pairs of block and column that are never observed")
      .may_be_undefined = true;
  value("test_error_worst", &Metrics::test_error_worst, "[0, inf)", "largest test_error of a block")
      .may_be_undefined = true;
  value("test_rmse", &Metrics::test_rmse, "[0, inf)", "own data: root mean squared error on the test cells");
  value("subspace_dist", &Metrics::subspace_dist, "[0, 1]",
        "root-mean-square sine between a group's subspace and its estimate, mean over groups");
  value("subspace_dist_worst", &Metrics::subspace_dist_worst, "[0, 1]", "the largest of them");
  value("subspace_cos2", &Metrics::subspace_cos2, "[0, 1]", "1 - mean squared sine", "spectral_cos2");
  value("energy_loss", &Metrics::energy_loss, "[0, 1]",
        "part of a group's signal energy outside its estimated subspace, mean over groups");
  metric("rank_mean", &Metrics::rank_mean, MetricKind::count, "[0, inf)",
         "mean rank of the penalised groups' thresholded copies");
  value("lambda_selected", &Metrics::lambda_selected, "(0, inf)", "level over the smallest one that gives 0");
  value("val_error", &Metrics::val_error, "[0, inf)", "root mean squared validation error at that level")
      .may_be_undefined = true;
  metric("iterations", &Metrics::iterations, MetricKind::count, "[0, inf)", "iterations of the last fit");
  value("objective", &Metrics::objective, "[0, inf)", "value of the program at the estimate");
  value("duality_gap", &Metrics::duality_gap, "(-inf, 1]", "admm: certificate, (primal - dual) / primal");
  metric("converged", &Metrics::converged, MetricKind::indicator, "[0, 1]",
         "the last fit reached its tolerance");
  value("obs_fraction", &Metrics::obs_fraction, "[0, 1]", "observed part of the entries");
  metric("seconds", &Metrics::seconds, MetricKind::timing, "[0, inf)", "time of the estimator", "s");
}

void Experiment::declare_predictions() {
  std::vector<std::string> const model{"design",   "n_rows",       "n_cols",      "levels_1",
                                       "levels_2", "overlap",      "rank_shared", "rank_1",
                                       "rank_2",   "distinctness", "density",     "density_ratio"};
  auto const with = [&](std::vector<std::string> const& more) {
    auto names = model;
    names.insert(names.end(), more.begin(), more.end());
    return names;
  };
  theory("rates", with({"noise_sd"}), predict_rates);
  prediction("rate_game", &Predictions::rate_game, "scaling of the error bound, without its constant");
  prediction("rate_separate", &Predictions::rate_separate, "the same for blocks on their own");
  prediction("rate_global", &Predictions::rate_global, "the same for one norm");
  prediction("oracle_error", &Predictions::oracle_error,
             "error with known bases, for many observations a row");
  theory("densities", model, predict_densities);
  prediction("p_star_global", &Predictions::p_star_global,
             "density of the transition without noise, from the statistical dimension");
  prediction("p_star_separate", &Predictions::p_star_separate, "the same for blocks on their own");
  theory("game_density", with({"score_mean", "method", "weight_mix", "weight_root"}), predict_game_density)
      .on_request = true;
  prediction("p_star_game", &Predictions::p_star_game,
             "the same for all groups, by Monte Carlo (game, n d <= 40000)");
  theory("spectral", with({"score_mean", "block_fraction", "noise_sd"}), predict_spectral);
  prediction("tau", &Predictions::tau, "deviation of the noise of a density-corrected entry");
  prediction("tau_crit_group", &Predictions::tau_crit_group, "tau at which a block's directions are lost");
  prediction("tau_crit_global", &Predictions::tau_crit_global, "tau at which one decomposition loses them");
  prediction("spectral_cos2", &Predictions::spectral_cos2, "spiked model of a block (partitions)");
  prediction("spectral_error", &Predictions::spectral_error, "error with shrunk singular values");
  theory("masked_spectral", with({"score_mean", "block_fraction", "noise_sd"}), predict_masked_spectral)
      .on_request = true;
  prediction("spectral_cos2_masked", &Predictions::spectral_cos2_masked,
             "the same below density 1, where the mask's noise grows with the entry (trial 0's matrix)");
  theory("thresholding", with({"score_mean", "block_fraction", "noise_sd", "tuning"}), predict_thresholding);
  prediction("svt_error", &Predictions::svt_error, "soft-thresholding at density 1 (partitions, universal)");
}

void Experiment::declare_artifacts() {
  artifact("group_distance", {"group"}, "root-mean-square sine of each group");
  artifact("group_energy_loss", {"group"}, "signal energy lost by each group");
  artifact("estimate_values", {"group", "direction"}, "leading singular values of each group's estimate");
  artifact("true_values", {"group", "direction"}, "singular values of each group's true rows");
  artifact("subspaces", {"group", "column", "direction"},
           "estimated subspace of each group, the largest entry of a column positive");
  artifact("block_test_error", {"block"}, "test error of each base block");
  artifact("block_full_error", {"block"}, "full error of each base block");
  artifact("group_test_error", {"group"}, "own data: relative error on each group's test cells");
  artifact("group_test_rmse", {"group"}, "own data: root mean squared error on each group's test cells");
  artifact("imputed", {"row", "column"}, "own data: the estimate");
  artifact("path", {"level", "reading"}, "fraction, squared score, mean rank and iterations of each level");
  artifact("residuals", {"iteration", "residual"},
           "last fit, as tol is compared with: primal (admm alone) and dual or relative change");
}

void Experiment::check(Parameters const& point, study::Verdict& verdict) const {
  refuse_invalid(point, verdict);
  name_inert(point, verdict);
}

void Experiment::adopt_input(Parameters& point) const {
  adopt_shape(point);
}

study::Cost Experiment::cost(std::size_t stage, Parameters const& point,
                             study::Resources const& resources) const {
  return stage_cost(stage, point, resources.ranks);
}

Metrics Experiment::applicable(Parameters const& point) const {
  return applicable_metrics(point);
}

std::unique_ptr<study::StageResult> Experiment::run_stage(std::size_t stage, study::StageResult const*,
                                                          std::span<Parameters const> points,
                                                          study::Team& team) const {
  if (stage == 0) return std::make_unique<MatrixData>(points.front(), team);
  throw std::logic_error("group_matrix has no stage " + std::to_string(stage) + " before its measurement");
}

study::Outcome Experiment::measure(study::StageResult const* before, Parameters const& point,
                                   study::Team& team, Metrics& metrics) const {
  return measure_point(dynamic_cast<MatrixData const&>(*before), point, team, metrics);
}

}  // namespace thresher::group_matrix
