#pragma once

#include "experiments/entropy_coupling/model/law.hpp"
#include "experiments/entropy_coupling/model/parameters.hpp"
#include "random/stream.hpp"
#include "study/experiment.hpp"

#include <cstdint>
#include <tuple>
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

/// Laws up to this size are made to see whether a mass vanishes; of longer ones the trial tells.
inline constexpr std::int64_t kSizeToTry = 1 << 20;

/// The laws in the user's input that a study uses.
struct InputLaws {
  std::int64_t symbols = 0;             ///< size of "p"
  std::vector<std::int64_t> alphabets;  ///< one per row of "q"
  /// Weights of those that are small enough to be tried; the others are empty.
  std::vector<double> symbol_weights;
  std::vector<std::vector<double>> observation_weights;
  static constexpr std::tuple members{&InputLaws::symbols, &InputLaws::alphabets, &InputLaws::symbol_weights,
                                      &InputLaws::observation_weights};
};
/// Reads and checks them. Throws study::UserError when they are no laws.
InputLaws examine_laws(study::InputReader const& input, study::Asked<Parameters> const& asked);

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

/// The laws of kinds that need no draws (no jitter, no samples), if from a file then small enough to be
/// tried.
Law fixed_symbol_law(Parameters const& parameters);
Law fixed_observation_law(Parameters const& parameters, std::int64_t observation = 0);

}  // namespace thresher::entropy_coupling
