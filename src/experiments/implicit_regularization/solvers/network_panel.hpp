#pragma once

#include "experiments/implicit_regularization/data/rows.hpp"
#include "experiments/implicit_regularization/model/network_shape.hpp"
#include "experiments/implicit_regularization/solvers/mask_draw.hpp"
#include "linalg/lapack.hpp"
#include "numerics/aligned_vector.hpp"

#include <cstdint>
#include <span>
#include <vector>

namespace thresher::implicit_regularization {

/// Layers of a network in somebody's vector: W_l as an inputs x outputs matrix (a unit per column), b_l empty
/// without biases. It may also be some hidden units of a network with one hidden layer, with their columns of
/// W_1 and their rows of W_2.
template <class T>
struct BasicLayers {
  std::vector<linalg::BasicMatrixView<T>> w;
  std::vector<std::span<T>> b;
};
using Layers = BasicLayers<double>;
using ConstLayers = BasicLayers<double const>;

/// All layers of a vector of shape.parameters() numbers.
template <class T>
BasicLayers<T> layers_of(NetworkShape const& shape, std::span<T> vector) {
  BasicLayers<T> layers;
  for (std::int64_t l = 0; l < shape.layers(); ++l) {
    layers.w.emplace_back(vector.data() + shape.weights_at(l), shape.inputs(l), shape.outputs(l));
    layers.b.push_back(vector.subspan(static_cast<std::size_t>(shape.biases_at(l)),
                                      static_cast<std::size_t>(shape.bias ? shape.outputs(l) : 0)));
  }
  return layers;
}
/// Hidden units of a network with one hidden layer; its output bias goes with none of them.
template <class T>
BasicLayers<T> units_of(BasicLayers<T> const& layers, mpi::Range units) {
  auto const bias = layers.b[0].empty() ? layers.b[0]
                                        : layers.b[0].subspan(static_cast<std::size_t>(units.begin),
                                                              static_cast<std::size_t>(units.size()));
  return {{layers.w[0].block(0, units.begin, layers.w[0].rows, units.size()),
           layers.w[1].block(units.begin, 0, units.size(), 1)},
          {bias, {}}};
}

/// The derivatives of a network by hand on some rows at once: samples are columns of its panels (units x
/// rows), so all work is products of matrices. One object is used again and again. Not collective.
///
/// `forward` comes first; each of the others refers to the rows and weights of the last call of it. What
/// they give is added to `out`. Factors 1/n are the caller's: in `top`, `curvature`, `third`.
class NetworkPanel {
 public:
  explicit NetworkPanel(Activation activation) : activation_(activation) {}

  /// Outputs f of the rows (without an output bias where the layers have none). `masks` (or null) act on
  /// every hidden activation; the first unit of hidden layer l has number first_units[l].
  std::span<double const> forward(ConstLayers const& weights, Rows const& rows, MaskDraw const* masks,
                                  std::span<std::int64_t const> first_units);

  /// Gradient of sum_i top_i f_i.
  void gradient(std::span<double const> top, Layers const& out);

  /// Pearlmutter's product (1994), first half: derivative of f in the direction `v`.
  std::span<double const> tangent(ConstLayers const& v);
  /// Second half: the derivative of `gradient(top)` in the direction `v` of the last `tangent`, where that of
  /// `top` is `tangent_top`.
  void hessian_product(std::span<double const> top, std::span<double const> tangent_top, Layers const& out);

  /// v_i = sum over hidden activations of (h df/dh)^2.
  std::span<double const> dropout_squares();
  /// Gradient of (1/2) sum_i curvature_i v_i, after `dropout_squares`, where curvature_i depends on f_i with
  /// derivative 2 third_i: third_i = ell''' v_i / (2 n).
  void dropout_gradient(std::span<double const> curvature, std::span<double const> third, Layers const& out);

  /// Adds sum_i curvature_i h_i^2 of every hidden unit, layer after layer.
  void activation_squares(std::span<double const> curvature, std::span<double> sums) const;

 private:
  /// A panel that keeps its memory.
  class Buffer {
   public:
    linalg::MatrixView shape(std::int64_t rows, std::int64_t columns);
    linalg::MatrixView get() const { return view_; }

   private:
    numerics::AlignedVector values_;
    linalg::MatrixView view_;
  };
  struct HiddenLayer {
    Buffer h;         ///< activations, masks applied
    Buffer slope;     ///< dh/dz, masks applied
    Buffer back;      ///< derivative of the sum with respect to h
    Buffer delta;     ///< with respect to z
    Buffer rz, rh;    ///< tangents
    Buffer jacobian;  ///< df/dh
  };

  void activate(HiddenLayer& layer, MaskDraw const* masks, std::int64_t first_unit);
  /// d^2h/dz^2 over dh/dz, without masks.
  double bend(double h) const { return activation_ == Activation::tanh ? -2 * h : 0; }
  linalg::ConstMatrixView below(std::size_t l) const { return l == 0 ? rows_.x : hidden_[l - 1].h.get(); }
  void backward(std::span<double const> top);
  /// out W_l += h_{l-1} delta^T, out b_l += row sums of delta.
  void add_products(std::size_t l, linalg::ConstMatrixView delta, Layers const& out) const;

  Activation activation_;
  ConstLayers weights_;
  ConstLayers direction_;
  Rows rows_;
  std::vector<HiddenLayer> hidden_;
  std::vector<double> f_, rf_, squares_;
  numerics::AlignedVector scratch_;
  Buffer panel_, other_;
};

}  // namespace thresher::implicit_regularization
