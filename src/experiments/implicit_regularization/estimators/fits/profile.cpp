#include "experiments/implicit_regularization/estimators/fits/profile.hpp"

#include "experiments/implicit_regularization/theory/diagonal_potential.hpp"
#include "numerics/minimum.hpp"

#include <algorithm>
#include <array>
#include <cassert>
#include <cmath>
#include <functional>

namespace thresher::implicit_regularization {

namespace {

using GridProducts = std::vector<ProfileProducts>;

/// Every rank's products, summed over the ranks. Collective.
void add_over_ranks(mpi::Communicator const& comm, GridProducts& products) {
  std::vector<double> numbers;
  for (auto const& each : products) numbers.insert(numbers.end(), {each.product, each.square});
  mpi::sum_in_place(comm, numbers);
  for (std::size_t k = 0; k < products.size(); ++k) products[k] = {numbers[2 * k], numbers[2 * k + 1]};
}

/// A profile on an even grid of x, given its products there; `at(x)` is collective, and called with the same
/// x on all ranks: it depends on sums that all received.
ProfileFit maximise(std::vector<double> const& x, GridProducts const& products, double target_square,
                    Sign sign, std::function<SingleFit(double)> const& at) {
  ProfileFit fit;
  fit.grid = x;
  for (auto const& each : products) fit.grid_r2.push_back(each.fit(target_square, sign).r2);
  auto const peak = static_cast<std::size_t>(std::ranges::max_element(fit.grid_r2) - fit.grid_r2.begin());
  fit.parameter = x[peak];
  fit.best = at(x[peak]);
  if (!(fit.best.r2 > 0)) return fit;
  double const left = x[peak == 0 ? 0 : peak - 1];
  double const right = x[std::min(peak + 1, x.size() - 1)];
  auto const refined = numerics::find_minimum([&](double each) { return -at(each).r2; }, left, right);
  auto const there = at(refined.at);
  if (there.r2 > fit.best.r2) {
    fit.parameter = refined.at;
    fit.best = there;
  }
  return fit;
}

std::vector<double> even_grid(double first, double last) {
  std::vector<double> grid;
  double const step = (last - first) / (kProfilePoints - 1);
  for (int k = 0; k < kProfilePoints; ++k) grid.push_back(first + step * k);
  grid.back() = last;
  return grid;
}

double sum_of_squares(std::span<double const> values) {
  double sum = 0;
  for (double const each : values) sum += each * each;
  return sum;
}

}  // namespace

SingleFit ProfileProducts::fit(double target_square, Sign sign) const {
  if (!(square > 0) || !(target_square > 0) || !std::isfinite(square) || !std::isfinite(product)) return {};
  if (sign == Sign::nonnegative && product <= 0) return {};
  double const share = product / square * (product / target_square);
  return {product / square, std::clamp(share, 0.0, 1.0)};
}

double PowerProfile::gradient(double theta, double eps, double exponent) {
  double const square = theta * theta + eps;
  return square > 0 ? theta * std::exp((exponent / 2 - 1) * std::log(square)) : 0;
}

void PowerProfile::add(std::span<double const> theta, std::span<double const> b) {
  assert(theta.size() == b.size());
  auto& block = blocks_.emplace_back(Block{theta, b, std::vector<double>(theta.size())});
  std::ranges::transform(theta, block.logarithms.begin(), [this](double each) {
    double const square = each * each + eps_;
    return square > 0 ? std::log(square) : 0.0;
  });
}

SingleFit PowerProfile::at(mpi::Communicator const& comm, double exponent, Sign sign) const {
  return products(comm, exponent).fit(target_square(comm), sign);
}

ProfileFit PowerProfile::fit(mpi::Communicator const& comm, double least, double most, Sign sign) const {
  double const target = target_square(comm);
  return maximise(even_grid(least, most), grid_products(comm, least, (most - least) / (kProfilePoints - 1)),
                  target, sign, [&](double exponent) { return products(comm, exponent).fit(target, sign); });
}

ProfileProducts PowerProfile::products(mpi::Communicator const& comm, double exponent) const {
  double const power = exponent / 2 - 1;
  GridProducts sum(1);
  for (auto const& block : blocks_)
    for (std::size_t i = 0; i < block.b.size(); ++i) {
      double const c = block.theta[i] * std::exp(power * block.logarithms[i]);
      sum[0].product += c * block.b[i];
      sum[0].square += c * c;
    }
  add_over_ranks(comm, sum);
  return sum[0];
}

std::vector<ProfileProducts> PowerProfile::grid_products(mpi::Communicator const& comm, double least,
                                                         double step) const {
  // From one exponent to the next every entry is multiplied by its own factor: two exponentials per entry
  // serve the whole grid. Lanes of entries, so that the loop over a lane is vector code.
  constexpr std::size_t kLanes = 8;
  std::array<std::array<double, kLanes>, kProfilePoints> along{}, square{};
  for (auto const& block : blocks_) {
    for (std::size_t begin = 0; begin < block.b.size(); begin += kLanes) {
      std::size_t const count = std::min(kLanes, block.b.size() - begin);
      std::array<double, kLanes> c{}, factor{}, b{};
      for (std::size_t lane = 0; lane < count; ++lane) {
        double const logarithm = block.logarithms[begin + lane];
        c[lane] = block.theta[begin + lane] * std::exp((least / 2 - 1) * logarithm);
        factor[lane] = std::exp(step / 2 * logarithm);
        b[lane] = block.b[begin + lane];
      }
      for (std::size_t k = 0; k < kProfilePoints; ++k)
        for (std::size_t lane = 0; lane < kLanes; ++lane) {
          along[k][lane] += c[lane] * b[lane];
          square[k][lane] += c[lane] * c[lane];
          c[lane] *= factor[lane];
        }
    }
  }
  GridProducts sum(kProfilePoints);
  for (std::size_t k = 0; k < kProfilePoints; ++k)
    for (std::size_t lane = 0; lane < kLanes; ++lane) {
      sum[k].product += along[k][lane];
      sum[k].square += square[k][lane];
    }
  add_over_ranks(comm, sum);
  return sum;
}

double PowerProfile::target_square(mpi::Communicator const& comm) const {
  double sum = 0;
  for (auto const& block : blocks_) sum += sum_of_squares(block.b);
  return mpi::sum(comm, sum);
}

void HypentropyProfile::add(std::span<double const> beta, std::span<double const> b) {
  assert(beta.size() == b.size());
  blocks_.push_back({beta, b});
}

SingleFit HypentropyProfile::at(mpi::Communicator const& comm, double scale, Sign sign) const {
  return products(comm, std::span(&scale, 1)).front().fit(target_square(comm), sign);
}

ProfileFit HypentropyProfile::fit(mpi::Communicator const& comm, double alpha, Sign sign) const {
  double const target = target_square(comm);
  auto const logarithms = even_grid(std::log(alpha / 100), std::log(100 * alpha));
  std::vector<double> scales;
  for (double const each : logarithms) scales.push_back(std::exp(each));
  auto fit = maximise(logarithms, products(comm, scales), target, sign, [&](double logarithm) {
    double const scale = std::exp(logarithm);
    return products(comm, std::span(&scale, 1)).front().fit(target, sign);
  });
  fit.parameter = std::exp(fit.parameter);
  fit.grid = scales;
  return fit;
}

std::vector<ProfileProducts> HypentropyProfile::products(mpi::Communicator const& comm,
                                                         std::span<double const> scales) const {
  GridProducts sum(scales.size());
  for (auto const& block : blocks_)
    for (std::size_t k = 0; k < scales.size(); ++k)
      for (std::size_t i = 0; i < block.b.size(); ++i) {
        double const c = hypentropy_gradient(block.beta[i], scales[k]);
        sum[k].product += c * block.b[i];
        sum[k].square += c * c;
      }
  add_over_ranks(comm, sum);
  return sum;
}

double HypentropyProfile::target_square(mpi::Communicator const& comm) const {
  double sum = 0;
  for (auto const& block : blocks_) sum += sum_of_squares(block.b);
  return mpi::sum(comm, sum);
}

}  // namespace thresher::implicit_regularization
