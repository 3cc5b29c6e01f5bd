#pragma once

#include "experiments/hawkes_network/data/event_streams.hpp"
#include "experiments/hawkes_network/data/network.hpp"
#include "experiments/hawkes_network/model/user_facts.hpp"
#include "study/team.hpp"

namespace thresher::hawkes_network {

/// Reads the user's file once, in slabs: /events/time (ascending for each node), /events/offset (d + 1),
/// /events/horizon, and, where there are, /truth/row, col and weight. Throws study::UserError, one line, for
/// the first defect. Not collective.
UserFacts examine_user_events(study::InputReader const& input);

/// The events of this rank's nodes, read by it. Collective.
EventStreams read_user_events(UserFacts const& facts, study::Team& team);
/// The true network of a file that has one; read by rank 0. Collective.
Network read_user_truth(UserFacts const& facts, study::Team& team);

}  // namespace thresher::hawkes_network
