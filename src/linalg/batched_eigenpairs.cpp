#include "linalg/batched_eigenpairs.hpp"

#include "numerics/aligned_vector.hpp"
#include "numerics/vector_math.hpp"
#include "random/stream.hpp"

#include <algorithm>
#include <array>
#include <cassert>
#include <cmath>
#include <cstddef>
#include <limits>
#include <numeric>
#include <stdexcept>

namespace thresher::linalg {

namespace {

/// Vectors that take a rotation or reflection together: they stay in the first cache.
constexpr std::int64_t kVectorsTogether = 4;
/// QL sweeps per eigenvalue before the iteration has failed (LAPACK's number).
constexpr std::int64_t kSweepsPerValue = 30;

constexpr std::int64_t rounded_up(std::int64_t count, std::int64_t step) {
  return (count + step - 1) / step * step;
}

/// Numbers of all lanes: entry i of a vector is kLanes numbers, entry (i, j) of a matrix is entry i + j n.
struct Workspace {
  double* matrices = nullptr;    ///< n x n, lower triangles; afterwards reflectors
  double* diagonal = nullptr;    ///< n; afterwards the eigenvalues
  double* beside = nullptr;      ///< n, the last one unused
  double* factors = nullptr;     ///< n, of the reflectors
  double* images[2] = {};        ///< n each
  double* zeros = nullptr;       ///< n
  double* tolerances = nullptr;  ///< 1
  double* vectors = nullptr;     ///< n x n (up to a multiple of kVectorsTogether)

  static std::int64_t entries(std::int64_t n) { return n * (2 * n + kVectorsTogether + 6) + 1; }
  Workspace(std::int64_t n, std::int64_t lanes, double* memory) {
    auto const take = [&](std::int64_t count) {
      double* const taken = memory;
      memory += count * lanes;
      return taken;
    };
    matrices = take(n * n);
    vectors = take(n * rounded_up(n, kVectorsTogether));
    for (double** const part : {&diagonal, &beside, &factors, &images[0], &images[1], &zeros})
      *part = take(n);
    tolerances = take(1);
  }
};

/// The rotations of all sweeps: of sweep k those of rows i and i + 1, i from first to last - 1, one after the
/// other, a cosine and a sine of all lanes each.
struct Rotations {
  struct Range {
    std::int64_t first, last;
    std::size_t begin;  ///< of its numbers
  };
  std::vector<Range> sweeps;
  numerics::AlignedVector numbers;
  std::size_t used = 0;

