#pragma once

#include "linalg/batched_workspace.hpp"

#include <cmath>
#include <cstddef>
#include <cstdint>
#include <limits>

namespace thresher::linalg::batched {

/// Divides the matrix of every lane by the power of two next to its largest entry.
template <class Lanes>
[[gnu::always_inline]] inline void scale_down(std::int64_t n, Workspace const& space) {
  constexpr auto kLanes = static_cast<std::int64_t>(Lanes::kLanes);
  using Numbers = Reals<Lanes>;
  using Integers = typename Lanes::Integers;
  auto const for_each_entry = [&](auto const& work) {
    for (std::int64_t j = 0; j < n; ++j)
      for (std::int64_t i = j; i < n; ++i) {
        double* const at = space.matrices + (j * n + i) * kLanes;
        Numbers x;
        numerics::load<Lanes>(x, at);
        work(x, at);
      }
  };
  Numbers const zero = {};
  auto const sign = (Integers)(-zero);
  Numbers largest = zero;
  for_each_entry([&](Numbers const& x, double*) {
    auto const size = (Numbers)((Integers)x & ~sign);
    largest = largest < size ? size : largest;
  });
  alignas(numerics::kCacheLine) double factors[Lanes::kLanes];
  numerics::store<Lanes>(factors, largest);
  for (std::size_t lane = 0; lane < Lanes::kLanes; ++lane) {
    double const entry = std::max(factors[lane], std::numeric_limits<double>::min());
    space.scales[lane] = factors[lane] > 0 && std::isfinite(entry) ? std::ldexp(1.0, std::ilogb(entry)) : 1;
    factors[lane] = 1 / space.scales[lane];
  }
  Numbers factor;
  numerics::load<Lanes>(factor, factors);
  for_each_entry([&](Numbers const& x, double* at) { numerics::store<Lanes>(at, x * factor); });
}

/// Column k below its diagonal becomes the reflector I - tau v v^T, v = (1, ...), that leaves (beta, 0, ...)
/// of it.
template <class Lanes>
[[gnu::always_inline]] inline void make_reflector(std::int64_t n, std::int64_t k, double* column,
                                                  Workspace const& space) {
  constexpr auto kLanes = static_cast<std::int64_t>(Lanes::kLanes);
  using Numbers = Reals<Lanes>;
  Numbers square = {}, first;
  numerics::load<Lanes>(first, column + (k + 1) * kLanes);
  for (std::int64_t i = k + 2; i < n; ++i) {
    Numbers x;
    numerics::load<Lanes>(x, column + i * kLanes);
    square += x * x;
  }
  Numbers norm = first * first + square;
  take_root<Lanes>(norm);
  using Integers = typename Lanes::Integers;
  auto const turns = (Integers)(square > 0);  // else nothing is to be reflected
  auto const is_negative = (Integers)(first < 0);
  Numbers const zero = {}, one = zero + 1;
  Numbers beta = norm;
  replace_outside<Lanes>(is_negative, -norm, beta);
  replace_outside<Lanes>(turns, first, beta);
  Numbers divisor = beta, distance = first - beta;
  replace_outside<Lanes>(turns, one, divisor);
  replace_outside<Lanes>(turns, one, distance);
  Numbers factor = (beta - first) / divisor, scale = one / distance;
  replace_outside<Lanes>(turns, zero, factor);
  replace_outside<Lanes>(turns, zero, scale);
  numerics::store<Lanes>(space.beside + k * kLanes, beta);
  numerics::store<Lanes>(space.factors + k * kLanes, factor);
  numerics::store<Lanes>(column + (k + 1) * kLanes, one);
  for (std::int64_t i = k + 2; i < n; ++i) {
    Numbers x;
    numerics::load<Lanes>(x, column + i * kLanes);
    x *= scale;
    numerics::store<Lanes>(column + i * kLanes, x);
  }
}

/// Column j of A - v w^T - w v^T from the diagonal on.
template <class Lanes>
[[gnu::always_inline]] inline void update_column(std::int64_t n, std::int64_t j, double const* v,
                                                 double const* w, double* column) {
  constexpr auto kLanes = static_cast<std::int64_t>(Lanes::kLanes);
  Reals<Lanes> v_j, w_j;
  numerics::load<Lanes>(v_j, v + j * kLanes);
  numerics::load<Lanes>(w_j, w + j * kLanes);
  for (std::int64_t i = j; i < n; ++i) {
    Reals<Lanes> a, v_i, w_i;
    numerics::load<Lanes>(a, column + i * kLanes);
    numerics::load<Lanes>(v_i, v + i * kLanes);
    numerics::load<Lanes>(w_i, w + i * kLanes);
    a -= v_i * w_j + w_i * v_j;
    numerics::store<Lanes>(column + i * kLanes, a);
  }
}

/// The trailing matrix A from row `begin` on becomes A - v w^T - w v^T, and `image` A x, in one pass.
template <class Lanes>
[[gnu::always_inline]] inline void update_and_multiply(std::int64_t n, std::int64_t begin, double* matrices,
                                                       double const* v, double const* w, double const* x,
                                                       double* image) {
  constexpr auto kLanes = static_cast<std::int64_t>(Lanes::kLanes);
  using Numbers = Reals<Lanes>;
  for (std::int64_t i = begin; i < n; ++i) numerics::store<Lanes>(image + i * kLanes, Numbers{});
  std::int64_t j = begin;
  for (; j + 1 < n; j += 2) {
    double* const left = matrices + j * n * kLanes;
    double* const right = left + n * kLanes;
    update_column<Lanes>(j + 2, j, v, w, left);
    update_column<Lanes>(j + 2, j + 1, v, w, right);
    Numbers v_0, w_0, x_0, v_1, w_1, x_1, corner, below, other, sum_0, sum_1;
    numerics::load<Lanes>(v_0, v + j * kLanes);
    numerics::load<Lanes>(w_0, w + j * kLanes);
    numerics::load<Lanes>(x_0, x + j * kLanes);
    numerics::load<Lanes>(v_1, v + (j + 1) * kLanes);
    numerics::load<Lanes>(w_1, w + (j + 1) * kLanes);
    numerics::load<Lanes>(x_1, x + (j + 1) * kLanes);
    numerics::load<Lanes>(corner, left + j * kLanes);
    numerics::load<Lanes>(below, left + (j + 1) * kLanes);
    numerics::load<Lanes>(other, right + (j + 1) * kLanes);
    numerics::load<Lanes>(sum_0, image + j * kLanes);
    numerics::load<Lanes>(sum_1, image + (j + 1) * kLanes);
    sum_0 += corner * x_0 + below * x_1;
    sum_1 += below * x_0 + other * x_1;
    for (std::int64_t i = j + 2; i < n; ++i) {
      Numbers a_0, a_1, v_i, w_i, x_i, y_i;
      numerics::load<Lanes>(a_0, left + i * kLanes);
      numerics::load<Lanes>(a_1, right + i * kLanes);
      numerics::load<Lanes>(v_i, v + i * kLanes);
      numerics::load<Lanes>(w_i, w + i * kLanes);
      numerics::load<Lanes>(x_i, x + i * kLanes);
      numerics::load<Lanes>(y_i, image + i * kLanes);
      a_0 -= v_i * w_0;
      a_1 -= v_i * w_1;
      a_0 -= w_i * v_0;
      a_1 -= w_i * v_1;
      numerics::store<Lanes>(left + i * kLanes, a_0);
      numerics::store<Lanes>(right + i * kLanes, a_1);
      sum_0 += a_0 * x_i;
      sum_1 += a_1 * x_i;
      y_i += a_0 * x_0;
      y_i += a_1 * x_1;
      numerics::store<Lanes>(image + i * kLanes, y_i);
    }
    numerics::store<Lanes>(image + j * kLanes, sum_0);
    numerics::store<Lanes>(image + (j + 1) * kLanes, sum_1);
  }
  if (j < n) {
    double* const last = matrices + j * n * kLanes;
    update_column<Lanes>(n, j, v, w, last);
    Numbers corner, x_j, sum;
    numerics::load<Lanes>(corner, last + j * kLanes);
    numerics::load<Lanes>(x_j, x + j * kLanes);
    numerics::load<Lanes>(sum, image + j * kLanes);
    sum += corner * x_j;
    numerics::store<Lanes>(image + j * kLanes, sum);
  }
}

/// w = tau A v - tau/2 (v^T tau A v) v from A v, both from entry `begin` on.
template <class Lanes>
[[gnu::always_inline]] inline void complete_image(std::int64_t n, std::int64_t begin, double const* factor,
                                                  double const* v, double* image) {
  constexpr auto kLanes = static_cast<std::int64_t>(Lanes::kLanes);
  using Numbers = Reals<Lanes>;
  Numbers tau, overlap = {};
  numerics::load<Lanes>(tau, factor);
  for (std::int64_t i = begin; i < n; ++i) {
    Numbers v_i, y_i;
    numerics::load<Lanes>(v_i, v + i * kLanes);
    numerics::load<Lanes>(y_i, image + i * kLanes);
    overlap += v_i * y_i;
  }
  Numbers const part = overlap * tau * 0.5;
  for (std::int64_t i = begin; i < n; ++i) {
    Numbers v_i, y_i;
    numerics::load<Lanes>(v_i, v + i * kLanes);
    numerics::load<Lanes>(y_i, image + i * kLanes);
    y_i = tau * (y_i - part * v_i);
    numerics::store<Lanes>(image + i * kLanes, y_i);
  }
}

/// Tridiagonal form, LAPACK's unblocked way for lower triangles but that the update of a step is formed by
/// the next one, where it meets the product with the new reflector.
template <class Lanes>
[[gnu::always_inline]] inline void reduce(std::int64_t n, Workspace const& space) {
  constexpr auto kLanes = static_cast<std::int64_t>(Lanes::kLanes);
  double const* v = space.zeros;
  double const* w = space.zeros;
  for (std::int64_t k = 0; k < n; ++k) {
    double* const column = space.matrices + k * n * kLanes;
    update_column<Lanes>(n, k, v, w, column);
    Reals<Lanes> entry;
    numerics::load<Lanes>(entry, column + k * kLanes);
    numerics::store<Lanes>(space.diagonal + k * kLanes, entry);
    if (k + 2 < n) {
      make_reflector<Lanes>(n, k, column, space);
      double* const image = space.images[k % 2];
      update_and_multiply<Lanes>(n, k + 1, space.matrices, v, w, column, image);
      complete_image<Lanes>(n, k + 1, space.factors + k * kLanes, column, image);
      v = column;
      w = image;
    } else if (k + 1 < n) {
      numerics::load<Lanes>(entry, column + (k + 1) * kLanes);
      numerics::store<Lanes>(space.beside + k * kLanes, entry);
    }
  }
}

}  // namespace thresher::linalg::batched
