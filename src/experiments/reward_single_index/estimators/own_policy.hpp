#pragma once

#include "experiments/reward_single_index/data/readout_rows.hpp"
#include "experiments/reward_single_index/estimators/readout_fit.hpp"
#include "experiments/reward_single_index/model/metrics.hpp"
#include "study/team.hpp"

#include <vector>

namespace thresher::reward_single_index {

/// The value of the policy e^{r_hat / beta} times the law of the rows, from rows that the readout has not
/// seen: sum e^{r_hat/beta} y / sum e^{r_hat/beta} with its standard error (of a ratio, to first order) and
/// the effective number of rows, (sum w)^2 / sum w^2. NaN where fewer rows than kFewestEffectiveRows are
/// left.
struct OffPolicyValue {
  double temperature = 0;
  double value = 0;
  double standard_error = 0;
  double effective_rows = 0;
};
inline constexpr double kFewestEffectiveRows = 30;

/// Judges a readout by the user's held-out rows: its error under the weights of its fit, and the policy's
/// value at the deployment temperature. Returns the values over temperatures from 0.01 to 10 standard
/// deviations of the labels. Sums have the same bits for every team. Collective.
std::vector<OffPolicyValue> judge_by_held_out_rows(Parameters const& point, RewardLink const& link,
                                                   ReadoutRows const& rows, SecondStageFit const& fit,
                                                   study::Team& team, Metrics& metrics);

}  // namespace thresher::reward_single_index