  void clear() {
    sweeps.clear();
    used = 0;
  }
  /// Room for one more sweep.
  double* add(std::int64_t first, std::int64_t last, std::int64_t lanes) {
    auto const count = static_cast<std::size_t>(2 * (last - first) * lanes);
    if (used + count > numbers.size()) numbers.resize(std::max(used + count, 2 * numbers.size()));
    sweeps.push_back({first, last, used});
    used += count;
    return numbers.data() + sweeps.back().begin;
  }
};

template <class Lanes>
using Reals = typename Lanes::Reals;

template <class Lanes>
[[gnu::always_inline]] inline void take_root(Reals<Lanes>& x) {
  for (std::size_t lane = 0; lane < Lanes::kLanes; ++lane) x[lane] = __builtin_sqrt(x[lane]);
}

/// x stays in lanes where the mask, of ones or zeros, is set, and becomes `other` elsewhere. (Compilers take
/// a choice by a mask that is used more than once one lane at a time.)
template <class Lanes>
[[gnu::always_inline]] inline void replace_outside(typename Lanes::Integers const& mask,
                                                   Reals<Lanes> const& other, Reals<Lanes>& x) {
  using Integers = typename Lanes::Integers;
  x = (Reals<Lanes>)(((Integers)x & mask) | ((Integers)other & ~mask));
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

/// The part of the tridiagonal matrices that a sweep works on, from row low to row high of each lane, and
/// what it leaves there. `shift` becomes the last entry beside the diagonal.
template <class Lanes>
struct Sweep {
  alignas(numerics::kCacheLine) double low[Lanes::kLanes];
  alignas(numerics::kCacheLine) double high[Lanes::kLanes];
  alignas(numerics::kCacheLine) double shift[Lanes::kLanes];
  alignas(numerics::kCacheLine) double rest[Lanes::kLanes];
  std::int64_t first, last;  ///< of all lanes
};

/// Splits every lane's matrix at entries beside the diagonal that vanish and takes its first part that is not
/// diagonal; false where there is none in any lane.
template <class Lanes>
[[gnu::always_inline]] inline bool find_parts(std::int64_t n, Workspace const& space, Sweep<Lanes>& sweep) {
  constexpr auto kLanes = static_cast<std::int64_t>(Lanes::kLanes);
  sweep.first = n;
  sweep.last = 0;
  for (std::int64_t lane = 0; lane < kLanes; ++lane) {
    double const* const d = space.diagonal + lane;
    double const* const e = space.beside + lane;
    double const tolerance = space.tolerances[lane];
    auto low = static_cast<std::int64_t>(sweep.low[lane]);
    while (low < n - 1 && std::abs(e[low * kLanes]) <= tolerance) ++low;
    sweep.low[lane] = static_cast<double>(low);
    if (low == n - 1) {
      sweep.high[lane] = static_cast<double>(low);
      continue;
    }
    std::int64_t high = low + 1;
    while (high < n - 1 && !(std::abs(e[high * kLanes]) <= tolerance)) ++high;
    sweep.high[lane] = static_cast<double>(high);
    double const beside = e[low * kLanes];
    double const half = (d[(low + 1) * kLanes] - d[low * kLanes]) / (2 * beside);
    double const root = __builtin_sqrt(half * half + 1);
    sweep.shift[lane] = d[high * kLanes] - d[low * kLanes] + beside / (half + std::copysign(root, half));
    sweep.first = std::min(sweep.first, low);
    sweep.last = std::max(sweep.last, high);
  }
  return sweep.first < n;
}

/// One implicit QL sweep of every lane's part, with its rotations.
template <class Lanes>
[[gnu::always_inline]] inline void sweep_parts(Workspace const& space, Sweep<Lanes>& sweep,
                                               double* rotations) {
  constexpr auto kLanes = static_cast<std::int64_t>(Lanes::kLanes);
  using Numbers = Reals<Lanes>;
  using Integers = typename Lanes::Integers;
  Numbers const zero = {}, one = zero + 1;
  Numbers low, high, g, s = one, c = one, p = {};
  numerics::load<Lanes>(low, sweep.low);
  numerics::load<Lanes>(high, sweep.high);
  numerics::load<Lanes>(g, sweep.shift);
  for (std::int64_t i = sweep.last - 1; i >= sweep.first; --i) {
    Numbers const at = Numbers{} + static_cast<double>(i);
    Integers const active = (Integers)(low <= at) & (Integers)(at < high);
    Numbers e, d, next_e, next_d;
    numerics::load<Lanes>(e, space.beside + i * kLanes);
    numerics::load<Lanes>(next_e, space.beside + (i + 1) * kLanes);
    numerics::load<Lanes>(d, space.diagonal + i * kLanes);
    numerics::load<Lanes>(next_d, space.diagonal + (i + 1) * kLanes);
    Numbers const f = s * e, b = c * e;
    Numbers r = f * f + g * g;
    take_root<Lanes>(r);
    auto const turns = (Integers)(r > 0);
    Numbers divisor = r;
    replace_outside<Lanes>(turns, one, divisor);
    Numbers const inverse = one / divisor;
    Numbers new_s = f * inverse;  // 0 where r is
    Numbers new_c = g * inverse;
    replace_outside<Lanes>(turns, one, new_c);
    Numbers const moved = next_d - p;
    Numbers const t = (d - moved) * new_s + 2.0 * new_c * b;
    Numbers new_p = new_s * t, new_g = new_c * t - b, new_d = moved + new_p;
    replace_outside<Lanes>(active, next_d, new_d);
    replace_outside<Lanes>(active, next_e, r);
    numerics::store<Lanes>(space.diagonal + (i + 1) * kLanes, new_d);
    numerics::store<Lanes>(space.beside + (i + 1) * kLanes, r);
    Numbers turned_c = new_c, turned_s = new_s;
    replace_outside<Lanes>(active, one, turned_c);
    replace_outside<Lanes>(active, zero, turned_s);
    double* const rotation = rotations + 2 * (i - sweep.first) * kLanes;
    numerics::store<Lanes>(rotation, turned_c);
    numerics::store<Lanes>(rotation + kLanes, turned_s);
    replace_outside<Lanes>(active, g, new_g);
    replace_outside<Lanes>(active, p, new_p);
    replace_outside<Lanes>(active, s, new_s);
    replace_outside<Lanes>(active, c, new_c);
    g = new_g;
    p = new_p;
    s = new_s;
    c = new_c;
  }
  numerics::store<Lanes>(sweep.shift, g);
  numerics::store<Lanes>(sweep.rest, p);
  for (std::int64_t lane = 0; lane < kLanes; ++lane) {
    if (sweep.low[lane] == sweep.high[lane]) continue;
    auto const begin = static_cast<std::int64_t>(sweep.low[lane]) * kLanes + lane;
    space.diagonal[begin] -= sweep.rest[lane];
    space.beside[begin] = sweep.shift[lane];
    space.beside[static_cast<std::int64_t>(sweep.high[lane]) * kLanes + lane] = 0;
  }
}

/// Eigenvalues of the tridiagonal matrices, and the rotations that led to them; false where the iteration
/// fails.
template <class Lanes>
[[gnu::always_inline]] inline bool diagonalise(std::int64_t n, Workspace const& space, Rotations& rotations) {
  constexpr auto kLanes = static_cast<std::int64_t>(Lanes::kLanes);
  for (std::int64_t lane = 0; lane < kLanes; ++lane) {
    double norm = 0;
    for (std::int64_t i = 0; i < n; ++i)
      norm = std::max(norm, std::abs(space.diagonal[i * kLanes + lane]) +
                                (i + 1 < n ? std::abs(space.beside[i * kLanes + lane]) : 0));
    space.tolerances[lane] = norm * std::numeric_limits<double>::epsilon() / 2;
  }
  rotations.clear();
  Sweep<Lanes> sweep = {};
  while (find_parts<Lanes>(n, space, sweep)) {
    if (static_cast<std::int64_t>(rotations.sweeps.size()) == kSweepsPerValue * n) return false;
    sweep_parts<Lanes>(space, sweep, rotations.add(sweep.first, sweep.last, kLanes));
  }
  return true;
}

/// The first `count` vectors of every lane, unit vectors in the coordinates of the diagonal form, become
/// those of the tridiagonal one. Those of a set are zero below `reach` of it: late sweeps do not meet them.
template <class Lanes>
[[gnu::always_inline]] inline void rotate_back(std::int64_t n, std::int64_t count,
                                               std::span<std::int64_t const> reach, Workspace const& space,
                                               Rotations const& rotations) {
  constexpr auto kLanes = static_cast<std::int64_t>(Lanes::kLanes);
  using Numbers = Reals<Lanes>;
  for (std::int64_t k = 0; k < count; k += kVectorsTogether) {
    double* const vectors = space.vectors + k * n * kLanes;
    std::size_t sweep = rotations.sweeps.size();
    while (sweep > 0 &&
           rotations.sweeps[sweep - 1].first > reach[static_cast<std::size_t>(k / kVectorsTogether)])
      --sweep;
    while (sweep-- > 0) {
      auto const [first, last, begin] = rotations.sweeps[sweep];
      double const* rotation = rotations.numbers.data() + begin;
      Numbers held[kVectorsTogether];
#pragma GCC unroll 4
      for (std::int64_t q = 0; q < kVectorsTogether; ++q)
        numerics::load<Lanes>(held[q], vectors + (q * n + first) * kLanes);
      for (std::int64_t i = first; i < last; ++i, rotation += 2 * kLanes) {
        Numbers c, s;
        numerics::load<Lanes>(c, rotation);
        numerics::load<Lanes>(s, rotation + kLanes);
#pragma GCC unroll 4
        for (std::int64_t q = 0; q < kVectorsTogether; ++q) {
          double* const at = vectors + (q * n + i) * kLanes;
          Numbers next;
          numerics::load<Lanes>(next, at + kLanes);
          Numbers const turned = s * next + c * held[q];
          numerics::store<Lanes>(at, turned);
          held[q] = c * next - s * held[q];
        }
      }
#pragma GCC unroll 4
      for (std::int64_t q = 0; q < kVectorsTogether; ++q)
        numerics::store<Lanes>(vectors + (q * n + last) * kLanes, held[q]);
    }
  }
}

/// The first `count` vectors of every lane, in the coordinates of the tridiagonal form, become those of the
/// matrix.
template <class Lanes>
[[gnu::always_inline]] inline void reflect_back(std::int64_t n, std::int64_t count, Workspace const& space) {
  constexpr auto kLanes = static_cast<std::int64_t>(Lanes::kLanes);
  using Numbers = Reals<Lanes>;
  for (std::int64_t k = 0; k < count; k += kVectorsTogether) {
    double* const vectors = space.vectors + k * n * kLanes;
    for (std::int64_t h = n - 3; h >= 0; --h) {
      double const* const v = space.matrices + h * n * kLanes;
      Numbers tau, overlaps[kVectorsTogether] = {};
      numerics::load<Lanes>(tau, space.factors + h * kLanes);
      for (std::int64_t i = h + 1; i < n; ++i) {
        Numbers v_i;
        numerics::load<Lanes>(v_i, v + i * kLanes);
#pragma GCC unroll 4
        for (std::int64_t q = 0; q < kVectorsTogether; ++q) {
          Numbers x;
          numerics::load<Lanes>(x, vectors + (q * n + i) * kLanes);
          overlaps[q] += v_i * x;
        }
      }
#pragma GCC unroll 4
      for (std::int64_t q = 0; q < kVectorsTogether; ++q) overlaps[q] *= tau;
      for (std::int64_t i = h + 1; i < n; ++i) {
        Numbers v_i;
        numerics::load<Lanes>(v_i, v + i * kLanes);
#pragma GCC unroll 4
        for (std::int64_t q = 0; q < kVectorsTogether; ++q) {
          Numbers x;
          double* const at = vectors + (q * n + i) * kLanes;
          numerics::load<Lanes>(x, at);
          x -= overlaps[q] * v_i;
          numerics::store<Lanes>(at, x);
        }
      }
    }
  }
}

THRESHER_WIDE_TARGET bool find_values_wide(std::int64_t n, Workspace const& space, Rotations& rotations) {
  reduce<numerics::WideLanes>(n, space);
  return diagonalise<numerics::WideLanes>(n, space, rotations);
}
bool find_values_narrow(std::int64_t n, Workspace const& space, Rotations& rotations) {
  reduce<numerics::NarrowLanes>(n, space);
  return diagonalise<numerics::NarrowLanes>(n, space, rotations);
}
THRESHER_WIDE_TARGET void turn_vectors_wide(std::int64_t n, std::int64_t count,
                                            std::span<std::int64_t const> reach, Workspace const& space,
                                            Rotations const& rotations) {
  rotate_back<numerics::WideLanes>(n, count, reach, space, rotations);
  reflect_back<numerics::WideLanes>(n, count, space);
}
void turn_vectors_narrow(std::int64_t n, std::int64_t count, std::span<std::int64_t const> reach,
                         Workspace const& space, Rotations const& rotations) {
  rotate_back<numerics::NarrowLanes>(n, count, reach, space, rotations);
  reflect_back<numerics::NarrowLanes>(n, count, space);
}

/// Puts a matrix into a lane, divided by the power of two next to its largest entry, which is returned.
double take_in(Triangle triangle, ConstMatrixView a, std::int64_t lane, std::int64_t lanes,
               double* matrices) {
  std::int64_t const n = a.rows;
  double largest = 0;
  for (std::int64_t j = 0; j < n; ++j)
    for (std::int64_t i = j; i < n; ++i)
      largest = std::max(largest, std::abs(triangle == Triangle::lower ? a(i, j) : a(j, i)));
  double const scale = largest > 0 && std::isfinite(largest) ? std::ldexp(1.0, std::ilogb(largest)) : 1;
  for (std::int64_t j = 0; j < n; ++j)
    for (std::int64_t i = j; i < n; ++i)
      matrices[(j * n + i) * lanes + lane] = (triangle == Triangle::lower ? a(i, j) : a(j, i)) / scale;
  return scale;
}

std::int64_t number_of_lanes() {
  return static_cast<std::int64_t>(random::uses_wide_registers() ? numerics::WideLanes::kLanes
                                                                 : numerics::NarrowLanes::kLanes);
}

/// One full or partly filled set of lanes.
void decompose(Triangle triangle, std::span<MatrixView const> matrices, std::span<double const> bounds,
               std::span<SymmetricEigenpairs> results) {
  bool const wide = random::uses_wide_registers();
  std::int64_t const lanes = number_of_lanes();
  std::int64_t const n = matrices.front().rows;
  // Kept: memory that is new costs more time, page by page, than all that is done with it.
  thread_local numerics::AlignedVector memory;
  auto const needed = static_cast<std::size_t>(Workspace::entries(n) * lanes);
  if (memory.size() < needed) memory.resize(needed);
  thread_local Rotations rotations;
  Workspace const space(n, lanes, memory.data());
  std::fill_n(space.zeros, n * lanes, 0.0);
  if (static_cast<std::int64_t>(matrices.size()) < lanes) std::fill_n(space.matrices, n * n * lanes, 0.0);
  std::array<double, numerics::WideLanes::kLanes> scales;
  for (std::size_t m = 0; m < matrices.size(); ++m)
    scales[m] = take_in(triangle, matrices[m], static_cast<std::int64_t>(m), lanes, space.matrices);
  if (!(wide ? find_values_wide : find_values_narrow)(n, space, rotations))
    throw std::runtime_error("the QL iteration of an eigendecomposition failed");

  // Vectors are made in the order of their places on the diagonal, and handed out in that of their values.
  std::vector<std::vector<std::int64_t>> places(matrices.size());
  std::int64_t most = 0;
  for (std::size_t m = 0; m < matrices.size(); ++m) {
    for (std::int64_t i = 0; i < n; ++i)
      if (scales[m] * space.diagonal[i * lanes + static_cast<std::int64_t>(m)] > bounds[m])
        places[m].push_back(i);
    most = std::max(most, static_cast<std::int64_t>(places[m].size()));
  }
  std::fill_n(space.vectors, n * rounded_up(most, kVectorsTogether) * lanes, 0.0);
  std::vector<std::int64_t> reach(static_cast<std::size_t>(rounded_up(most, kVectorsTogether)), -1);
  for (std::size_t m = 0; m < matrices.size(); ++m)
    for (std::size_t k = 0; k < places[m].size(); ++k) {
      auto const column = static_cast<std::int64_t>(k);
      space.vectors[(column * n + places[m][k]) * lanes + static_cast<std::int64_t>(m)] = 1;
      auto& furthest = reach[k / kVectorsTogether];
      furthest = std::max(furthest, places[m][k]);
    }
  (wide ? turn_vectors_wide : turn_vectors_narrow)(n, most, reach, space, rotations);
  for (std::size_t m = 0; m < matrices.size(); ++m) {
    auto const lane = static_cast<std::int64_t>(m);
    auto const value = [&](std::int64_t column) {
      return scales[m] * space.diagonal[places[m][static_cast<std::size_t>(column)] * lanes + lane];
    };
    auto& [values, vectors] = results[m];
    vectors = DenseMatrix(n, static_cast<std::int64_t>(places[m].size()));
    std::vector<std::int64_t> order(places[m].size());
    std::iota(order.begin(), order.end(), 0);
    std::ranges::stable_sort(order, std::greater{}, value);
    for (std::int64_t k = 0; k < vectors.columns(); ++k) {
      std::int64_t const column = order[static_cast<std::size_t>(k)];
      values.push_back(value(column));
      for (std::int64_t i = 0; i < n; ++i) vectors(i, k) = space.vectors[(column * n + i) * lanes + lane];
    }
  }
}

}  // namespace

std::vector<SymmetricEigenpairs> batched_eigenpairs_above(Triangle triangle,
                                                          std::span<MatrixView const> matrices,
                                                          std::span<double const> bounds) {
  assert(matrices.size() == bounds.size());
  auto const lanes = static_cast<std::size_t>(number_of_lanes());
  std::vector<SymmetricEigenpairs> results(matrices.size());
  for (std::size_t begin = 0; begin < matrices.size(); begin += lanes) {
    std::size_t const count = std::min(lanes, matrices.size() - begin);
    decompose(triangle, matrices.subspan(begin, count), bounds.subspan(begin, count),
              std::span(results).subspan(begin, count));
  }
  return results;
}

}  // namespace thresher::linalg
