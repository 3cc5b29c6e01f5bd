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

/// Products of equally many members for every own piece, one piece after the other, summed over all pieces.
/// Collective.
GridProducts add_pieces(EntryOrder const& order, GridProducts const& of_pieces, std::size_t members) {
  std::vector<double> numbers;
  for (auto const& each : of_pieces) numbers.insert(numbers.end(), {each.product, each.square});
  auto const sums = order.sum(numbers, 2 * members);
  GridProducts products;
  for (std::size_t k = 0; k < members; ++k) products.push_back({sums[2 * k], sums[2 * k + 1]});
  return products;
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

/// |b|^2 over the blocks. Collective.
template <class Block>
double square_of_targets(EntryOrder const& order, std::vector<Block> const& blocks) {
  double sum = 0;
  for (auto const& block : blocks) sum += order.inner(block.b, block.b);
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

SingleFit PowerProfile::at(double exponent, Sign sign) const {
  return products(exponent).fit(target_square(), sign);
}

ProfileFit PowerProfile::fit(double least, double most, Sign sign) const {
  double const target = target_square();
  return maximise(even_grid(least, most), grid_products(least, (most - least) / (kProfilePoints - 1)), target,
                  sign, [&](double exponent) { return products(exponent).fit(target, sign); });
}

ProfileProducts PowerProfile::products(double exponent) const {
  double const power = exponent / 2 - 1;
  GridProducts sums(order_.own_pieces());
  for (auto const& block : blocks_)
    for (std::size_t piece = 0; piece < sums.size(); ++piece) {
      auto const theta = order_.part(block.theta, piece), b = order_.part(block.b, piece);
      auto const logarithms = order_.part(block.logarithms, piece);
      for (std::size_t i = 0; i < b.size(); ++i) {
        double const c = theta[i] * std::exp(power * logarithms[i]);
        sums[piece].product += c * b[i];
        sums[piece].square += c * c;
      }
    }
  return add_pieces(order_, sums, 1).front();
}

namespace {

/// Adds to the grid's products those of some entries. From one exponent to the next every entry is multiplied
/// by its own factor: two exponentials per entry serve the whole grid. Lanes of entries, so that the loop
/// over a lane is vector code.
void add_grid(std::span<double const> theta, std::span<double const> logarithms, std::span<double const> b,
              double least, double step, std::span<ProfileProducts> sums) {
  constexpr std::size_t kLanes = 8;
  std::array<std::array<double, kLanes>, kProfilePoints> along{}, square{};
  for (std::size_t begin = 0; begin < b.size(); begin += kLanes) {
    std::size_t const count = std::min(kLanes, b.size() - begin);
    std::array<double, kLanes> c{}, factor{}, deviation{};
    for (std::size_t lane = 0; lane < count; ++lane) {
      double const logarithm = logarithms[begin + lane];
      c[lane] = theta[begin + lane] * std::exp((least / 2 - 1) * logarithm);
      factor[lane] = std::exp(step / 2 * logarithm);
      deviation[lane] = b[begin + lane];
    }
    for (std::size_t k = 0; k < kProfilePoints; ++k)
      for (std::size_t lane = 0; lane < kLanes; ++lane) {
        along[k][lane] += c[lane] * deviation[lane];
        square[k][lane] += c[lane] * c[lane];
        c[lane] *= factor[lane];
      }
  }
  for (std::size_t k = 0; k < kProfilePoints; ++k)
    for (std::size_t lane = 0; lane < kLanes; ++lane) {
      sums[k].product += along[k][lane];
      sums[k].square += square[k][lane];
    }
}

}  // namespace

std::vector<ProfileProducts> PowerProfile::grid_products(double least, double step) const {
  GridProducts sums(kProfilePoints * order_.own_pieces());
  for (auto const& block : blocks_)
    for (std::size_t piece = 0; piece < order_.own_pieces(); ++piece)
      add_grid(order_.part(block.theta, piece), order_.part(block.logarithms, piece),
               order_.part(block.b, piece), least, step,
               std::span(sums).subspan(piece * kProfilePoints, kProfilePoints));
  return add_pieces(order_, sums, kProfilePoints);
}

double PowerProfile::target_square() const {
  return square_of_targets(order_, blocks_);
}

void HypentropyProfile::add(std::span<double const> beta, std::span<double const> b) {
  assert(beta.size() == b.size());
  blocks_.push_back({beta, b});
}

SingleFit HypentropyProfile::at(double scale, Sign sign) const {
  return products(std::span(&scale, 1)).front().fit(target_square(), sign);
}

ProfileFit HypentropyProfile::fit(double alpha, Sign sign) const {
  double const target = target_square();
  auto const logarithms = even_grid(std::log(alpha / 100), std::log(100 * alpha));
  std::vector<double> scales;
  for (double const each : logarithms) scales.push_back(std::exp(each));
  auto fit = maximise(logarithms, products(scales), target, sign, [&](double logarithm) {
    double const scale = std::exp(logarithm);
    return products(std::span(&scale, 1)).front().fit(target, sign);
  });
  fit.parameter = std::exp(fit.parameter);
  fit.grid = scales;
  return fit;
}

std::vector<ProfileProducts> HypentropyProfile::products(std::span<double const> scales) const {
  GridProducts sums(scales.size() * order_.own_pieces());
  for (auto const& block : blocks_)
    for (std::size_t piece = 0; piece < order_.own_pieces(); ++piece) {
      auto const beta = order_.part(block.beta, piece), b = order_.part(block.b, piece);
      for (std::size_t k = 0; k < scales.size(); ++k) {
        auto& sum = sums[piece * scales.size() + k];
        for (std::size_t i = 0; i < b.size(); ++i) {
          double const c = hypentropy_gradient(beta[i], scales[k]);
          sum.product += c * b[i];
          sum.square += c * c;
        }
      }
    }
  return add_pieces(order_, sums, scales.size());
}

double HypentropyProfile::target_square() const {
  return square_of_targets(order_, blocks_);
}

}  // namespace thresher::implicit_regularization
