#pragma once

#include "experiments/entropy_coupling/model/parameters.hpp"
#include "study/experiment.hpp"

#include <cstdint>
#include <vector>

namespace thresher::entropy_coupling {

/// Sizes of the laws in the user's input.
struct InputSizes {
  std::int64_t symbols = 0;
  std::vector<std::int64_t> alphabets;  // one per row of "q"
};

/// Reads and checks the laws of the input that the point asks for. Throws study::UserError when they are no
/// laws.
InputSizes read_input_sizes(Parameters const& point, study::InputReader const& input);

/// Refuses points that make no sense, names the parameters without influence. `input` holds the sizes of laws
/// from a file, or null.
void check_validity(Parameters const& point, InputSizes const* input, study::Verdict& verdict);

}  // namespace thresher::entropy_coupling
