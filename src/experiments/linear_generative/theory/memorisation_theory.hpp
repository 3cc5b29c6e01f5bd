#pragma once

namespace thresher::linear_generative {

/// What the closed forms of memorisation need of the population.
struct MemorisationSetting {
  double examples = 1;         ///< n
  double dim = 1;              ///< d
  double trace = 1;            ///< tr Sigma
  double trace_of_square = 1;  ///< tr Sigma^2
  double ridge = 0;
};

/// Expected largest cosine between a generated sample of `sqrt` and the n examples that it was trained on:
/// within 2 % for d >= 400 and rank * spike << sqrt(d). At most 1.
double memorisation(MemorisationSetting const& setting);
/// The same with n examples that the model has not seen.
double memorisation_of_unseen(MemorisationSetting const& setting);
/// E max_{i <= n} |N_i(0, 1)|.
double expected_largest_normal(double n);

}  // namespace thresher::linear_generative
