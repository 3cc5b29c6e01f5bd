#pragma once

#include "experiments/partial_order/model/order.hpp"
#include "experiments/partial_order/model/sequences.hpp"
#include "experiments/partial_order/model/user_facts.hpp"
#include "study/experiment.hpp"

#include <vector>

namespace thresher::partial_order {

/// The user's lists: those to learn from (/sequences), held-out ones (/test), those to be scored (/score).
enum class UserLists { training, test, scored };

/// Looks through the user's file: /sequences or /truth or both. Throws study::UserError for the first defect.
UserFacts examine_user_sequences(study::InputReader const& input);

/// The lists, whole on all ranks; rank 0 reads. Collective.
Sequences read_user_sequences(UserFacts const& facts, UserLists which, study::Team& team);

/// The relations of /truth as given. Collective; on all ranks.
std::vector<Relation> read_user_truth(UserFacts const& facts, study::Team& team);

}  // namespace thresher::partial_order
