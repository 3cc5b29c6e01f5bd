#include "experiments/hawkes_network/model/delay.hpp"

#include <cmath>
#include <limits>

namespace thresher::hawkes_network {

double draw_delay(Kernel kernel, random::Sequence& draws) {
  switch (kernel) {
    case Kernel::uniform:
      return 2 * draws.uniform();
    case Kernel::erlang: {
      double const first = draws.exponential();
      return 0.5 * (first + draws.exponential());
    }
    case Kernel::exponential:
      break;
  }
  return draws.exponential();
}

double log_delay_transform(Kernel kernel, double theta) {
  double const infinity = std::numeric_limits<double>::infinity();
  switch (kernel) {
    case Kernel::uniform:  // (e^x - 1)/x with x = 2 theta
      return 2 * theta + std::log(-std::expm1(-2 * theta) / (2 * theta));
    case Kernel::erlang:
      return theta < 2 ? -2 * std::log1p(-theta / 2) : infinity;
    case Kernel::exponential:
      break;
  }
  return theta < 1 ? -std::log1p(-theta) : infinity;
}

}  // namespace thresher::hawkes_network
