#include "experiments/hawkes_network/estimators/filter_sweep.hpp"

namespace thresher::hawkes_network {

void MarkedEvents::assign(std::span<std::span<double const> const> streams, double end, double decay) {
  merge_(streams, end, events_);
  scale_ = decay / kMarkDistance;
  ages_.resize(size());
  factors_.resize(size());
  double const* const times = events_.times.data();
  for (std::size_t k = 0; k < ages_.size(); ++k)
    ages_[k] = kMarkDistance * (times[k] * scale_ - std::floor(times[k] * scale_));
  decay_factors(ages_, factors_);
}

}  // namespace thresher::hawkes_network
