#include "experiments/implicit_regularization/experiment.hpp"

#include "experiments/implicit_regularization/data/own_snapshots.hpp"
#include "experiments/implicit_regularization/data/trial_data.hpp"
#include "experiments/implicit_regularization/estimators/applicable.hpp"
#include "experiments/implicit_regularization/estimators/measurement.hpp"
#include "experiments/implicit_regularization/model/candidates.hpp"
#include "experiments/implicit_regularization/solvers/stages.hpp"
#include "experiments/implicit_regularization/validity.hpp"
#include "experiments/implicit_regularization/work.hpp"

#include <stdexcept>
#include <string>
#include <vector>

namespace thresher::implicit_regularization {

namespace {

std::vector<std::string> candidate_names() {
  std::vector<std::string> names;
  for (std::size_t k = 0; k < kCandidates; ++k) names.emplace_back(name_of(static_cast<Candidate>(k)));
  return names;
}

}  // namespace

Experiment::Experiment() {
  about("implicit_regularization", "Penalties that a training procedure adds by itself",
        "J. Rudoler, K. Tan, G. Hooker and K. Kording, Estimating Implicit Regularization in Deep Learning, "
        "arXiv:2605.05436, 2026",
        1);
  stages({"data", "start", "train", "observe", "fit"});
  user_input(&Parameters::input, examine_own_snapshots);
  declare_data();
  declare_training();
  declare_penalties();
  declare_observation();
  declare_metrics();
  declare_predictions();
  declare_artifacts();
  headline({"coef_l2", "r2_l2"}, "steps");
  headline({"coef_dropout", "r2_dropout"}, "dropout");
  headline({"coef_ratio"}, "eta");
  headline({"exponent_hat"}, "alpha");
  headline({"lambda_rel_error"}, "replicates");
}

void Experiment::declare_data() {
  parameter("loss", &Parameters::loss, {"squared", "logistic"},
            "half the squared error, or log(1 + e^f) - y f of labels 0 and 1", "data");
  parameter("n", &Parameters::n, "[2, 1e9]", "rows", "data");
  parameter("d", &Parameters::d, "[1, 1e7]", "inputs", "data");
  parameter("spectrum", &Parameters::spectrum, {"isotropic", "power"}, "variances of the inputs, mean 1",
            "data");
  parameter("decay", &Parameters::decay, "[0, 100]", "power: input j has variance proportional to j^-decay",
            "data");
  parameter("beta_scale", &Parameters::beta_scale, "(0, 1e6]", "size of the target function", "data");
  parameter("noise_sd", &Parameters::noise_sd, "[0, 1e6]", "standard deviation of the label noise", "data");
  parameter("sparsity", &Parameters::sparsity, "[0, 1e7]",
            "linear target: coefficients that are not 0, at most d; 0: dense", "data");
  parameter("teacher_units", &Parameters::teacher_units, "[0, 1e5]",
            "units of a relu network as target; 0: linear target", "data");
  parameter("replicates", &Parameters::replicates, "[1, 1e6]",
            "runs with targets (or rows) of their own that are fitted together", "data")
      .nested = true;
  parameter("resample", &Parameters::resample, {"fresh", "bootstrap"},
            "replicates: new targets on the same inputs, or rows drawn again", "data");
}

void Experiment::declare_training() {
  parameter("model", &Parameters::model, {"linear", "mlp", "diagonal"},
            "theta.x; a network; beta = u^2 - v^2", "start");
  parameter("width", &Parameters::width, "[1, 1e8]", "mlp: units of each hidden layer", "start");
  parameter("depth", &Parameters::depth, "[1, 16]", "mlp: hidden layers", "start");
  parameter("activation", &Parameters::activation, {"relu", "tanh"}, "mlp: of the hidden units", "start");
  parameter("bias", &Parameters::bias, "mlp: whether units have biases", "start");
  parameter("init_scale", &Parameters::init_scale, "(0, 1e3]", "mlp: scale of the start", "start");
  parameter("alpha", &Parameters::alpha, "(0, 1e3]", "diagonal: start of u and v", "start");
  parameter("modification", &Parameters::modification,
            {"none", "explicit", "early_stop", "dropout", "step_size", "minibatch"},
            "what makes the weights deviate from a minimum of the loss", "train");
  parameter("observation", &Parameters::observation, {"endpoint", "update", "flow", "integrated"},
            "where the deviation is read off: the gradient at the end, masked updates, steps against "
            "gradient flow, the sum of all gradients",
            "train");
  parameter("optimizer", &Parameters::optimizer, {"auto", "gd", "sgd", "adam", "lbfgs"},
            "auto: lbfgs for explicit, sgd for dropout, else gd", "train");
  parameter("engine", &Parameters::engine, {"auto", "iterate", "spectral"},
            "early stopping on least squares: step by step, or in closed form by eigenvectors", "train");
  parameter("eta", &Parameters::eta, "(0, 1e6]", "step size", "train");
  parameter("steps", &Parameters::steps, "[1, 1e12]", "updates", "train");
  parameter("batch", &Parameters::batch, "[0, 1e9]", "rows of an update; 0: all", "train");
  parameter("momentum", &Parameters::momentum, "[0, 1)", "gd, sgd: heavy ball", "train");
  parameter("tail_average", &Parameters::tail_average, "[0, 1]",
            "share of the iterates, from the last one on, that is averaged; 0: the last one", "train");
  parameter("grad_tol", &Parameters::grad_tol, "(0, 1]",
            "lbfgs: largest gradient entry at which it ends; diagonal: relative gradient", "train");
  parameter("max_iter", &Parameters::max_iter, "[1, 1e9]", "lbfgs: most iterations", "train");
  parameter("stop", &Parameters::stop, {"fixed", "patience"},
            "early stopping after `steps`, or when the loss no longer falls", "train");
  parameter("patience", &Parameters::patience, "[1, 1e9]", "updates without progress that end it", "train");
  parameter("min_delta", &Parameters::min_delta, "[0, 1e6]", "fall of twice the loss that is progress",
            "train");
  parameter("burn_in", &Parameters::burn_in, "[0, 1e12]", "flow, update: updates before probing", "train");
}

void Experiment::declare_penalties() {
  parameter("l1", &Parameters::l1, "[0, 1e6]", "explicit: coefficient of the sum of |theta_j|", "train");
  parameter("l2", &Parameters::l2, "[0, 1e6]", "explicit: coefficient of |theta|^2 / 2", "train");
  parameter("group", &Parameters::group, "[0, 1e6]",
            "explicit: coefficient of the norms of the hidden units' weights", "train");
  parameter("smooth", &Parameters::smooth, "[0, 1e3]", "half-width in which l1 and group are rounded",
            "train");
  parameter("dropout", &Parameters::dropout, "[0, 1)", "probability that an activation is dropped", "train");
}

void Experiment::declare_observation() {
  parameter("snapshots", &Parameters::snapshots, "[1, 1e6]", "flow: places in a row that are probed",
            "observe");
  parameter("n_repeats", &Parameters::n_repeats, "[1, 1e7]",
            "update: draws of the masks; minibatch: orders, each with its reverse", "observe");
  parameter("flow_substeps", &Parameters::flow_substeps, "[1, 1e6]",
            "flow: Runge-Kutta steps per step (or epoch)", "observe");
  parameter("horizon", &Parameters::horizon, "[0, 1e6]",
            "step_size: steps over which flow and modified flow are followed; 0: none", "observe");
  parameter("candidates", &Parameters::candidates, candidate_names(), "penalties that are fitted singly",
            "fit");
  parameter("joint", &Parameters::joint, candidate_names(), "penalties that are fitted together", "fit");
  parameter("fit", &Parameters::fit, {"nnls", "ols", "subgradient"},
            "coefficients not below 0; any; l1 and l2 with weights at 0 exactly", "fit");
  parameter("matrix_fit", &Parameters::matrix_fit, {"none", "diagonal", "full"},
            "early stopping on least squares: a quadratic penalty as a matrix", "fit");
  parameter("power_eps", &Parameters::power_eps, "[0, 1]", "power: rounding of the penalty at 0", "fit");
  parameter("exponent_min", &Parameters::exponent_min, "(0, 100]", "power: smallest exponent", "fit");
  parameter("exponent_max", &Parameters::exponent_max, "(0, 100]", "power: largest exponent", "fit");
  parameter("active_tol", &Parameters::active_tol, "(0, 1]", "subgradient: weights below it are 0", "fit");
  parameter("retrain", &Parameters::retrain, "whether to train again with the penalties as estimated", "fit");
}

void Experiment::check(Parameters const& point, study::Verdict& verdict) const {
  refuse_invalid(point, verdict);
  if (verdict.refusal().empty()) name_inert(point, verdict);
}

void Experiment::adopt_input(Parameters& point) const {
  adopt_snapshots(point);
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
  switch (stage) {
    case 0:
      return std::make_unique<TrialData>(points, team);
    case 1:
      return std::make_unique<StartStage>(points, dynamic_cast<TrialData const&>(*before), team);
    case 2:
      return std::make_unique<TrainStage>(points, dynamic_cast<StartStage const&>(*before), team);
    case 3:
      return observe(points, dynamic_cast<TrainStage const&>(*before), team);
    default:
      throw std::logic_error("implicit_regularization has no stage " + std::to_string(stage) +
                             " before its measurement");
  }
}

study::Outcome Experiment::measure(study::StageResult const* before, Parameters const& point,
                                   study::Team& team, Metrics& metrics) const {
  return measure_point(dynamic_cast<Deviation const&>(*before), point, team, metrics);
}

}  // namespace thresher::implicit_regularization
