#include "experiments/reward_single_index/experiment.hpp"

#include "experiments/reward_single_index/data/own_file.hpp"
#include "experiments/reward_single_index/estimators/measurement.hpp"
#include "experiments/reward_single_index/estimators/method.hpp"
#include "experiments/reward_single_index/model/setting.hpp"
#include "experiments/reward_single_index/validity.hpp"
#include "experiments/reward_single_index/work.hpp"

#include <stdexcept>

namespace thresher::reward_single_index {

Experiment::Experiment() {
  about("reward_single_index", "Reward models that learn features for policy optimisation",
        "A. Wachi, K. Miyaguchi, R. Higuchi, R. Kawata, K. Takakura and T. Suzuki, How Neural Reward Models "
        "Learn Features for Policy Optimization: A Single-Index Analysis, arXiv:2605.24749, 2026",
        1);
  stages({"data", "features", "readout"});
  user_input(&Parameters::input, examine_own_file);
  declare_model();
  declare_first_stage();
  declare_second_stage();
  declare_overlap_metrics();
  declare_policy_metrics();
  declare_own_metrics();
  declare_first_predictions();
  declare_policy_predictions();
  declare_artifacts();
  headline({"rel_regret", "net_gain"}, "beta2");
  headline({"overlap_mean"}, "beta1");
  headline({"overlap_mean", "frac_recovered"}, "alpha1");
}

void Experiment::declare_model() {
  parameter("d", &Parameters::d, "[3, 1e10]", "dimension of the inputs; that of user data is taken from them",
            "data");
  parameter("link", &Parameters::link,
            {"linear", "tanh", "quadratic", "hermite3", "wave3", "wave4", "z2exp", "deceptive"},
            "reward along the hidden direction, scaled to mean 0 and variance 1", "data");
  parameter("link_w1", &Parameters::link_w1, "(0, 6]", "waves: the first frequency", "data");
  parameter("link_w2", &Parameters::link_w2, "(0, 6]", "waves: the second frequency", "data");
  parameter("link_a", &Parameters::link_a, "[-1e3, 1e3]", "deceptive: height of the bump at 2", "data");
  parameter("link_b", &Parameters::link_b, "[0.05, 1e3]", "deceptive: its width", "data");
  parameter("link_k", &Parameters::link_k, "(0, 100]", "tanh: slope at 0", "data");
  parameter("noise_std", &Parameters::noise_std, "[0, 1e3]", "standard deviation of the label noise", "data");
  parameter("noise_kind", &Parameters::noise_kind, {"gaussian", "uniform"}, "law of the label noise", "data");
  parameter("n1", &Parameters::n1, "[0, 1e13]",
            "rows of the first stage; 0: ceil(alpha1 d^gamma1), or all of the user's", "data");
  parameter("alpha1", &Parameters::alpha1, "(0, 1e9]", "rows of the first stage in units of d^gamma1",
            "data");
  parameter("gamma1", &Parameters::gamma1, "(0, 10]", "exponent of d in the number of rows", "data");
  parameter("split", &Parameters::split, "(0, 1)",
            "input without /X2: share of the rows, from the first on, that is the first stage's", "data");
}

void Experiment::declare_first_stage() {
  auto const stage = "features";
  parameter("stage1", &Parameters::stage1, first_stage_names(), "how the first layer learns", stage);
  parameter("engine", &Parameters::engine, {"ambient", "projected"},
            "online: inputs in d dimensions, or the overlaps alone (exact in law, of any d; n2 = 0)", stage);
  parameter("transform", &Parameters::transform, {"exp_label", "exp", "label", "optimal"},
            "label transform T: y e^(y/beta1), e^(y/beta1), y, or the best one that knows the link", stage);
  parameter("beta1", &Parameters::beta1, "(0, inf]", "temperature of feature learning; inf: unweighted",
            stage);
  parameter("weight_clip", &Parameters::weight_clip, "(0, inf]", "cap of the label inside the exponent",
            stage);
  parameter("center_transform", &Parameters::center_transform, "subtract the mean of T", stage);
  parameter("n_neurons", &Parameters::n_neurons, "[2, 1e5]", "neurons N", stage);
  parameter("activation1", &Parameters::activation1, {"relu", "tanh"}, "activation of the first stage",
            stage);
  parameter("bias1", &Parameters::bias1, "[0, 1e3]", "its biases are uniform on [-bias1, bias1]", stage);
  parameter("lr", &Parameters::lr, "(0, 1e6]", "online: rate of a step, times d", stage);
  parameter("lr_schedule", &Parameters::lr_schedule, {"constant", "half_linear"},
            "online: rate over time; half_linear falls to 0 over the second half", stage);
  parameter("batch", &Parameters::batch, "[1, 1e9]", "online: rows per step", stage);
  parameter("batch_iters", &Parameters::batch_iters, "[1, 1e6]", "batch: steps", stage);
  parameter("lr_batch", &Parameters::lr_batch, "(0, 1e6]", "batch: rate", stage);
  parameter("init_overlap", &Parameters::init_overlap, "[-1, 1)",
            "overlap of every neuron at the start; -1: random", stage);
  parameter("slices", &Parameters::slices, "[2, 1e5]", "sir: slices of the labels", stage);
  parameter("spectral_end", &Parameters::spectral_end, {"auto", "largest", "smallest"},
            "spectral: end of the spectrum; auto: the one with the larger gap", stage);
  parameter("eig_tol", &Parameters::eig_tol, "(0, 0.01]", "spectral: relative residual of an eigenpair",
            stage);
  parameter("n_cal", &Parameters::n_cal, "[16, 1e9]", "labels that scale T and place the slices", stage);
  parameter("weak_threshold", &Parameters::weak_threshold, "(0, 1)", "overlap of a recovered neuron", stage);
  parameter("strong_threshold", &Parameters::strong_threshold, "(0, 1)", "overlap of frac_strong", stage);
  parameter("storage", &Parameters::storage, {"auto", "stored", "stream"},
            "inputs in memory, or made again at every pass; auto: in memory where they fit 60 % of it",
            "execution");
  parameter("precision", &Parameters::precision, {"double", "single"},
            "single: inputs are floats, and in online neurons and products too", "execution");
}

void Experiment::declare_second_stage() {
  auto const stage = "readout";
  parameter("n2", &Parameters::n2, "[0, 1e12]", "rows of the second stage; 0: first stage only", stage);
  parameter("weighting", &Parameters::weighting, {"none", "label", "surrogate", "oracle"},
            "weights of the second stage: 1, e^(y/beta2), e^(pilot fit/beta2), e^(true reward/beta2)", stage);
  parameter("beta2", &Parameters::beta2, "(0, 1e6]", "temperature of the second stage", stage);
  parameter("beta_deploy", &Parameters::beta_deploy, "[0, 1e6]",
            "temperature of the deployed policy; 0: beta2", stage);
  parameter("ridge", &Parameters::ridge, "(0, 1e6]", "penalty of the readout's coefficients", stage);
  parameter("bias2", &Parameters::bias2, "(0, 1e3]", "thresholds of its features are even on [-bias2, bias2]",
            stage);
  parameter("pilot_frac", &Parameters::pilot_frac, "(0, 1)",
            "surrogate: share of the rows that fit the pilot", stage);
  parameter("reward_clip", &Parameters::reward_clip, "(0, inf]", "cap of pilot and deployed reward", stage);
  parameter("n_eval", &Parameters::n_eval, "[8, 1e8]", "draws of the evaluation across the hidden direction",
            stage);
  parameter("adm_tol", &Parameters::adm_tol, "(0, 1)", "largest relative regret of an admissible temperature",
            stage);
  parameter("heldout_frac", &Parameters::heldout_frac, "(0, 1)",
            "input: share of the second stage's rows, its last ones, that judge the readout", stage);
}

void Experiment::check(Parameters const& point, study::Verdict& verdict) const {
  refuse_invalid(point, verdict);
  name_inert(point, verdict, description());
  warn_of_surprises(point, verdict);
}

void Experiment::adopt_input(Parameters& point) const {
  point.d = point.input->columns;
  point.n2 = own_second_rows(point);
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
  if (stage == 0) return std::make_unique<DataStage>(points, team);
  if (stage == 1) return std::make_unique<FeatureStage>(points, dynamic_cast<DataStage const&>(*before));
  throw std::logic_error("reward_single_index has no such stage before its measurement");
}

study::Outcome Experiment::measure(study::StageResult const* before, Parameters const& point,
                                   study::Team& team, Metrics& metrics) const {
  measure_point(point, dynamic_cast<FeatureStage const&>(*before), team, metrics);
  return study::Outcome::ok;
}

}  // namespace thresher::reward_single_index
