#pragma once

#include "linalg/batched_workspace.hpp"

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <limits>

namespace thresher::linalg::batched {

/// QL sweeps per eigenvalue before the iteration has failed (LAPACK's number).
inline constexpr std::int64_t kSweepsPerValue = 30;

/// The part of the tridiagonal matrices that a sweep works on, from row low to row high of each lane, and
/// what it leaves there. `shift` becomes the last entry beside the diagonal.
template <class Lanes>
struct Sweep {
  alignas(numerics::kCacheLine) double low[Lanes::kLanes];
  alignas(numerics::kCacheLine) double high[Lanes::kLanes];
  alignas(numerics::kCacheLine) double shift[Lanes::kLanes];
  alignas(numerics::kCacheLine) double rest[Lanes::kLanes];
  std::int64_t first, last;               ///< of all lanes together
  std::int64_t first_of_all, behind_all;  ///< rows that all lanes have
};

/// Splits every lane's matrix at entries beside the diagonal that vanish and takes its first part that is not
/// diagonal, which no row before sweep.first belongs to; false where there is none in any lane.
template <class Lanes>
[[gnu::always_inline]] inline bool find_parts(std::int64_t n, Workspace const& space, Sweep<Lanes>& sweep) {
  constexpr auto kLanes = static_cast<std::int64_t>(Lanes::kLanes);
  using Numbers = Reals<Lanes>;
  Numbers tolerance, end = Numbers{} + static_cast<double>(n - 1);
  numerics::load<Lanes>(tolerance, space.tolerances);
  Numbers low = end, high = end;
  for (std::int64_t i = n - 2; i >= sweep.first; --i) {
    Numbers e;
    numerics::load<Lanes>(e, space.beside + i * kLanes);
    Numbers const here = Numbers{} + static_cast<double>(i);
    auto const vanishes =
        (typename Lanes::Integers)(e <= tolerance) & (typename Lanes::Integers)(e >= -tolerance);
    replace_outside<Lanes>(vanishes, here, low);
    replace_outside<Lanes>(vanishes, end, high);
    Numbers last = here;
    replace_outside<Lanes>(vanishes, end, last);
    end = last;
  }
  numerics::store<Lanes>(sweep.low, low);
  numerics::store<Lanes>(sweep.high, high);
  sweep.first = sweep.behind_all = n;
  sweep.last = sweep.first_of_all = 0;
  for (std::int64_t lane = 0; lane < kLanes; ++lane) {
    auto const first = static_cast<std::int64_t>(sweep.low[lane]);
    auto const last = static_cast<std::int64_t>(sweep.high[lane]);
    sweep.first_of_all = std::max(sweep.first_of_all, first);
    if (first == last) continue;
    sweep.first = std::min(sweep.first, first);
    sweep.last = std::max(sweep.last, last);
    sweep.behind_all = std::min(sweep.behind_all, last);
    double const* const d = space.diagonal + lane;
    double const beside = space.beside[first * kLanes + lane];
    double const half = (d[(first + 1) * kLanes] - d[first * kLanes]) / (2 * beside);
    double const root = __builtin_sqrt(half * half + 1);
    sweep.shift[lane] = d[last * kLanes] - d[first * kLanes] + beside / (half + std::copysign(root, half));
  }
  return sweep.first < n;
}

/// What a rotation leaves for the next one of its sweep.
template <class Lanes>
struct Chase {
  Reals<Lanes> g;                      ///< the entry beside the diagonal that is to be turned
  Reals<Lanes> c, s, s_square;         ///< of the last rotation
  Reals<Lanes> p;                      ///< what the diagonal has lost
  Reals<Lanes> diagonal, beside;       ///< entry i + 1 of either
  Reals<Lanes> first_row, behind_row;  ///< of the lanes' parts
};

/// Whether a row belongs to the parts of all lanes.
enum class Row { of_all, of_some };

/// Rotation of rows i and i + 1 of an implicit QL sweep. The chain from one to the next goes through a
/// division alone, as in the root-free forms (Parlett, The Symmetric Eigenvalue Problem, section 8.15): the
/// roots are taken beside it. The divisor, f^2 + g^2, does not vanish: entries beside the diagonal are above
/// the tolerance within a part, and where s is so small that f = s e is nothing, g is what follows from the
/// entry before, c e or more.
template <class Lanes, Row kRow>
[[gnu::always_inline]] inline void turn_rows(std::int64_t i, Workspace const& space, Chase<Lanes>& last,
                                             double* rotation) {
  constexpr auto kLanes = static_cast<std::int64_t>(Lanes::kLanes);
  using Numbers = Reals<Lanes>;
  using Integers = typename Lanes::Integers;
  Numbers const zero = {}, one = zero + 1;
  Numbers e, d;
  numerics::load<Lanes>(e, space.beside + i * kLanes);
  numerics::load<Lanes>(d, space.diagonal + i * kLanes);
  Numbers const g = last.g, square = last.s_square * (e * e) + g * g;
  Numbers const inverse = one / square;
  Numbers r = square;
  take_root<Lanes>(r);
  r = (Numbers)((Integers)r | ((Integers)g & (Integers)(-zero)));  // with the sign of g: c >= 0
  Numbers const f = last.s * e, b = last.c * e;
  Numbers const moved = last.diagonal - last.p;
  Numbers const t = (d - moved) * f + (g + g) * b;  // r times what is turned
  Numbers const inverse_root = r * inverse;
  Chase<Lanes> next{.g = (g * t) * inverse - b,
                    .c = g * inverse_root,
                    .s = f * inverse_root,
                    .s_square = (f * f) * inverse,
                    .p = (f * t) * inverse,
                    .diagonal = d,
                    .beside = e,
                    .first_row = last.first_row,
                    .behind_row = last.behind_row};
  Numbers new_d = moved + next.p, s = next.s, tangent = next.s / (next.c + one);
  if constexpr (kRow == Row::of_some) {
    Numbers const at = zero + static_cast<double>(i);
    Integers const active = (Integers)(last.first_row <= at) & (Integers)(at < last.behind_row);
    replace_outside<Lanes>(active, last.diagonal, new_d);
    replace_outside<Lanes>(active, last.beside, r);
    replace_outside<Lanes>(active, zero, s);
    replace_outside<Lanes>(active, zero, tangent);
    replace_outside<Lanes>(active, last.g, next.g);
    replace_outside<Lanes>(active, last.c, next.c);
    replace_outside<Lanes>(active, last.s, next.s);
    replace_outside<Lanes>(active, last.s_square, next.s_square);
    replace_outside<Lanes>(active, last.p, next.p);
  }
  numerics::store<Lanes>(space.diagonal + (i + 1) * kLanes, new_d);
  numerics::store<Lanes>(space.beside + (i + 1) * kLanes, r);
  numerics::store<Lanes>(rotation, s);
  numerics::store<Lanes>(rotation + kLanes, tangent);
  last = next;
}

/// One implicit QL sweep of every lane's part, with its rotations.
template <class Lanes>
[[gnu::always_inline]] inline void sweep_parts(Workspace const& space, Sweep<Lanes>& sweep,
                                               double* rotations) {
  constexpr auto kLanes = static_cast<std::int64_t>(Lanes::kLanes);
  Reals<Lanes> const one = Reals<Lanes>{} + 1;
  Chase<Lanes> last;
  last.c = last.s = last.s_square = one;
  last.p = Reals<Lanes>{};
  numerics::load<Lanes>(last.g, sweep.shift);
  numerics::load<Lanes>(last.first_row, sweep.low);
  numerics::load<Lanes>(last.behind_row, sweep.high);
  numerics::load<Lanes>(last.diagonal, space.diagonal + sweep.last * kLanes);
  numerics::load<Lanes>(last.beside, space.beside + sweep.last * kLanes);
  auto const rotation = [&](std::int64_t i) { return rotations + 2 * (sweep.last - 1 - i) * kLanes; };
  std::int64_t i = sweep.last - 1;
  for (; i >= std::max(sweep.first, sweep.behind_all); --i)
    turn_rows<Lanes, Row::of_some>(i, space, last, rotation(i));
  for (; i >= sweep.first_of_all; --i) turn_rows<Lanes, Row::of_all>(i, space, last, rotation(i));
  for (; i >= sweep.first; --i) turn_rows<Lanes, Row::of_some>(i, space, last, rotation(i));
  numerics::store<Lanes>(sweep.shift, last.g);
  numerics::store<Lanes>(sweep.rest, last.p);
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

}  // namespace thresher::linalg::batched
