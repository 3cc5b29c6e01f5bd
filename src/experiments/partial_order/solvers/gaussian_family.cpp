#include "experiments/partial_order/solvers/gaussian_family.hpp"

#include "mpi/exchange.hpp"

#include <algorithm>
#include <cmath>

namespace thresher::partial_order {

namespace {

constexpr double kStartScale = 0.1;
constexpr double kLowestLogScale = -10;
constexpr double kHighestLogScale = 3;

/// Rows with about the same number of entries for every rank: rows of a triangle grow.
mpi::Range own_rows(mpi::Communicator const& comm, std::size_t dimension, Covariance covariance) {
  if (covariance == Covariance::diagonal)
    return mpi::share(static_cast<std::int64_t>(dimension), comm.rank(), comm.size());
  auto const border = [&](int part) {
    return static_cast<std::int64_t>(
        std::floor(static_cast<double>(dimension) * std::sqrt(static_cast<double>(part) / comm.size())));
  };
  return {border(comm.rank()),
          comm.rank() + 1 == comm.size() ? static_cast<std::int64_t>(dimension) : border(comm.rank() + 1)};
}

std::size_t entries(mpi::Range rows, Covariance covariance) {
  auto const count = static_cast<std::size_t>(rows.size());
  if (covariance == Covariance::diagonal) return 2 * count;
  return 2 * count + static_cast<std::size_t>((rows.begin + rows.end - 1) * rows.size() / 2);
}

}  // namespace

GaussianFamily::GaussianFamily(mpi::Communicator const& comm, std::size_t dimension, Covariance covariance)
    : comm_(&comm),
      dimension_(dimension),
      covariance_(covariance),
      rows_(own_rows(comm, dimension, covariance)),
      parameters_(entries(rows_, covariance)),
      gradient_(parameters_.size()),
      adam_(parameters_.size()) {}

void GaussianFamily::start(std::span<double const> mean) {
  std::ranges::fill(parameters_, 0.0);
  std::ranges::fill(gradient_, 0.0);
  adam_ = numerics::Adam(parameters_.size());
  std::size_t at = 0;
  for (auto i = static_cast<std::size_t>(rows_.begin); i < static_cast<std::size_t>(rows_.end); ++i) {
    parameters_[at] = mean[i];
    parameters_[at + 1] = std::log(kStartScale);
    at += row_size(i);
  }
}

void GaussianFamily::draw(std::span<double const> noise, double sign, std::span<double> position) const {
  std::vector<double> own;
  own.reserve(static_cast<std::size_t>(rows_.size()));
  std::size_t at = 0;
  for (auto i = static_cast<std::size_t>(rows_.begin); i < static_cast<std::size_t>(rows_.end); ++i) {
    double moved = std::exp(parameters_[at + 1]) * noise[i];
    for (std::size_t j = 0; j + 2 < row_size(i); ++j) moved += parameters_[at + 2 + j] * noise[j];
    own.push_back(parameters_[at] + sign * moved);
    at += row_size(i);
  }
  if (comm_->size() == 1) {
    std::ranges::copy(own, position.begin());
  } else {
    std::ranges::copy(mpi::gather_parts(*comm_, own).values, position.begin());
  }
}

void GaussianFamily::add(std::span<double const> noise, double sign, std::span<double const> gradient) {
  std::size_t at = 0;
  for (auto i = static_cast<std::size_t>(rows_.begin); i < static_cast<std::size_t>(rows_.end); ++i) {
    double const along = sign * gradient[i];
    gradient_[at] += gradient[i];
    gradient_[at + 1] += along * noise[i] * std::exp(parameters_[at + 1]);
    for (std::size_t j = 0; j + 2 < row_size(i); ++j) gradient_[at + 2 + j] += along * noise[j];
    at += row_size(i);
  }
}

void GaussianFamily::ascend(std::int64_t draws, double rate) {
  // Adam goes down.
  for (double& entry : gradient_) entry /= -static_cast<double>(draws);
  std::size_t at = 0;
  for (auto i = static_cast<std::size_t>(rows_.begin); i < static_cast<std::size_t>(rows_.end); ++i) {
    gradient_[at + 1] -= 1;
    at += row_size(i);
  }
  adam_.step(parameters_, gradient_, rate);
  at = 0;
  for (auto i = static_cast<std::size_t>(rows_.begin); i < static_cast<std::size_t>(rows_.end); ++i) {
    parameters_[at + 1] = std::clamp(parameters_[at + 1], kLowestLogScale, kHighestLogScale);
    at += row_size(i);
  }
  std::ranges::fill(gradient_, 0.0);
}

double GaussianFamily::log_scale() const {
  std::vector<double> own;
  std::size_t at = 0;
  for (auto i = static_cast<std::size_t>(rows_.begin); i < static_cast<std::size_t>(rows_.end); ++i) {
    own.push_back(parameters_[at + 1]);
    at += row_size(i);
  }
  double sum = 0;
  for (double const entry : comm_->size() == 1 ? own : mpi::gather_parts(*comm_, own).values) sum += entry;
  return sum;
}

double GaussianFamily::bytes(double dimension, Covariance covariance, int ranks) {
  double const numbers = covariance == Covariance::full ? dimension * (dimension + 3) / 2 : 2 * dimension;
  return 8 * (5 * numbers / ranks + 6 * dimension);
}

}  // namespace thresher::partial_order
