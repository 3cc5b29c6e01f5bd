#include "experiments/implicit_regularization/solvers/deep_network.hpp"

#include "experiments/implicit_regularization/model/loss.hpp"
#include "experiments/implicit_regularization/solvers/network_penalties.hpp"
#include "experiments/implicit_regularization/solvers/network_start.hpp"
#include "mpi/exchange.hpp"

#include <algorithm>
#include <cstddef>
#include <utility>

namespace thresher::implicit_regularization {

std::vector<std::int64_t> first_units(NetworkShape const& shape) {
  std::vector<std::int64_t> first;
  for (std::int64_t l = 0; l < shape.hidden_layers(); ++l) first.push_back(shape.units_before(l));
  return first;
}

std::vector<std::int64_t> layer_sizes(NetworkShape const& shape) {
  std::vector<std::int64_t> sizes;
  for (std::int64_t l = 0; l < shape.layers(); ++l) sizes.push_back(shape.layer_size(l));
  return sizes;
}

DeepNetwork::DeepNetwork(mpi::Communicator const& comm, NetworkShape shape, Loss loss)
    : ReplicatedVectors(comm, layer_sizes(shape)),
      comm_(comm),
      shape_(std::move(shape)),
      loss_(loss),
      sums_(comm),
      panel_(shape_.activation),
      first_units_(first_units(shape_)) {}

double DeepNetwork::add_up(Rows const& rows, std::span<double> out,
                           std::function<double(Rows const&, std::span<double>)> const& work) {
  sum_.resize(out.size() + 1);
  sums_.over(rows.count)(
      [&](mpi::Range block, std::span<double> partial) {
        partial[out.size()] += work(rows.part(block), partial.first(out.size()));
      },
      sum_);
  std::copy_n(sum_.begin(), out.size(), out.begin());
  return sum_.back();
}

std::vector<double> DeepNetwork::start(StartDraw const& draw) const {
  std::vector<double> theta(size());
  auto const layers = layers_of(shape_, std::span(theta));
  for (std::size_t l = 0; l < layers.w.size(); ++l)
    for (std::int64_t k = 0; k < layers.w[l].columns; ++k)
      draw_incoming(draw, shape_, static_cast<std::int64_t>(l), k, 0, layers.w[l].column(k));
  return theta;
}

double DeepNetwork::loss(std::span<double const> theta, Rows const& rows) {
  auto const n = static_cast<double>(rows.count);
  return add_up(rows, {}, [&](Rows const& part, std::span<double>) {
    auto const f = panel_.forward(layers_of(shape_, theta), part, nullptr, first_units_);
    double sum = 0;
    for (std::size_t i = 0; i < f.size(); ++i) sum += loss_terms(loss_, f[i], part.y[i]).value / n;
    return sum;
  });
}

double DeepNetwork::gradient(std::span<double const> theta, Rows const& rows, MaskDraw const* masks,
                             std::span<double> out) {
  auto const n = static_cast<double>(rows.count);
  return add_up(rows, out, [&](Rows const& part, std::span<double> partial) {
    auto const f = panel_.forward(layers_of(shape_, theta), part, masks, first_units_);
    top_.resize(f.size());
    double sum = 0;
    for (std::size_t i = 0; i < f.size(); ++i) {
      auto const terms = loss_terms(loss_, f[i], part.y[i]);
      top_[i] = terms.first / n;
      sum += terms.value / n;
    }
    panel_.gradient(top_, layers_of(shape_, partial));
    return sum;
  });
}

void DeepNetwork::hessian_product(std::span<double const> theta, Rows const& rows, std::span<double const> v,
                                  std::span<double> out) {
  auto const n = static_cast<double>(rows.count);
  add_up(rows, out, [&](Rows const& part, std::span<double> partial) {
    auto const f = panel_.forward(layers_of(shape_, theta), part, nullptr, first_units_);
    auto const rf = panel_.tangent(layers_of(shape_, v));
    top_.resize(f.size());
    tangent_top_.resize(f.size());
    for (std::size_t i = 0; i < f.size(); ++i) {
      auto const terms = loss_terms(loss_, f[i], part.y[i]);
      top_[i] = terms.first / n;
      tangent_top_[i] = terms.second * rf[i] / n;
    }
    panel_.hessian_product(top_, tangent_top_, layers_of(shape_, partial));
    return 0.0;
  });
}

double DeepNetwork::dropout_penalty(std::span<double const> theta, Rows const& rows, std::span<double> out) {
  auto const n = static_cast<double>(rows.count);
  return add_up(rows, out, [&](Rows const& part, std::span<double> partial) {
    auto const f = panel_.forward(layers_of(shape_, theta), part, nullptr, first_units_);
    auto const squares = panel_.dropout_squares();
    top_.resize(f.size());
    tangent_top_.resize(f.size());
    double penalty = 0;
    for (std::size_t i = 0; i < f.size(); ++i) {
      auto const terms = loss_terms(loss_, f[i], part.y[i]);
      top_[i] = terms.third * squares[i] / (2 * n);
      tangent_top_[i] = terms.second / n;
      penalty += terms.second * squares[i] / (2 * n);
    }
    panel_.dropout_gradient(tangent_top_, top_, layers_of(shape_, partial));
    return penalty;
  });
}

void DeepNetwork::activation_weighted_l2(std::span<double const> theta, Rows const& rows,
                                         std::span<double> out) {
  // Sums of ell'' h^2 of all hidden units, one after another.
  std::vector<double> sums(static_cast<std::size_t>(shape_.units_before(shape_.hidden_layers())));
  auto const n = static_cast<double>(rows.count);
  add_up(rows, sums, [&](Rows const& part, std::span<double> partial) {
    auto const f = panel_.forward(layers_of(shape_, theta), part, nullptr, first_units_);
    top_.resize(f.size());
    for (std::size_t i = 0; i < f.size(); ++i) top_[i] = loss_terms(loss_, f[i], part.y[i]).second / n;
    panel_.activation_squares(top_, partial);
    return 0.0;
  });
  std::ranges::fill(out, 0.0);
  auto const weights = layers_of(shape_, theta);
  auto const gradient = layers_of(shape_, out);
  for (std::size_t l = 1; l < weights.w.size(); ++l)
    for (std::int64_t k = 0; k < weights.w[l].columns; ++k)
      for (std::int64_t j = 0; j < weights.w[l].rows; ++j)
        gradient.w[l](j, k) = weights.w[l](j, k) * sums[static_cast<std::size_t>(first_units_[l - 1] + j)];
}

std::vector<double> DeepNetwork::outputs(std::span<double const> theta, Rows const& rows) {
  std::vector<double> mine;
  for (auto const& block : sums_.over(rows.count).owned_blocks()) {
    auto const f = panel_.forward(layers_of(shape_, theta), rows.part(block), nullptr, first_units_);
    mine.insert(mine.end(), f.begin(), f.end());
  }
  return mpi::gather_parts(comm_, mine).values;
}

double DeepNetwork::path_penalty(std::span<double const> theta, std::span<double> out) const {
  return path_gradient(shape_, theta, out);
}

double DeepNetwork::group_penalty(std::span<double const> theta, double smooth, std::span<double> out) const {
  return group_gradient(shape_, theta, smooth, out);
}

}  // namespace thresher::implicit_regularization
