#include "experiments/reward_single_index/validity.hpp"

#include "experiments/reward_single_index/estimators/method.hpp"
#include "experiments/reward_single_index/model/setting.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <string_view>

namespace thresher::reward_single_index {

namespace {

/// E e^{y/beta} of the quadratic link exists above sqrt 2 only, its square above twice that.
double const kLeastQuadraticBeta = std::sqrt(2.0);

bool is_wave(Link link) {
  return link == Link::wave3 || link == Link::wave4;
}

/// Whether the first stage weighs labels by exponentials of rewards without a bound.
bool weighs_without_bound(Parameters const& point) {
  return has_exponential_weights(point) && std::isinf(point.weight_clip) &&
         point.stage1 != FirstStage::random && point.stage1 != FirstStage::oracle;
}

void refuse_first_stage(Parameters const& point, study::Verdict& verdict) {
  if (is_wave(point.link) && point.link_w1 == point.link_w2)
    verdict.refuse("link_w2", "the two waves cancel; allowed are frequencies that differ");
  if (point.init_overlap > -1 && point.init_overlap < 0)
    verdict.refuse("init_overlap", "allowed are -1 (a random start) and [0, 1)");
  if (point.weak_threshold > point.strong_threshold)
    verdict.refuse("weak_threshold",
                   fmt::format("allowed is at most strong_threshold = {}", point.strong_threshold));
  if (point.link == Link::hermite3 && weighs_without_bound(point))
    verdict.refuse("transform",
                   "E exp(y/beta) of link hermite3 diverges for every beta; allowed with a weight_clip");
  if (point.link == Link::quadratic && weighs_without_bound(point) && point.beta1 <= kLeastQuadraticBeta)
    verdict.refuse(
        "beta1", "E exp(y/beta1) of link quadratic diverges; allowed are more than sqrt 2, or a weight_clip");
  if (point.transform == Transform::exp && std::isinf(point.beta1) && weighs_without_bound(point))
    verdict.refuse("beta1", "transform exp is constant; allowed are finite temperatures");
  if (point.engine == Engine::projected && point.stage1 != FirstStage::online)
    verdict.refuse("engine",
                   "projected simulates the overlaps of online neurons: allowed with stage1 = online only");
  method_of(point).check(point, verdict);
}

void refuse_second_stage(Parameters const& point, study::Verdict& verdict) {
  if (point.n2 == 0) return;
  if (point.n2 < 4 * point.n_neurons)
    verdict.refuse("n2", fmt::format("allowed are 0 and at least 4 n_neurons = {}", 4 * point.n_neurons));
  if (point.weighting == Weighting::surrogate &&
      std::min(pilot_rows(point), final_rows(point)) < point.n_neurons)
    verdict.refuse("pilot_frac",
                   fmt::format("leaves {} rows for the pilot and {} for the fit; each needs n_neurons = {}",
                               pilot_rows(point), final_rows(point), point.n_neurons));
  if (point.link == Link::hermite3)
    verdict.refuse("n2", "no policy tilted by link hermite3 exists; allowed is 0");
  if (point.link != Link::quadratic) return;
  if (deployment_temperature(point) <= kLeastQuadraticBeta)
    verdict.refuse(point.beta_deploy > 0 ? "beta_deploy" : "beta2",
                   "no policy tilted by link quadratic exists; allowed are more than sqrt 2");
  bool const weighs = point.weighting == Weighting::label || point.weighting == Weighting::oracle;
  if (weighs && point.beta2 <= kLeastQuadraticBeta)
    verdict.refuse("beta2", "weights of link quadratic diverge; allowed are more than sqrt 2");
}

}  // namespace

void refuse_invalid(Parameters const& point, study::Verdict& verdict) {
  refuse_first_stage(point, verdict);
  refuse_second_stage(point, verdict);
}

void name_inert(Parameters const& point, study::Verdict& verdict, study::Description const& description) {
  auto const unless = [&](bool used, std::initializer_list<char const*> names) {
    if (used) return;
    for (auto const* name : names) verdict.inert(name);
  };
  unless(is_wave(point.link), {"link_w1", "link_w2"});
  unless(point.link == Link::deceptive, {"link_a", "link_b"});
  unless(point.link == Link::tanh, {"link_k"});
  unless(point.noise_std > 0, {"noise_kind"});
  unless(point.n1 == 0, {"alpha1", "gamma1"});

  auto const read = method_of(point).reads(point);
  constexpr std::string_view kAlways[] = {"stage1", "engine", "weak_threshold", "strong_threshold"};
  for (auto const& parameter : description.parameters) {
    bool const of_first_stage = parameter.stage == 1 || parameter.stage == study::kExecution;
    if (!of_first_stage || std::ranges::count(kAlways, parameter.name) > 0) continue;
    if (std::ranges::count(read, parameter.name) == 0) verdict.inert(parameter.name);
  }
  if (std::ranges::count(read, "beta1") > 0 && !has_exponential_weights(point)) {
    verdict.inert("beta1");
    verdict.inert("weight_clip");
  }

  bool const deploys = point.n2 > 0;
  unless(deploys, {"weighting", "beta_deploy", "ridge", "bias2", "reward_clip", "adm_tol"});
  unless(deploys && point.weighting == Weighting::surrogate, {"pilot_frac"});
  unless(deploys && (point.weighting != Weighting::none || point.beta_deploy == 0), {"beta2"});
  bool const spread = point.stage1 == FirstStage::online || point.stage1 == FirstStage::batch ||
                      point.stage1 == FirstStage::random;
  unless(deploys && spread, {"n_eval"});
}

void warn_of_surprises(Parameters const& point, study::Verdict& verdict) {
  if (verdict.given("spectral_end") && point.stage1 != FirstStage::spectral)
    verdict.warn("spectral_end has no meaning but for stage1 = spectral");
  if (point.link == Link::quadratic && weighs_without_bound(point) && point.beta1 <= 2 * kLeastQuadraticBeta)
    verdict.warn("beta1 <= 2 sqrt 2 with link quadratic: the weighted labels have infinite variance");
}

}  // namespace thresher::reward_single_index
