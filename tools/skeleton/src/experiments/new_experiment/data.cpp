#include "experiments/new_experiment/data.hpp"

namespace thresher::new_experiment {

Observations::Observations(Parameters const& point, study::Team& team)
    : sum_(team.communicator(), point.n),
      count_(static_cast<double>(point.n)),
      own_(static_cast<std::size_t>(sum_.owned().size())) {
  // A number belongs to its address: every rank draws its own observations.
  team.stream("noise").normals({}, static_cast<std::uint64_t>(sum_.owned().begin), own_);
  for (double& value : own_) value += point.signal;
}

double Observations::mean() const {
  double total = 0;
  sum_(
      [&](mpi::Range block, std::span<double> part) {
        auto const first = block.begin - sum_.owned().begin;
        for (std::int64_t i = 0; i < block.size(); ++i) part[0] += own_[static_cast<std::size_t>(first + i)];
      },
      {&total, 1});
  return total / count_;
}

}  // namespace thresher::new_experiment
