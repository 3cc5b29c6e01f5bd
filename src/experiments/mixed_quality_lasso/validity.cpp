#include "experiments/mixed_quality_lasso/validity.hpp"

#include "experiments/mixed_quality_lasso/data/data_set.hpp"
#include "experiments/mixed_quality_lasso/estimators/method.hpp"
#include "experiments/mixed_quality_lasso/model/setting.hpp"

#include <fmt/format.h>

#include <set>
#include <string>
#include <string_view>

namespace thresher::mixed_quality_lasso {

namespace {

void check_sizes(Parameters const& point, study::Verdict& verdict) {
  if (point.s >= point.p) {
    verdict.refuse("s", fmt::format("allowed is an integer in [1, p - 1 = {}]", point.p - 1));
    return;
  }
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

/// Parameters that only some estimators read and this point's does not.
void name_inert_of_estimators(Parameters const& point, std::set<std::string_view> const& besides,
                              study::Verdict& verdict) {
  auto const read_here = method_of(point).reads(point);
  std::set<std::string_view> read(read_here.begin(), read_here.end());
  read.insert(besides.begin(), besides.end());
  if (point.lambda_rule == LambdaRule::tuned) read.erase("lambda_scale");
  std::set<std::string_view> offered;
  for (auto const* method : methods())
    for (auto const name : method->reads(point)) offered.insert(name);
  for (auto const name : offered)
    if (!read.contains(name)) verdict.inert(std::string(name));
}

void name_inert(Parameters const& point, study::Verdict& verdict) {
  auto const inert_unless = [&](bool active, char const* name) {
    if (!active) verdict.inert(name);
  };
  inert_unless(!(point.theta > 0), "n1");
  inert_unless(!(point.theta > 0), "n2");
  inert_unless(point.theta > 0, "hq_fraction");
  inert_unless(!(point.sigma_avg > 0), "sigma2");
  inert_unless(point.iso_level > 0, "iso_draws");
  std::set<std::string_view> besides;
  if (point.weighting == Weighting::interference) besides = {"lambda_rule", "lambda_scale"};
  name_inert_of_estimators(point, besides, verdict);
}

}  // namespace

void check_validity(Parameters const& point, study::Verdict& verdict) {
  check_sizes(point, verdict);
  if (!verdict.refusal().empty()) return;
  if (point.weighting == Weighting::hq_only && realise(point).n1 == 0)
    verdict.refuse("weighting", "needs high-quality rows, and there are n1 = 0");
  method_of(point).check(point, verdict);
  name_inert(point, verdict);
}

void check_user_validity(Parameters const& point, UserShape const& shape, study::Verdict& verdict) {
  method_of(point).check_user_data(point, verdict);
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
  if (shape.n == shape.p)
    verdict.warn(fmt::format("/X is square, so nothing tells its rows from its columns: {}",
                             study::kOrderOfDimensions));
  for (auto const* name : {"p", "s", "n1", "n2", "theta", "hq_fraction", "sigma1", "sigma2", "sigma_avg",
                           "rho", "signal", "iso_draws"})
    verdict.inert(name);
  name_inert_of_estimators(point, {}, verdict);
}

}  // namespace thresher::mixed_quality_lasso
