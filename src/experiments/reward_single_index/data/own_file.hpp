#pragma once

#include "experiments/reward_single_index/model/own_rows.hpp"
#include "study/team.hpp"

/// The user's file: /X (n x d) and /y (n), rows of the first stage; /X2 and /y2, those of the second one
/// (else the rows of /X are split in their order); optionally /theta (d). The attribute `standardize` of the
/// file or of /X (0 or 1) asks for columns of mean 0 and variance 1.
namespace thresher::reward_single_index {

/// Reads all of it once. Throws study::UserError where something is missing, does not fit or is not finite.
/// Not collective.
OwnRows examine_own_file(study::InputReader const& input);

}  // namespace thresher::reward_single_index
