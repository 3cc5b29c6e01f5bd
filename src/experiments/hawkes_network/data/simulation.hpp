#pragma once

#include "experiments/hawkes_network/data/event_streams.hpp"
#include "experiments/hawkes_network/data/network.hpp"
#include "study/team.hpp"

#include <span>

namespace thresher::hawkes_network {

/// The stationary process on [0, end] through its clusters (Hawkes and Oakes 1974): immigrants of every node
/// from -burn_in on, and of each event a Poisson number of children. What an event leaves depends on its
/// genealogy alone (its number among its siblings, that of its parent, and so on to the immigrant), so events
/// are the same on every team, and a shorter horizon has the same events up to its end.
///
/// Every rank gets the events of its share of the nodes. Throws study::Interrupted where the run wants to
/// end. Collective.
EventStreams simulate(Parameters const& point, double end, Network const& network,
                      std::span<double const> baselines, study::Team& team);

/// Bytes that a rank holds at the peak, for so many events of its nodes.
double simulation_bytes(double own_events);

}  // namespace thresher::hawkes_network
