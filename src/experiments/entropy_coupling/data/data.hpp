#pragma once

#include "experiments/entropy_coupling/model/law.hpp"
#include "experiments/entropy_coupling/model/parameters.hpp"
#include "random/stream.hpp"
#include "study/team.hpp"

#include <cstdint>
#include <vector>

namespace thresher::entropy_coupling {

/// The marginals of a trial.
struct Marginals {
  Law symbols;
  std::vector<Law> observations;
};

/// Whether two trials can differ in the law.
bool symbol_law_is_random(Parameters const& parameters);
bool observation_law_is_random(Parameters const& parameters);

/// Unnormalised weights of the user's input: "p", and row `observation` of "q" (a single row serves all;
/// trailing zeros are padding). Throws study::UserError when they are no law: negative, or zero in sum.
std::vector<double> input_symbol_weights(study::InputReader const& input);
std::vector<double> input_observation_weights(study::InputReader const& input, std::int64_t observation);
/// Rows of "q".
std::int64_t input_observations(study::InputReader const& input);

/// Quantised laws of P and of observation i (from 0) in the trial that `team` runs. Not collective. Throw
/// MassTooSmall when a probability rounds to no unit of mass.
Law symbol_law(Parameters const& parameters, study::Team const& team);
Law observation_law(Parameters const& parameters, std::int64_t observation, study::Team const& team);

/// The laws of kinds that need no draws (no jitter, no samples); `input` serves those from a file.
Law fixed_symbol_law(Parameters const& parameters, study::InputReader const* input = nullptr);
Law fixed_observation_law(Parameters const& parameters, std::int64_t observation = 0,
                          study::InputReader const* input = nullptr);

}  // namespace thresher::entropy_coupling
