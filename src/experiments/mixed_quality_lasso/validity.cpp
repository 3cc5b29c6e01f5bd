#include "experiments/mixed_quality_lasso/validity.hpp"

#include "experiments/mixed_quality_lasso/data/data_set.hpp"
#include "experiments/mixed_quality_lasso/model/setting.hpp"
#include "numerics/log_binomial.hpp"

#include <fmt/format.h>

#include <cmath>
#include <string>

namespace thresher::mixed_quality_lasso {

namespace {

bool is_ml(Estimator estimator) {
  return estimator == Estimator::ml_exhaustive || estimator == Estimator::ml_swap;
}

bool solves_lasso(Estimator estimator) {
  return estimator == Estimator::lasso || estimator == Estimator::lasso_path;
}

void check_sizes(Parameters const& point, study::Verdict& verdict) {
  if (point.s >= point.p) {
    verdict.refuse("s", fmt::format("allowed is an integer in [1, p - 1 = {}]", point.p - 1));
    return;
  }
  if (point.p > kLowQualityRow && point.estimator != Estimator::pdw)
    verdict.refuse("p", fmt::format("allowed is at most 2^31 = {} unless estimator = pdw", kLowQualityRow));
  auto const setting = realise(point);
  if (point.theta > 0) {
    if (setting.n() < 1)
      verdict.refuse("theta", fmt::format("gives no row; allowed is more than {:.4g} at p = {}, s = {}",
                                          0.5 / algorithmic_threshold(static_cast<double>(point.p),
                                                                      static_cast<double>(point.s)),
                                          point.p, point.s));
    if (setting.n() > kLowQualityRow)
      verdict.refuse(
          "theta", fmt::format("gives {} rows; allowed are at most 2^31 = {}", setting.n(), kLowQualityRow));
  } else if (setting.n() < 1) {
    verdict.refuse("n1", "allowed is n1 + n2 >= 1");
  }
  if (point.sigma_avg > 0) {
    if (setting.n2 == 0)
      verdict.refuse("sigma_avg", "needs low-quality rows, and there are n2 = 0; allowed is 0 without them");
    if (point.sigma_avg < point.sigma1)
      verdict.refuse("sigma_avg",
                     fmt::format("allowed is 0, or a number in [sigma1 = {}, inf)", point.sigma1));
  } else if (point.sigma2 < point.sigma1) {
    verdict.refuse("sigma2", fmt::format("allowed is a number in [sigma1 = {}, inf)", point.sigma1));
  }
}

void check_estimator(Parameters const& point, study::Verdict& verdict) {
  auto const setting = realise(point);
  if (is_ml(point.estimator) && point.signal == Signal::signed_values)
    verdict.refuse("signal", "maximum likelihood (estimator = ml_exhaustive, ml_swap) needs signal = binary");
  if (point.estimator == Estimator::ml_exhaustive) {
    double const supports =
        std::exp(numerics::log_binomial(static_cast<double>(point.p), static_cast<double>(point.s)));
    if (supports > 1e10 * (1 + 1e-9))
      verdict.refuse("estimator",
                     fmt::format("would visit {:.4g} supports (p = {}, s = {}); allowed are at most 1e10",
                                 supports, point.p, point.s));
  }
  bool const high_only = point.weighting == Weighting::hq_only;
  if (high_only && setting.n1 == 0)
    verdict.refuse("weighting", "needs high-quality rows, and there are n1 = 0");
  std::int64_t const rows = high_only ? setting.n1 : setting.n();
  if (point.estimator == Estimator::omp && point.s > rows)
    verdict.refuse("s", fmt::format("estimator = omp needs s <= {} = {}", high_only ? "n1" : "n", rows));
  if (point.weighting == Weighting::residual) {
    if (point.estimator != Estimator::lasso)
      verdict.refuse("weighting", "residual weights need estimator = lasso");
    else if (setting.n1 == 0 || setting.n2 == 0)
      verdict.refuse("weighting",
                     fmt::format("residual weights need rows of both qualities, and there are n1 = {}, "
                                 "n2 = {}",
                                 setting.n1, setting.n2));
  }
  if (point.iso_level > 0) {
    if (point.estimator != Estimator::pdw) verdict.refuse("iso_level", "allowed is 0 unless estimator = pdw");
    if (point.theta > 0)
      verdict.refuse("iso_level", "allowed is 0 with theta > 0: the line is traced over n2");
    if (point.sigma_avg > 0)
      verdict.refuse("iso_level", "allowed is 0 with sigma_avg > 0: sigma2 would move with n2");
  }
}

void name_inert(Parameters const& point, study::Verdict& verdict) {
  auto const inert_unless = [&](bool active, std::initializer_list<char const*> names) {
    if (active) return;
    for (auto const* name : names) verdict.inert(name);
  };
  bool const fits_lasso = solves_lasso(point.estimator);
  bool const uses_lambda = point.estimator == Estimator::lasso || point.estimator == Estimator::pdw ||
                           point.estimator == Estimator::amp || point.weighting == Weighting::interference;
  bool const tuned = point.lambda_rule == LambdaRule::tuned;
  inert_unless(!(point.theta > 0), {"n1", "n2"});
  inert_unless(point.theta > 0, {"hq_fraction"});
  inert_unless(!(point.sigma_avg > 0), {"sigma2"});
  inert_unless(uses_lambda, {"lambda_rule"});
  inert_unless(uses_lambda && !tuned, {"lambda_scale"});
  inert_unless(point.estimator == Estimator::lasso_path, {"n_lambda", "lambda_min_ratio"});
  inert_unless(point.estimator != Estimator::pdw, {"delta", "storage"});
  inert_unless(fits_lasso, {"tol", "max_iter", "solver"});
  inert_unless(point.estimator == Estimator::ml_swap, {"ml_restarts"});
  inert_unless(point.estimator == Estimator::amp, {"amp_iters"});
  inert_unless(point.iso_level > 0, {"iso_draws"});
}

}  // namespace

void check_validity(Parameters const& point, study::Verdict& verdict) {
  check_sizes(point, verdict);
  if (!verdict.refusal().empty()) return;
  check_estimator(point, verdict);
  name_inert(point, verdict);
}

void check_user_validity(Parameters const& point, UserShape const& shape, study::Verdict& verdict) {
  if (point.estimator != Estimator::lasso_path)
    verdict.refuse("estimator", "with input, allowed is lasso_path");
  switch (point.weighting) {
    case Weighting::agnostic:
      break;
    case Weighting::inverse_variance:
      if (!shape.has_noise_sd) verdict.refuse("weighting", "needs /noise_sd in the input");
      break;
    case Weighting::residual:
      if (shape.blocks < 2)
        verdict.refuse("weighting", "needs two different values in /block or /noise_sd of the input");
      break;
    default:
      verdict.refuse("weighting", "with input, allowed is one of agnostic, inverse_variance, residual");
  }
  if (point.iso_level > 0) verdict.refuse("iso_level", "allowed is 0 with input");
  for (auto const* name :
       {"p", "s", "n1", "n2", "theta", "hq_fraction", "sigma1", "sigma2", "sigma_avg", "rho", "signal",
        "lambda_rule", "lambda_scale", "storage", "ml_restarts", "amp_iters", "iso_draws"})
    verdict.inert(name);
  if (!shape.has_truth) verdict.inert("delta");
}

}  // namespace thresher::mixed_quality_lasso
