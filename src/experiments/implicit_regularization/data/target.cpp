#include "experiments/implicit_regularization/data/target.hpp"

#include "experiments/implicit_regularization/model/inner_product.hpp"

#include <algorithm>
#include <cmath>
#include <numeric>

namespace thresher::implicit_regularization {

namespace {

std::vector<double> draw_beta(Parameters const& point, study::Team const& team, std::int64_t replicate) {
  auto const d = static_cast<std::size_t>(point.d);
  random::Row const row{static_cast<std::uint64_t>(replicate)};
  std::vector<double> beta(d);
  if (point.sparsity == 0) {
    team.stream("beta").normals(row, 0, beta);
    for (double& entry : beta) entry *= point.beta_scale;
    return beta;
  }
  // Uniform support: where the smallest of d keys are.
  std::vector<double> keys(d), signs(d);
  team.stream("beta_key").uniforms(row, 0, keys);
  team.stream("beta_sign").signs(row, 0, signs);
  std::vector<std::size_t> order(d);
  std::iota(order.begin(), order.end(), std::size_t{0});
  auto const active = static_cast<std::size_t>(point.sparsity);
  std::nth_element(order.begin(), order.begin() + static_cast<std::ptrdiff_t>(active - 1), order.end(),
                   [&](std::size_t a, std::size_t b) { return keys[a] < keys[b]; });
  for (std::size_t k = 0; k < active; ++k) beta[order[k]] = signs[order[k]] * point.beta_scale;
  return beta;
}

std::vector<double> draw_directions(Parameters const& point, study::Team const& team,
                                    std::int64_t replicate) {
  auto const d = static_cast<std::size_t>(point.d);
  std::vector<double> directions(static_cast<std::size_t>(point.teacher_units) * d);
  auto const stream = team.stream("teacher");
  for (std::int64_t j = 0; j < point.teacher_units; ++j) {
    auto const w = std::span(directions).subspan(static_cast<std::size_t>(j) * d, d);
    stream.normals({static_cast<std::uint64_t>(replicate), static_cast<std::uint64_t>(j)}, 0, w);
    double const norm = std::sqrt(inner_product(w, w));
    for (double& entry : w) entry /= norm;
  }
  return directions;
}

}  // namespace

Target::Target(Parameters const& point, study::Team const& team, std::int64_t replicate)
    : units_(point.teacher_units),
      scale_(units_ > 0 ? point.beta_scale * std::sqrt(2 / static_cast<double>(units_)) : 1) {
  if (units_ == 0)
    beta_ = draw_beta(point, team, replicate);
  else
    directions_ = draw_directions(point, team, replicate);
}

double Target::at(std::span<double const> x) const {
  if (units_ == 0) return inner_product(x, beta_);
  double sum = 0;
  for (std::int64_t j = 0; j < units_; ++j) {
    auto const w = std::span(directions_).subspan(static_cast<std::size_t>(j) * x.size(), x.size());
    double const out = std::max(inner_product(w, x), 0.0);
    sum += j % 2 == 0 ? out : -out;
  }
  return scale_ * sum;
}

}  // namespace thresher::implicit_regularization
