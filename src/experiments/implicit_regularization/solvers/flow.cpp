#include "experiments/implicit_regularization/solvers/flow.hpp"

#include <cmath>
#include <cstddef>

namespace thresher::implicit_regularization {

namespace {

std::vector<double> sum_of(std::span<double const> a, std::span<double const> b) {
  std::vector<double> sum(a.begin(), a.end());
  for (std::size_t j = 0; j < sum.size(); ++j) sum[j] += b[j];
  return sum;
}

double distance(LossModel const& model, std::span<double const> a, std::span<double const> b) {
  std::vector<double> difference(a.begin(), a.end());
  for (std::size_t j = 0; j < difference.size(); ++j) difference[j] -= b[j];
  return std::sqrt(model.inner(difference, difference));
}

}  // namespace

Velocity gradient_flow(LossModel& model, Rows const& rows) {
  return [&model, rows](std::span<double const> theta, std::span<double> out) {
    model.gradient(theta, rows, nullptr, out);
    for (double& entry : out) entry = -entry;
  };
}

Velocity modified_flow(LossModel& model, Rows const& rows, double eta) {
  return [&model, rows, eta](std::span<double const> theta, std::span<double> out) {
    std::vector<double> gradient(theta.size());
    model.gradient(theta, rows, nullptr, gradient);
    model.hessian_product(theta, rows, gradient, out);
    for (std::size_t j = 0; j < out.size(); ++j) out[j] = -gradient[j] - eta / 2 * out[j];
  };
}

std::vector<double> displacement(Velocity const& velocity, std::span<double const> theta, double time,
                                 std::int64_t substeps) {
  double const h = time / static_cast<double>(substeps);
  auto const size = theta.size();
  std::vector<double> moved(size), at(size), k(size), slope(size);
  for (std::int64_t step = 0; step < substeps; ++step) {
    // Stage s is taken at moved + reach k of the stage before and counts with its weight.
    constexpr double kReach[] = {0, 0.5, 0.5, 1}, kWeight[] = {1.0 / 6, 1.0 / 3, 1.0 / 3, 1.0 / 6};
    for (double& entry : slope) entry = 0;
    for (int stage = 0; stage < 4; ++stage) {
      for (std::size_t j = 0; j < size; ++j) at[j] = theta[j] + (moved[j] + kReach[stage] * h * k[j]);
      velocity(at, k);
      for (std::size_t j = 0; j < size; ++j) slope[j] += kWeight[stage] * k[j];
    }
    for (std::size_t j = 0; j < size; ++j) moved[j] += h * slope[j];
  }
  return moved;
}

Drift drift(LossModel& model, Rows const& rows, std::vector<double> theta, double eta, std::int64_t steps,
            std::int64_t substeps) {
  auto const size = theta.size();
  auto const plain = gradient_flow(model, rows), modified = modified_flow(model, rows, eta);
  std::vector<double> by_steps(size), by_flow(size), by_modified(size), gradient(size);
  Drift result;
  for (std::int64_t step = 0; step < steps; ++step) {
    model.gradient(sum_of(theta, by_steps), rows, nullptr, gradient);
    for (std::size_t j = 0; j < size; ++j) by_steps[j] -= eta * gradient[j];
    by_flow = sum_of(by_flow, displacement(plain, sum_of(theta, by_flow), eta, substeps));
    by_modified = sum_of(by_modified, displacement(modified, sum_of(theta, by_modified), eta, substeps));
    double const way = std::sqrt(model.inner(by_steps, by_steps));
    result.flow.push_back(distance(model, by_steps, by_flow) / way);
    result.modified.push_back(distance(model, by_steps, by_modified) / way);
  }
  return result;
}

}  // namespace thresher::implicit_regularization
