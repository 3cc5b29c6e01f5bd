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

/// Links whose weights or policies do not exist.
void refuse_link(Parameters const& point, study::Verdict& verdict) {
  if (is_wave(point.link) && point.link_w1 == point.link_w2)
    verdict.refuse("link_w2", "the two waves cancel; allowed are frequencies that differ");
  if (point.link == Link::hermite3 && weighs_without_bound(point))
    verdict.refuse("transform",
                   "E exp(y/beta) of link hermite3 diverges for every beta; allowed with a weight_clip");
  if (point.link == Link::quadratic && weighs_without_bound(point) && point.beta1 <= kLeastQuadraticBeta)
    verdict.refuse(
        "beta1", "E exp(y/beta1) of link quadratic diverges; allowed are more than sqrt 2, or a weight_clip");
  if (point.n2 == 0) return;
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

/// What the user's data cannot give.
void refuse_own_data(Parameters const& point, study::Verdict& verdict) {
  auto const& own = *point.input;
  if (point.d != own.columns) verdict.refuse("d", fmt::format("the file has {} columns", own.columns));
  if (point.transform == Transform::optimal)
    verdict.refuse("transform",
                   "optimal knows the link, which user data do not tell; allowed are the others");
  if (point.engine == Engine::projected)
    verdict.refuse("engine", "projected simulates the model; allowed with user data is ambient");
  if (!own.has_direction && point.stage1 == FirstStage::oracle)
    verdict.refuse("stage1", "oracle needs /theta in the file; allowed are the others");
  if (!own.has_direction && point.init_overlap >= 0)
    verdict.refuse("init_overlap", "needs /theta in the file; allowed is -1");
  if (point.weighting == Weighting::oracle && point.n2 > 0)
    verdict.refuse("weighting", "oracle weighs by the true reward; allowed are none, label and surrogate");
  if (point.n1 > own_first_rows(point))
    verdict.refuse("n1", fmt::format("the file has {} rows for the first stage; allowed are as many",
                                     own_first_rows(point)));
  auto const most = own.second_rows > 0 ? own.second_rows : own.rows;
  if (point.n2 > most) verdict.refuse("n2", fmt::format("the file has {} rows; allowed are as many", most));
  constexpr std::int64_t kFewestHeldOut = 30;
  if (point.n2 > 0 && held_out_rows(point) < kFewestHeldOut)
    verdict.refuse("heldout_frac",
                   fmt::format("leaves {} of {} rows to judge the readout; allowed are at least {}",
                               held_out_rows(point), readout_rows(point), kFewestHeldOut));
}

void warn_of_own_data(Parameters const& point, study::Verdict& verdict) {
  auto const& own = *point.input;
  if (first_rows(point) < 2 * point.d)
    verdict.warn(fmt::format("the first stage has {} rows for {} columns, fewer than twice as many",
                             first_rows(point), point.d));
  if (!own.standardize && (std::abs(own.worst_mean) > 0.1 || std::abs(own.worst_variance - 1) > 0.2))
    verdict.warn(
        fmt::format("a column of the file has mean {:.3g}, one variance {:.3g}: the attribute "
                    "standardize = 1 makes them 0 and 1",
                    own.worst_mean, own.worst_variance));
  if (point.n2 > own_second_rows(point))
    verdict.warn(fmt::format("n2 = {}: the split leaves {} rows for the second stage, all are used", point.n2,
                             own_second_rows(point)));
  constexpr double kDrift = 6;
  if (std::abs(own.label_drift) > kDrift)
    verdict.warn(
        fmt::format("the labels of the first and of the second half of the rows differ by {:.3g} standard "
                    "errors: the stages take rows in the order of the file; shuffle sorted ones",
                    std::abs(own.label_drift)));
}

void refuse_first_stage(Parameters const& point, study::Verdict& verdict) {
  if (point.init_overlap > -1 && point.init_overlap < 0)
    verdict.refuse("init_overlap", "allowed are -1 (a random start) and [0, 1)");
  if (point.weak_threshold > point.strong_threshold)
    verdict.refuse("weak_threshold",
                   fmt::format("allowed is at most strong_threshold = {}", point.strong_threshold));
  if (point.transform == Transform::exp && std::isinf(point.beta1) && weighs_without_bound(point))
    verdict.refuse("beta1", "transform exp is constant; allowed are finite temperatures");
  if (point.engine == Engine::projected && point.stage1 != FirstStage::online)
    verdict.refuse("engine",
                   "projected simulates the overlaps of online neurons: allowed with stage1 = online only");
  method_of(point).check(point, verdict);
}

void refuse_second_stage(Parameters const& point, study::Verdict& verdict) {
  if (point.n2 == 0) return;
  auto const rows = readout_rows(point);
  if (rows < 4 * point.n_neurons)
    verdict.refuse("n2", rows == point.n2
                             ? fmt::format("allowed are 0 and at least 4 n_neurons = {}", 4 * point.n_neurons)
                             : fmt::format("the file leaves {} rows; needed are 4 n_neurons = {}, or n2 = 0",
                                           rows, 4 * point.n_neurons));
  if (point.weighting == Weighting::surrogate &&
      std::min(pilot_rows(point), final_rows(point)) < point.n_neurons)
    verdict.refuse("pilot_frac",
                   fmt::format("leaves {} rows for the pilot and {} for the fit; each needs n_neurons = {}",
                               pilot_rows(point), final_rows(point), point.n_neurons));
}

}  // namespace

void refuse_invalid(Parameters const& point, study::Verdict& verdict) {
  if (point.input != nullptr)
    refuse_own_data(point, verdict);
  else
    refuse_link(point, verdict);
  refuse_first_stage(point, verdict);
  refuse_second_stage(point, verdict);
}

void name_inert(Parameters const& point, study::Verdict& verdict, study::Description const& description) {
  auto const unless = [&](bool used, std::initializer_list<char const*> names) {
    if (used) return;
    for (auto const* name : names) verdict.inert(name);
  };
  bool const drawn = point.input == nullptr;
  unless(drawn, {"link", "noise_std", "adm_tol"});
  unless(drawn && is_wave(point.link), {"link_w1", "link_w2"});
  unless(drawn && point.link == Link::deceptive, {"link_a", "link_b"});
  unless(drawn && point.link == Link::tanh, {"link_k"});
  unless(drawn && point.noise_std > 0, {"noise_kind"});
  unless(drawn && point.n1 == 0, {"alpha1", "gamma1"});
  unless(!drawn && point.input->second_rows == 0, {"split"});

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
  unless(drawn && deploys && spread, {"n_eval"});
  unless(!drawn && deploys, {"heldout_frac"});
  if (!drawn) unless(point.input->has_direction, {"weak_threshold", "strong_threshold"});
  if (!drawn && !spread) verdict.deterministic();
}

void warn_of_surprises(Parameters const& point, study::Verdict& verdict) {
  if (verdict.given("spectral_end") && point.stage1 != FirstStage::spectral)
    verdict.warn("spectral_end has no meaning but for stage1 = spectral");
  if (point.input != nullptr) return warn_of_own_data(point, verdict);
  if (point.link == Link::quadratic && weighs_without_bound(point) && point.beta1 <= 2 * kLeastQuadraticBeta)
    verdict.warn("beta1 <= 2 sqrt 2 with link quadratic: the weighted labels have infinite variance");
}

}  // namespace thresher::reward_single_index
