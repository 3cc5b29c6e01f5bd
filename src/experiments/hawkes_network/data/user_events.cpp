#include "experiments/hawkes_network/data/user_events.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <set>
#include <utility>

namespace thresher::hawkes_network {

namespace {

/// Numbers read at a time.
constexpr std::int64_t kSlab = std::int64_t{1} << 21;

std::int64_t length_of(study::InputReader const& input, std::string const& name) {
  auto const extents = input.extents(name);
  if (extents.size() > 1)
    throw study::UserError(fmt::format("input: /{} has {} dimensions; allowed is 1", name, extents.size()));
  return extents.empty() ? 1 : extents[0];
}

void require(study::InputReader const& input, std::string const& name) {
  if (!input.has(name)) throw study::UserError(fmt::format("input: /{} is missing", name));
}

/// A whole number of [0, below).
std::int64_t as_index(double value, std::int64_t below, std::string const& name) {
  if (!(value >= 0 && value < static_cast<double>(below)) || value != std::floor(value))
    throw study::UserError(
        fmt::format("input: /{} holds {}; allowed are integers in [0, {}]", name, value, below - 1));
  return static_cast<std::int64_t>(value);
}

std::vector<std::int64_t> read_offsets(study::InputReader const& input, mpi::Range entries,
                                       std::int64_t events) {
  std::vector<std::int64_t> offsets;
  for (double const value : input.read("events/offset", entries, {0, 1}))
    offsets.push_back(as_index(value, events + 1, "events/offset"));
  return offsets;
}

/// Goes through the times of all nodes and refuses the first that is out of place.
void check_times(study::InputReader const& input, std::vector<std::int64_t> const& offsets,
                 UserFacts& facts) {
  std::size_t node = 0;
  double last = 0;
  double earliest = facts.horizon;
  double latest = 0;
  for (std::int64_t begin = 0; begin < facts.events; begin += kSlab) {
    mpi::Range const slab{begin, std::min(facts.events, begin + kSlab)};
    auto const times = input.read("events/time", slab, {0, 1});
    for (auto k = slab.begin; k < slab.end; ++k) {
      while (offsets[node + 1] <= k) {
        ++node;
        last = 0;
      }
      double const time = times[static_cast<std::size_t>(k - slab.begin)];
      if (!(time >= 0) || time > facts.horizon)
        throw study::UserError(
            fmt::format("input: /events/time holds {} (entry {}, node {}); allowed is [0, {}], the "
                        "horizon",
                        time, k, node, facts.horizon));
      if (time < last)
        throw study::UserError(fmt::format(
            "input: /events/time falls from {} to {} within node {} (entry {}); allowed are times "
            "that ascend within each node",
            last, time, node, k));
      last = time;
      earliest = std::min(earliest, time);
      latest = std::max(latest, time);
    }
  }
  if (!(latest > earliest))
    throw study::UserError(fmt::format(
        "input: /events/time has no two different times among {} events; allowed are at least two",
        facts.events));
}

std::vector<Edge> read_edges(study::InputReader const& input, std::int64_t nodes) {
  auto const count = length_of(input, "truth/row");
  std::vector<Edge> edges;
  if (count == 0) return edges;
  auto const rows = input.read("truth/row", {0, count}, {0, 1});
  auto const columns = input.read("truth/col", {0, count}, {0, 1});
  auto const weights = input.read("truth/weight", {0, count}, {0, 1});
  for (std::size_t k = 0; k < rows.size(); ++k)
    edges.push_back({static_cast<std::int32_t>(as_index(rows[k], nodes, "truth/row")),
                     static_cast<std::int32_t>(as_index(columns[k], nodes, "truth/col")), weights[k]});
  // Self-excitation is no edge of the network.
  std::erase_if(edges, [](Edge const& edge) { return edge.target == edge.source; });
  return edges;
}

}  // namespace

UserFacts examine_user_events(study::InputReader const& input) {
  for (auto const* name : {"events/time", "events/offset", "events/horizon"}) require(input, name);
  UserFacts facts;
  facts.events = length_of(input, "events/time");
  facts.nodes = length_of(input, "events/offset") - 1;
  if (facts.nodes < 3 || facts.nodes >= (std::int64_t{1} << 31))
    throw study::UserError(fmt::format(
        "input: /events/offset is for {} nodes; allowed is an integer in [3, 2147483647]", facts.nodes));
  if (length_of(input, "events/horizon") != 1)
    throw study::UserError("input: /events/horizon holds several numbers; allowed is one");
  facts.horizon = input.read("events/horizon", {0, 1}, {0, 1}).front();
  if (!(facts.horizon > 0))
    throw study::UserError(
        fmt::format("input: /events/horizon is {}; allowed is a positive number", facts.horizon));
  auto const offsets = read_offsets(input, {0, facts.nodes + 1}, facts.events);
  if (offsets.front() != 0 || offsets.back() != facts.events)
    throw study::UserError(
        fmt::format("input: /events/offset goes from {} to {}; allowed is from 0 to {}, the number of events",
                    offsets.front(), offsets.back(), facts.events));
  for (std::size_t node = 0; node + 1 < offsets.size(); ++node) {
    if (offsets[node + 1] < offsets[node])
      throw study::UserError(
          fmt::format("input: /events/offset falls from {} to {} behind node {}; allowed are "
                      "offsets that ascend",
                      offsets[node], offsets[node + 1], node));
    auto const count = offsets[node + 1] - offsets[node];
    facts.largest_stream = std::max(facts.largest_stream, count);
    if (count == 0) ++facts.silent_nodes;
  }
  check_times(input, offsets, facts);

  if (input.has("truth/row") || input.has("truth/col") || input.has("truth/weight")) {
    for (auto const* name : {"truth/row", "truth/col", "truth/weight"}) require(input, name);
    for (auto const* name : {"truth/col", "truth/weight"})
      if (length_of(input, name) != length_of(input, "truth/row"))
        throw study::UserError(fmt::format("input: /{} has {} entries and /truth/row {}; allowed are as many",
                                           name, length_of(input, name), length_of(input, "truth/row")));
    auto const edges = read_edges(input, facts.nodes);
    std::set<std::pair<std::int32_t, std::int32_t>> met;
    for (auto const& edge : edges)
      if (!met.insert({edge.target, edge.source}).second)
        throw study::UserError(fmt::format("input: /truth has the edge from {} to {} twice; allowed is once",
                                           edge.source, edge.target));
    facts.edges = static_cast<std::int64_t>(edges.size());
  }
  return facts;
}

EventStreams read_user_events(UserFacts const& facts, study::Team& team) {
  auto const& comm = team.communicator();
  EventStreams streams{mpi::share(facts.nodes, comm.rank(), comm.size()), {0}, {}};
  mpi::agree(comm, [&] {
    if (streams.nodes.size() == 0) return;
    auto const& input = *team.input();
    auto const offsets = read_offsets(input, {streams.nodes.begin, streams.nodes.end + 1}, facts.events);
    for (std::size_t k = 1; k < offsets.size(); ++k) streams.offsets.push_back(offsets[k] - offsets[0]);
    streams.times.reserve(static_cast<std::size_t>(streams.offsets.back()));
    for (auto begin = offsets.front(); begin < offsets.back(); begin += kSlab) {
      auto const slab = input.read("events/time", {begin, std::min(offsets.back(), begin + kSlab)}, {0, 1});
      streams.times.insert(streams.times.end(), slab.begin(), slab.end());
    }
  });
  return streams;
}

Network read_user_truth(UserFacts const& facts, study::Team& team) {
  auto const& comm = team.communicator();
  Network network;
  mpi::agree(comm, [&] {
    if (comm.rank() == 0) network = network_of(facts.nodes, read_edges(*team.input(), facts.nodes));
  });
  share_network(comm, network);
  return network;
}

}  // namespace thresher::hawkes_network
