#include "experiments/implicit_regularization/solvers/network_panel.hpp"

#include "experiments/implicit_regularization/solvers/activations.hpp"

#include <algorithm>

namespace thresher::implicit_regularization {

using linalg::ConstMatrixView;
using linalg::MatrixView;
using linalg::Transpose;

namespace {

std::span<double> entries(MatrixView m) {
  return {m.data, static_cast<std::size_t>(m.rows * m.columns)};
}
std::span<double const> entries(ConstMatrixView m) {
  return {m.data, static_cast<std::size_t>(m.rows * m.columns)};
}

/// out += sum of the columns.
void add_columns(ConstMatrixView m, std::span<double> out) {
  if (out.empty()) return;
  for (std::int64_t i = 0; i < m.columns; ++i) {
    auto const column = m.column(i);
    for (std::size_t k = 0; k < out.size(); ++k) out[k] += column[k];
  }
}

double sum_of(std::span<double const> values) {
  double sum = 0;
  for (double const value : values) sum += value;
  return sum;
}

/// out(k, i) = weight_k factor_i.
void outer(std::span<double const> weight, std::span<double const> factor, MatrixView out) {
  for (std::int64_t i = 0; i < out.columns; ++i) {
    auto const column = out.column(i);
    double const f = factor[static_cast<std::size_t>(i)];
    for (std::size_t k = 0; k < column.size(); ++k) column[k] = weight[k] * f;
  }
}

void multiply(ConstMatrixView a, ConstMatrixView b, MatrixView out) {
  auto const x = entries(a), y = entries(b);
  auto const z = entries(out);
  for (std::size_t k = 0; k < z.size(); ++k) z[k] = x[k] * y[k];
}

}  // namespace

MatrixView NetworkPanel::Buffer::shape(std::int64_t rows, std::int64_t columns) {
  auto const size = static_cast<std::size_t>(rows * columns);
  if (values_.size() < size) values_.resize(size);
  return view_ = MatrixView(values_.data(), rows, columns);
}

void NetworkPanel::activate(HiddenLayer& layer, MaskDraw const* masks, std::int64_t first_unit) {
  auto const h = entries(layer.h.get());
  auto const slope = entries(layer.slope.get());
  if (activation_ == Activation::relu)
    relu(h, slope);
  else
    hyperbolic_tangent(h, slope);
  if (masks == nullptr) return;
  auto const units = static_cast<std::size_t>(layer.h.get().rows);
  scratch_.resize(units);
  for (std::int64_t i = 0; i < rows_.count; ++i) {
    masks->draw(rows_.numbers[static_cast<std::size_t>(i)], first_unit, std::span(scratch_));
    auto const at = static_cast<std::size_t>(i) * units;
    for (std::size_t k = 0; k < units; ++k) {
      h[at + k] *= scratch_[k];
      slope[at + k] *= scratch_[k];
    }
  }
}

std::span<double const> NetworkPanel::forward(ConstLayers const& weights, Rows const& rows,
                                              MaskDraw const* masks,
                                              std::span<std::int64_t const> first_units) {
  weights_ = weights;
  rows_ = rows;
  auto const m = rows.count;
  hidden_.resize(weights.w.size() - 1);
  for (std::size_t l = 0; l < hidden_.size(); ++l) {
    auto const units = weights.w[l].columns;
    auto const z = hidden_[l].h.shape(units, m);
    hidden_[l].slope.shape(units, m);
    linalg::gemm(Transpose::yes, Transpose::no, 1, weights.w[l], below(l), 0, z);
    if (!weights.b[l].empty())
      for (std::int64_t i = 0; i < m; ++i) {
        auto const column = z.column(i);
        for (std::size_t k = 0; k < column.size(); ++k) column[k] += weights.b[l][k];
      }
    activate(hidden_[l], masks, first_units[l]);
  }
  f_.assign(static_cast<std::size_t>(m), weights.b.back().empty() ? 0.0 : weights.b.back()[0]);
  linalg::gemv(Transpose::yes, 1, below(hidden_.size()), weights.w.back().column(0), 1, f_);
  return f_;
}

void NetworkPanel::add_products(std::size_t l, ConstMatrixView delta, Layers const& out) const {
  linalg::gemm(Transpose::no, Transpose::yes, 1, below(l), delta, 1, out.w[l]);
  add_columns(delta, out.b[l]);
}

void NetworkPanel::backward(std::span<double const> top) {
  auto const m = rows_.count;
  for (auto l = hidden_.size(); l-- > 0;) {
    auto& layer = hidden_[l];
    auto const delta = layer.delta.shape(weights_.w[l].columns, m);
    if (l + 1 == hidden_.size())
      outer(weights_.w.back().column(0), top, delta);
    else
      linalg::gemm(Transpose::no, Transpose::no, 1, weights_.w[l + 1], hidden_[l + 1].delta.get(), 0, delta);
    multiply(delta, layer.slope.get(), delta);
  }
}

void NetworkPanel::gradient(std::span<double const> top, Layers const& out) {
  backward(top);
  linalg::gemv(Transpose::no, 1, below(hidden_.size()), top, 1, out.w.back().column(0));
  if (!out.b.back().empty()) out.b.back()[0] += sum_of(top);
  for (std::size_t l = 0; l < hidden_.size(); ++l) add_products(l, hidden_[l].delta.get(), out);
}

std::span<double const> NetworkPanel::tangent(ConstLayers const& v) {
  direction_ = v;
  auto const m = rows_.count;
  for (std::size_t l = 0; l < hidden_.size(); ++l) {
    auto& layer = hidden_[l];
    auto const rz = layer.rz.shape(v.w[l].columns, m);
    linalg::gemm(Transpose::yes, Transpose::no, 1, v.w[l], below(l), 0, rz);
    if (l > 0) linalg::gemm(Transpose::yes, Transpose::no, 1, weights_.w[l], hidden_[l - 1].rh.get(), 1, rz);
    if (!v.b[l].empty())
      for (std::int64_t i = 0; i < m; ++i) {
        auto const column = rz.column(i);
        for (std::size_t k = 0; k < column.size(); ++k) column[k] += v.b[l][k];
      }
    multiply(rz, layer.slope.get(), layer.rh.shape(rz.rows, m));
  }
  rf_.assign(static_cast<std::size_t>(m), v.b.back().empty() ? 0.0 : v.b.back()[0]);
  linalg::gemv(Transpose::yes, 1, below(hidden_.size()), v.w.back().column(0), 1, rf_);
  linalg::gemv(Transpose::yes, 1, hidden_.back().rh.get(), weights_.w.back().column(0), 1, rf_);
  return rf_;
}

void NetworkPanel::hessian_product(std::span<double const> top, std::span<double const> tangent_top,
                                   Layers const& out) {
  backward(top);
  auto const m = rows_.count;
  linalg::gemv(Transpose::no, 1, below(hidden_.size()), tangent_top, 1, out.w.back().column(0));
  linalg::gemv(Transpose::no, 1, hidden_.back().rh.get(), top, 1, out.w.back().column(0));
  if (!out.b.back().empty()) out.b.back()[0] += sum_of(tangent_top);
  // R delta of the layer above, and its buffer for this one.
  Buffer* above = &other_;
  Buffer* here = &panel_;
  for (auto l = hidden_.size(); l-- > 0;) {
    auto& layer = hidden_[l];
    auto const units = weights_.w[l].columns;
    auto const rdelta = here->shape(units, m);
    if (l + 1 == hidden_.size()) {
      outer(weights_.w.back().column(0), tangent_top, rdelta);
      auto const v = direction_.w.back().column(0);
      for (std::int64_t i = 0; i < m; ++i) {
        auto const column = rdelta.column(i);
        double const t = top[static_cast<std::size_t>(i)];
        for (std::size_t k = 0; k < column.size(); ++k) column[k] += v[k] * t;
      }
    } else {
      linalg::gemm(Transpose::no, Transpose::no, 1, weights_.w[l + 1], above->get(), 0, rdelta);
      linalg::gemm(Transpose::no, Transpose::no, 1, direction_.w[l + 1], hidden_[l + 1].delta.get(), 1,
                   rdelta);
    }
    auto const r = entries(rdelta);
    auto const slope = entries(layer.slope.get());
    if (activation_ == Activation::relu) {
      for (std::size_t k = 0; k < r.size(); ++k) r[k] *= slope[k];
    } else {
      auto const delta = entries(layer.delta.get()), h = entries(layer.h.get()), rz = entries(layer.rz.get());
      for (std::size_t k = 0; k < r.size(); ++k) r[k] = r[k] * slope[k] + delta[k] * bend(h[k]) * rz[k];
    }
    add_products(l, rdelta, out);
    if (l > 0)
      linalg::gemm(Transpose::no, Transpose::yes, 1, hidden_[l - 1].rh.get(), layer.delta.get(), 1, out.w[l]);
    std::swap(above, here);
  }
}

std::span<double const> NetworkPanel::dropout_squares() {
  auto const m = rows_.count;
  squares_.assign(static_cast<std::size_t>(m), 0.0);
  std::vector<double> const ones(static_cast<std::size_t>(m), 1.0);
  for (auto l = hidden_.size(); l-- > 0;) {
    auto& layer = hidden_[l];
    auto const jacobian = layer.jacobian.shape(weights_.w[l].columns, m);
    if (l + 1 == hidden_.size()) {
      outer(weights_.w.back().column(0), ones, jacobian);
    } else {
      auto const& above = hidden_[l + 1];
      multiply(above.jacobian.get(), above.slope.get(), panel_.shape(above.slope.get().rows, m));
      linalg::gemm(Transpose::no, Transpose::no, 1, weights_.w[l + 1], panel_.get(), 0, jacobian);
    }
    for (std::int64_t i = 0; i < m; ++i) {
      auto const h = layer.h.get().column(i), j = jacobian.column(i);
      double sum = 0;
      for (std::size_t k = 0; k < h.size(); ++k) sum += h[k] * j[k] * h[k] * j[k];
      squares_[static_cast<std::size_t>(i)] += sum;
    }
  }
  return squares_;
}

void NetworkPanel::dropout_gradient(std::span<double const> curvature, std::span<double const> third,
                                    Layers const& out) {
  auto const m = rows_.count;
  // Tangent with an injection of h^2 J at every hidden layer.
  for (std::size_t l = 0; l < hidden_.size(); ++l) {
    auto& layer = hidden_[l];
    auto const rh = layer.rh.shape(weights_.w[l].columns, m);
    auto const r = entries(rh);
    auto const h = entries(layer.h.get()), j = entries(layer.jacobian.get());
    if (l == 0) {
      for (std::size_t k = 0; k < r.size(); ++k) r[k] = h[k] * h[k] * j[k];
      continue;
    }
    auto const rz = layer.rz.shape(rh.rows, m);
    linalg::gemm(Transpose::yes, Transpose::no, 1, weights_.w[l], hidden_[l - 1].rh.get(), 0, rz);
    auto const slope = entries(layer.slope.get()), z = entries(rz);
    for (std::size_t k = 0; k < r.size(); ++k) r[k] = slope[k] * z[k] + h[k] * h[k] * j[k];
  }
  // Adjoint of both.
  linalg::gemv(Transpose::no, 1, below(hidden_.size()), third, 1, out.w.back().column(0));
  linalg::gemv(Transpose::no, 1, hidden_.back().rh.get(), curvature, 1, out.w.back().column(0));
  if (!out.b.back().empty()) out.b.back()[0] += sum_of(third);
  for (auto l = hidden_.size(); l-- > 0;) {
    auto& layer = hidden_[l];
    auto const units = weights_.w[l].columns;
    auto const back = layer.back.shape(units, m);    // hbar, then zbar
    auto const rback = layer.delta.shape(units, m);  // Rbar, then Rzbar
    if (l + 1 == hidden_.size()) {
      outer(weights_.w.back().column(0), third, back);
      outer(weights_.w.back().column(0), curvature, rback);
    } else {
      linalg::gemm(Transpose::no, Transpose::no, 1, weights_.w[l + 1], hidden_[l + 1].back.get(), 0, back);
      linalg::gemm(Transpose::no, Transpose::no, 1, weights_.w[l + 1], hidden_[l + 1].delta.get(), 0, rback);
    }
    bool const bends = activation_ == Activation::tanh && l > 0;  // Rz = 0 in the first layer
    for (std::int64_t i = 0; i < m; ++i) {
      auto const hbar = back.column(i), rbar = rback.column(i);
      auto const h = layer.h.get().column(i), slope = layer.slope.get().column(i),
                 j = layer.jacobian.get().column(i);
      double const c = curvature[static_cast<std::size_t>(i)];
      for (std::size_t k = 0; k < hbar.size(); ++k) {
        hbar[k] = (hbar[k] + c * h[k] * j[k] * j[k]) * slope[k];
        rbar[k] *= slope[k];
      }
      if (!bends) continue;
      auto const rz = layer.rz.get().column(i);
      for (std::size_t k = 0; k < hbar.size(); ++k) hbar[k] += rbar[k] * bend(h[k]) * rz[k];
    }
    add_products(l, back, out);
    if (l > 0) linalg::gemm(Transpose::no, Transpose::yes, 1, hidden_[l - 1].rh.get(), rback, 1, out.w[l]);
  }
}

void NetworkPanel::activation_squares(std::span<double const> curvature, std::span<double> sums) const {
  std::size_t first = 0;
  for (auto const& layer : hidden_) {
    auto const panel = layer.h.get();
    for (std::int64_t i = 0; i < panel.columns; ++i) {
      auto const h = panel.column(i);
      for (std::size_t k = 0; k < h.size(); ++k)
        sums[first + k] += curvature[static_cast<std::size_t>(i)] * h[k] * h[k];
    }
    first += static_cast<std::size_t>(panel.rows);
  }
}

}  // namespace thresher::implicit_regularization
