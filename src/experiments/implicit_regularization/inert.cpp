#include "experiments/implicit_regularization/model/candidates.hpp"
#include "experiments/implicit_regularization/model/own_snapshots.hpp"
#include "experiments/implicit_regularization/model/setting.hpp"
#include "experiments/implicit_regularization/validity.hpp"

#include <initializer_list>

namespace thresher::implicit_regularization {

namespace {

class Influence {
 public:
  explicit Influence(study::Verdict& verdict) : verdict_(verdict) {}
  void unless(bool used, std::initializer_list<char const*> names) {
    if (used) return;
    for (auto const* name : names) verdict_.inert(name);
  }

 private:
  study::Verdict& verdict_;
};

/// What kind of training a point does.
struct Kind {
  bool by_descent;    ///< updates whose rule and number matter
  bool by_minimiser;  ///< limited-memory BFGS
};

Kind kind_of(Parameters const& p) {
  if (p.input != nullptr || p.model == Model::diagonal) return {false, false};
  if (p.observation == Observation::flow) return {p.burn_in > 0, false};
  if (p.observation == Observation::update)
    return {p.burn_in > 0, p.burn_in == 0 && p.model == Model::linear && p.loss == Loss::logistic};
  if (optimizer_of(p) != Optimizer::lbfgs) return {true, false};
  bool const exact =
      p.model == Model::linear && p.loss == Loss::squared &&
      (p.modification == Modification::dropout || (p.l1 > 0 && p.smooth == 0) || (p.l1 == 0 && p.l2 > 0));
  return {false, !exact};
}

void name_inert_training(Parameters const& p, Influence& influence) {
  auto const kind = kind_of(p);
  bool const own = p.input != nullptr, diagonal = p.model == Model::diagonal && !own;
  bool const flows = p.observation == Observation::flow, updates = p.observation == Observation::update;
  bool const minibatch = p.modification == Modification::minibatch;
  bool const adam = optimizer_of(p) == Optimizer::adam;
  bool const ruled = kind.by_descent && !flows;  // by optimizer, batch and so on
  bool const counts_steps = (ruled && !updates) || diagonal;
  influence.unless(!own, {"replicates"});
  influence.unless(
      !own && ((ruled || kind.by_minimiser || p.observation == Observation::endpoint) && !diagonal),
      {"optimizer"});
  influence.unless(!own && spectral_allowed(p), {"engine"});
  influence.unless(ruled || flows || diagonal, {"eta"});
  influence.unless(counts_steps, {"steps"});
  influence.unless(ruled || minibatch, {"batch"});
  influence.unless(ruled && !adam, {"momentum"});
  influence.unless(ruled, {"tail_average"});
  bool const retrains = p.retrain && p.matrix_fit == MatrixFit::none && !own;
  influence.unless(kind.by_minimiser || diagonal || retrains, {"grad_tol"});
  influence.unless(kind.by_minimiser || retrains, {"max_iter"});
  influence.unless(counts_steps && !diagonal && p.modification == Modification::early_stop, {"stop"});
  influence.unless(counts_steps && !diagonal && p.stop == Stop::patience, {"patience", "min_delta"});
  influence.unless(!own && (flows || updates), {"burn_in"});
}

void name_inert_penalties(Parameters const& p, Influence& influence) {
  bool const own = p.input != nullptr;
  bool const is_explicit = p.modification == Modification::explicit_penalty && !own;
  influence.unless(is_explicit, {"l1", "l2", "group"});
  auto const needed = needed_columns(p);
  influence.unless(is_explicit || needed.contains(Candidate::l1) || needed.contains(Candidate::group),
                   {"smooth"});
  influence.unless(p.modification == Modification::dropout && !own, {"dropout"});
}

void name_inert_observation(Parameters const& p, Influence& influence) {
  bool const own = p.input != nullptr;
  bool const flows = p.observation == Observation::flow && !own;
  influence.unless(flows, {"snapshots", "flow_substeps"});
  influence.unless(flows && p.modification == Modification::step_size, {"horizon"});
  influence.unless(
      !own && (p.observation == Observation::update || p.modification == Modification::minibatch),
      {"n_repeats"});
  bool const power = needed_columns(p).contains(Candidate::power) || (p.model == Model::diagonal && !own);
  influence.unless(power, {"power_eps", "exponent_min", "exponent_max"});
  bool const sharp = p.modification == Modification::explicit_penalty && p.smooth == 0;
  influence.unless(p.fit == Fit::subgradient || sharp, {"active_tol"});
  influence.unless(p.matrix_fit == MatrixFit::none, {"retrain"});
}

}  // namespace

void name_inert(Parameters const& p, study::Verdict& verdict) {
  Influence influence(verdict);
  bool const own = p.input != nullptr;
  if (own) verdict.deterministic();
  influence.unless(!own, {"loss", "n", "d", "spectrum", "beta_scale", "resample", "teacher_units", "model",
                          "width", "depth", "activation", "bias", "modification", "observation"});
  influence.unless(!own && p.spectrum == Spectrum::power, {"decay"});
  influence.unless(!own && p.loss == Loss::squared, {"noise_sd"});
  influence.unless(!own && p.teacher_units == 0, {"sparsity"});
  if (!own) influence.unless(p.model == Model::mlp, {"width", "depth", "activation", "bias"});
  influence.unless(!own && p.model == Model::mlp, {"init_scale"});
  influence.unless(!own && p.model == Model::diagonal, {"alpha"});
  name_inert_training(p, influence);
  name_inert_penalties(p, influence);
  name_inert_observation(p, influence);
}

}  // namespace thresher::implicit_regularization
