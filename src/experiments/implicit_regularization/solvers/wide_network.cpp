#include "experiments/implicit_regularization/solvers/wide_network.hpp"

#include "experiments/implicit_regularization/model/inner_product.hpp"
#include "experiments/implicit_regularization/model/loss.hpp"
#include "experiments/implicit_regularization/model/setting.hpp"
#include "experiments/implicit_regularization/solvers/network_penalties.hpp"
#include "experiments/implicit_regularization/solvers/network_start.hpp"
#include "mpi/exchange.hpp"

#include <algorithm>
#include <cmath>
#include <cstddef>

namespace thresher::implicit_regularization {

namespace {

/// Rows whose panels are held at once.
constexpr std::int64_t kRowsAtOnce = 1024;

}  // namespace

WideNetwork::WideNetwork(mpi::Communicator const& comm, NetworkShape const& shape, Loss loss)
    : comm_(comm),
      width_(shape.outputs(0)),
      loss_(loss),
      sum_(comm, width_, unit_blocks(width_)),
      units_(sum_.owned()),
      local_{{shape.inputs(0), units_.size(), 1}, shape.activation, shape.bias},
      panels_(sum_.owned_blocks().size(), NetworkPanel(shape.activation)) {
  own_.total = shape.parameters();
  if (units_.size() == 0 && comm.rank() > 0) return;
  auto const& blocks = sum_.owned_blocks();
  for (auto const& block : blocks)
    own_.pieces.push_back({block.begin * shape.inputs(0), block.size() * shape.inputs(0), 0});
  if (shape.bias)
    for (auto const& block : blocks)
      own_.pieces.push_back({shape.biases_at(0) + block.begin, block.size(), 0});
  for (auto const& block : blocks)
    own_.pieces.push_back({shape.weights_at(1) + block.begin, block.size(), 1});
  if (shape.bias && comm.rank() == 0) own_.pieces.push_back({shape.biases_at(1), 1, 1});
}

std::vector<mpi::Range> WideNetwork::own_blocks() const {
  auto blocks = sum_.owned_blocks();
  for (auto& block : blocks) block = {block.begin - units_.begin, block.end - units_.begin};
  return blocks;
}

std::vector<double> WideNetwork::own_part(std::span<double const> vector) const {
  auto const mine = vector.first(static_cast<std::size_t>(own_.count()));  // the output bias comes last
  return {mine.begin(), mine.end()};
}

std::vector<double> WideNetwork::from_own(std::span<double const> entries) const {
  std::vector<double> vector(entries.begin(), entries.end());
  if (!local_.bias) return vector;
  vector.resize(size());
  vector.back() = mpi::broadcast_value(comm_, vector.back());
  return vector;
}

double WideNetwork::inner(std::span<double const> a, std::span<double const> b) const {
  double sum = 0;
  auto const x = layers_of(local_, a), y = layers_of(local_, b);
  sum_(
      [&](mpi::Range block, std::span<double> partial) {
        for (auto k = block.begin - units_.begin; k < block.end - units_.begin; ++k) {
          auto const unit = static_cast<std::size_t>(k);
          partial[0] += inner_product(x.w[0].column(k), y.w[0].column(k)) + x.w[1](k, 0) * y.w[1](k, 0);
          if (local_.bias) partial[0] += x.b[0][unit] * y.b[0][unit];
        }
      },
      std::span(&sum, 1));
  return sum + output_bias(a) * output_bias(b);
}

std::vector<double> WideNetwork::whole(std::span<double const> vector) const {
  std::vector<double> all(static_cast<std::size_t>(own_.total));
  std::vector<std::int64_t> places;
  for (auto const& piece : own_.pieces) {
    places.push_back(piece.first);
    places.push_back(piece.count);
  }
  auto const pieces = mpi::gather_parts(comm_, places);
  auto const values = mpi::gather_parts(comm_, own_part(vector));
  auto from = values.values.begin();
  for (std::size_t k = 0; k < pieces.values.size(); k += 2) {
    std::copy_n(from, pieces.values[k + 1], all.begin() + pieces.values[k]);
    from += pieces.values[k + 1];
  }
  return all;
}

std::vector<double> WideNetwork::part(std::span<double const> whole) const {
  NetworkShape const shape{{local_.inputs(0), width_, 1}, local_.activation, local_.bias};
  std::vector<double> vector(size());
  auto const all = layers_of(shape, whole);
  auto const mine = layers_of(local_, std::span(vector));
  for (std::int64_t k = 0; k < units_.size(); ++k) {
    std::ranges::copy(all.w[0].column(units_.begin + k), mine.w[0].column(k).begin());
    mine.w[1](k, 0) = all.w[1](units_.begin + k, 0);
    if (local_.bias)
      mine.b[0][static_cast<std::size_t>(k)] = all.b[0][static_cast<std::size_t>(units_.begin + k)];
  }
  if (local_.bias) mine.b[1][0] = all.b[1][0];
  return vector;
}

void WideNetwork::by_pieces(Rows const& rows, std::function<void(Rows const&)> const& work) const {
  for (std::int64_t begin = 0; begin < rows.count; begin += kRowsAtOnce)
    work(rows.part({begin, std::min(begin + kRowsAtOnce, rows.count)}));
}

void WideNetwork::sum_over_units(
    std::span<double> sums, std::function<void(mpi::Range, NetworkPanel&, std::span<double>)> const& add) {
  std::size_t next = 0;
  sum_(
      [&](mpi::Range block, std::span<double> partial) {
        add({block.begin - units_.begin, block.end - units_.begin}, panels_[next++], partial);
      },
      sums);
}

void WideNetwork::forward(std::span<double const> theta, Rows const& rows, MaskDraw const* masks,
                          std::vector<double>* squares) {
  auto const m = static_cast<std::size_t>(rows.count);
  auto const weights = layers_of(local_, theta);
  f_.resize(squares != nullptr ? 2 * m : m);
  sum_over_units(f_, [&](mpi::Range block, NetworkPanel& panel, std::span<double> partial) {
    std::int64_t const first[] = {units_.begin + block.begin};
    std::ranges::copy(panel.forward(units_of(weights, block), rows, masks, first), partial.begin());
    if (squares != nullptr)
      std::ranges::copy(panel.dropout_squares(), partial.begin() + static_cast<std::ptrdiff_t>(m));
  });
  if (squares != nullptr) squares->assign(f_.begin() + static_cast<std::ptrdiff_t>(m), f_.end());
  f_.resize(m);
  double const bias = output_bias(theta);
  for (double& f : f_) f += bias;
}

std::vector<double> WideNetwork::start(StartDraw const& draw) const {
  std::vector<double> theta(size());
  NetworkShape const shape{{local_.inputs(0), width_, 1}, local_.activation, local_.bias};
  auto const layers = layers_of(local_, std::span(theta));
  for (std::int64_t k = 0; k < units_.size(); ++k)
    draw_incoming(draw, shape, 0, units_.begin + k, 0, layers.w[0].column(k));
  draw_incoming(draw, shape, 1, 0, units_.begin, layers.w[1].column(0));
  return theta;
}

double WideNetwork::loss(std::span<double const> theta, Rows const& rows) {
  double sum = 0;
  by_pieces(rows, [&](Rows const& part) {
    forward(theta, part, nullptr, nullptr);
    for (std::size_t i = 0; i < f_.size(); ++i) sum += loss_terms(loss_, f_[i], part.y[i]).value;
  });
  return sum / static_cast<double>(rows.count);
}

double WideNetwork::gradient(std::span<double const> theta, Rows const& rows, MaskDraw const* masks,
                             std::span<double> out) {
  auto const n = static_cast<double>(rows.count);
  auto const gradient = layers_of(local_, out);
  std::ranges::fill(out, 0.0);
  double sum = 0;
  by_pieces(rows, [&](Rows const& part) {
    forward(theta, part, masks, nullptr);
    top_.resize(f_.size());
    double slope = 0;
    for (std::size_t i = 0; i < f_.size(); ++i) {
      auto const terms = loss_terms(loss_, f_[i], part.y[i]);
      top_[i] = terms.first / n;
      slope += top_[i];
      sum += terms.value;
    }
    if (local_.bias) gradient.b[1][0] += slope;
    auto const blocks = own_blocks();
    for (std::size_t k = 0; k < blocks.size(); ++k) panels_[k].gradient(top_, units_of(gradient, blocks[k]));
  });
  return sum / n;
}

void WideNetwork::hessian_product(std::span<double const> theta, Rows const& rows, std::span<double const> v,
                                  std::span<double> out) {
  auto const n = static_cast<double>(rows.count);
  auto const direction = layers_of(local_, v);
  auto const product = layers_of(local_, out);
  std::ranges::fill(out, 0.0);
  by_pieces(rows, [&](Rows const& part) {
    forward(theta, part, nullptr, nullptr);
    std::vector<double> rf(f_.size());
    sum_over_units(rf, [&](mpi::Range block, NetworkPanel& panel, std::span<double> partial) {
      std::ranges::copy(panel.tangent(units_of(direction, block)), partial.begin());
    });
    top_.resize(f_.size());
    tangent_top_.resize(f_.size());
    double slope = 0;
    for (std::size_t i = 0; i < f_.size(); ++i) {
      auto const terms = loss_terms(loss_, f_[i], part.y[i]);
      top_[i] = terms.first / n;
      tangent_top_[i] = terms.second * (rf[i] + output_bias(v)) / n;
      slope += tangent_top_[i];
    }
    if (local_.bias) product.b[1][0] += slope;
    auto const blocks = own_blocks();
    for (std::size_t k = 0; k < blocks.size(); ++k)
      panels_[k].hessian_product(top_, tangent_top_, units_of(product, blocks[k]));
  });
}

double WideNetwork::dropout_penalty(std::span<double const> theta, Rows const& rows, std::span<double> out) {
  auto const n = static_cast<double>(rows.count);
  auto const gradient = layers_of(local_, out);
  std::ranges::fill(out, 0.0);
  double penalty = 0;
  std::vector<double> squares;
  by_pieces(rows, [&](Rows const& part) {
    forward(theta, part, nullptr, &squares);
    top_.resize(f_.size());
    tangent_top_.resize(f_.size());
    double slope = 0;
    for (std::size_t i = 0; i < f_.size(); ++i) {
      auto const terms = loss_terms(loss_, f_[i], part.y[i]);
      top_[i] = terms.third * squares[i] / (2 * n);
      tangent_top_[i] = terms.second / n;
      slope += top_[i];
      penalty += terms.second * squares[i] / (2 * n);
    }
    if (local_.bias) gradient.b[1][0] += slope;
    auto const blocks = own_blocks();
    for (std::size_t k = 0; k < blocks.size(); ++k)
      panels_[k].dropout_gradient(tangent_top_, top_, units_of(gradient, blocks[k]));
  });
  return penalty;
}

void WideNetwork::activation_weighted_l2(std::span<double const> theta, Rows const& rows,
                                         std::span<double> out) {
  auto const n = static_cast<double>(rows.count);
  std::vector<double> sums(static_cast<std::size_t>(units_.size()));
  by_pieces(rows, [&](Rows const& part) {
    forward(theta, part, nullptr, nullptr);
    top_.resize(f_.size());
    for (std::size_t i = 0; i < f_.size(); ++i) top_[i] = loss_terms(loss_, f_[i], part.y[i]).second / n;
    auto const blocks = own_blocks();
    for (std::size_t k = 0; k < blocks.size(); ++k)
      panels_[k].activation_squares(top_,
                                    std::span(sums).subspan(static_cast<std::size_t>(blocks[k].begin),
                                                            static_cast<std::size_t>(blocks[k].size())));
  });
  std::ranges::fill(out, 0.0);
  auto const weights = layers_of(local_, theta);
  auto const gradient = layers_of(local_, out);
  for (std::int64_t k = 0; k < units_.size(); ++k)
    gradient.w[1](k, 0) = weights.w[1](k, 0) * sums[static_cast<std::size_t>(k)];
}

std::vector<double> WideNetwork::outputs(std::span<double const> theta, Rows const& rows) {
  std::vector<double> all;
  by_pieces(rows, [&](Rows const& part) {
    forward(theta, part, nullptr, nullptr);
    all.insert(all.end(), f_.begin(), f_.end());
  });
  return all;
}

double WideNetwork::path_penalty(std::span<double const> theta, std::span<double> out) const {
  path_gradient(local_, theta, out);
  double sum = 0;
  auto const weights = layers_of(local_, theta);
  sum_(
      [&](mpi::Range block, std::span<double> partial) {
        for (auto k = block.begin - units_.begin; k < block.end - units_.begin; ++k)
          partial[0] += inner_product(weights.w[0].column(k), weights.w[0].column(k)) * weights.w[1](k, 0) *
                        weights.w[1](k, 0) / 2;
      },
      std::span(&sum, 1));
  return sum;
}

double WideNetwork::group_penalty(std::span<double const> theta, double smooth, std::span<double> out) const {
  group_gradient(local_, theta, smooth, out);
  double sum = 0;
  auto const weights = layers_of(local_, theta);
  sum_(
      [&](mpi::Range block, std::span<double> partial) {
        for (auto k = block.begin - units_.begin; k < block.end - units_.begin; ++k) {
          auto const w = weights.w[0].column(k);
          double const b = local_.bias ? weights.b[0][static_cast<std::size_t>(k)] : 0;
          partial[0] += std::sqrt(inner_product(w, w) + b * b + smooth * smooth) - smooth;
        }
      },
      std::span(&sum, 1));
  return sum;
}

}  // namespace thresher::implicit_regularization
