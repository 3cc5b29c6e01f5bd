#include "experiments/hawkes_network/data/simulation.hpp"

#include "experiments/hawkes_network/data/offspring.hpp"
#include "experiments/hawkes_network/data/time_sort.hpp"
#include "experiments/hawkes_network/model/setting.hpp"
#include "mpi/exchange.hpp"

#include <algorithm>
#include <array>
#include <cmath>

namespace thresher::hawkes_network {

namespace {

/// What is kept of an event that is seen.
struct Seen {
  double time;
  std::int32_t node;
};

/// Events that a rank handles before it looks what others have sent.
constexpr std::size_t kEventsPerRound = std::size_t{1} << 20;

class Simulation {
 public:
  Simulation(Parameters const& point, double end, Network const& network, std::span<double const> baselines,
             study::Team& team)
      : team_(team),
        comm_(team.communicator()),
        end_(end),
        start_(-burn_in(point)),
        own_(mpi::share(point.d, comm_.rank(), comm_.size())),
        baselines_(baselines),
        offspring_(point, network, own_, team.stream("offspring")),
        arrivals_(team.stream("immigrants")),
        away_(static_cast<std::size_t>(comm_.size())) {
    for (int rank = 0; rank < comm_.size(); ++rank)
      last_of_rank_.push_back(mpi::share(point.d, rank, comm_.size()).end);
  }

  EventStreams operator()() {
    next_immigrant_node_ = own_.begin;
    bool busy = true;
    while (busy) {
      if (team_.stopping()) throw study::Interrupted();
      work_for_a_round();
      busy = meet_others();
    }
    return sort_by_node();
  }

 private:
  void work_for_a_round() {
    std::size_t handled = 0;
    while (handled < kEventsPerRound) {
      if (queue_.empty()) {
        if (next_immigrant_node_ == own_.end) return;
        add_immigrants(next_immigrant_node_++);
        continue;
      }
      Event const event = queue_.back();
      queue_.pop_back();
      ++handled;
      if (event.time >= 0) seen_.push_back({event.time, event.node});
      offspring_.children(event, end_, [&](Event const& child) {
        if (child.node >= own_.begin && child.node < own_.end)
          queue_.push_back(child);
        else
          away_[owner_of(child.node)].push_back(child);
      });
    }
  }

  void add_immigrants(std::int64_t node) {
    double const mean = 1 / baselines_[static_cast<std::size_t>(node)];
    std::array<double, 256> gaps;
    double time = start_;
    for (std::uint64_t k = 0;; k += gaps.size()) {
      arrivals_.exponentials({static_cast<std::uint64_t>(node)}, k, gaps);
      for (std::size_t g = 0; g < gaps.size(); ++g) {
        time += mean * gaps[g];
        if (time > end_) return;
        queue_.push_back({time, immigrant_id(node, k + g), static_cast<std::int32_t>(node)});
      }
    }
  }

  std::size_t owner_of(std::int64_t node) const {
    return static_cast<std::size_t>(std::ranges::upper_bound(last_of_rank_, node) - last_of_rank_.begin());
  }

  /// Children go to their owners. Returns whether anyone has work left.
  bool meet_others() {
    mpi::Parts<Event> send;
    for (auto& part : away_) {
      send.counts.push_back(static_cast<std::int64_t>(part.size()));
      send.values.insert(send.values.end(), part.begin(), part.end());
      part.clear();
    }
    auto const received = mpi::exchange(comm_, send);
    queue_.insert(queue_.end(), received.values.begin(), received.values.end());
    bool const busy = !queue_.empty() || next_immigrant_node_ < own_.end;
    return mpi::max(comm_, busy ? 1 : 0) > 0;
  }

  EventStreams sort_by_node() {
    EventStreams streams{own_, std::vector<std::int64_t>(static_cast<std::size_t>(own_.size()) + 1, 0), {}};
    auto& offsets = streams.offsets;
    for (auto const& event : seen_) ++offsets[static_cast<std::size_t>(event.node - own_.begin) + 1];
    for (std::size_t k = 1; k < offsets.size(); ++k) offsets[k] += offsets[k - 1];
    streams.times.resize(seen_.size());
    std::vector<std::int64_t> next(offsets.begin(), offsets.end() - 1);
    for (auto const& event : seen_)
      streams.times[static_cast<std::size_t>(next[static_cast<std::size_t>(event.node - own_.begin)]++)] =
          event.time;
    seen_ = {};
    TimeSort sort;
    for (std::size_t k = 0; k + 1 < offsets.size(); ++k)
      sort(std::span(streams.times)
               .subspan(static_cast<std::size_t>(offsets[k]),
                        static_cast<std::size_t>(offsets[k + 1] - offsets[k])),
           end_);
    return streams;
  }

  study::Team& team_;
  mpi::Communicator const& comm_;
  double end_;
  double start_;
  mpi::Range own_;
  std::span<double const> baselines_;
  Offspring offspring_;
  random::Stream arrivals_;
  std::int64_t next_immigrant_node_ = 0;
  std::vector<std::int64_t> last_of_rank_;
  std::vector<Event> queue_;              ///< events whose children are not drawn yet
  std::vector<std::vector<Event>> away_;  ///< children at nodes of other ranks
  std::vector<Seen> seen_;
};

}  // namespace

EventStreams simulate(Parameters const& point, double end, Network const& network,
                      std::span<double const> baselines, study::Team& team) {
  return Simulation(point, end, network, baselines, team)();
}

// What was seen grows by doubling: its new memory beside the old one, or the sorted times beside it.
double simulation_bytes(double own_events) {
  return own_events * (2 * sizeof(Seen) + sizeof(double));
}

}  // namespace thresher::hawkes_network
