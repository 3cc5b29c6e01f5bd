#include "numerics/adam.hpp"

#include <cmath>

namespace thresher::numerics {

void Adam::step(std::span<double> parameters, std::span<double const> gradient, double learning_rate) {
  constexpr double kFirst = 0.9;
  constexpr double kSecond = 0.999;
  constexpr double kSmall = 1e-8;
  first_decay_ *= kFirst;
  second_decay_ *= kSecond;
  for (std::size_t k = 0; k < parameters.size(); ++k) {
    first_[k] = kFirst * first_[k] + (1 - kFirst) * gradient[k];
    second_[k] = kSecond * second_[k] + (1 - kSecond) * gradient[k] * gradient[k];
    double const mean = first_[k] / (1 - first_decay_);
    double const square = second_[k] / (1 - second_decay_);
    parameters[k] -= learning_rate * mean / (std::sqrt(square) + kSmall);
  }
}

}  // namespace thresher::numerics
