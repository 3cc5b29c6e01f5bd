#pragma once

#include "linalg/batched_workspace.hpp"

#include <cstddef>
#include <cstdint>
#include <span>

namespace thresher::linalg::batched {

/// An entry of kVectorsTogether vectors.
template <class Lanes>
struct Entries {
  Reals<Lanes> of[kVectorsTogether];
};
template <class Lanes>
[[gnu::always_inline]] inline void load_entries(double const* from, std::int64_t step, Entries<Lanes>& x) {
#pragma GCC unroll 4
  for (std::int64_t q = 0; q < kVectorsTogether; ++q) numerics::load<Lanes>(x.of[q], from + q * step);
}
template <class Lanes>
[[gnu::always_inline]] inline void store_entries(double* to, std::int64_t step, Entries<Lanes> const& x) {
#pragma GCC unroll 4
  for (std::int64_t q = 0; q < kVectorsTogether; ++q) numerics::store<Lanes>(to + q * step, x.of[q]);
}

/// A rotation of the entries that a sweep holds, which becomes `x`, and the next ones.
template <class Lanes>
[[gnu::always_inline]] inline void turn(double const* rotation, Entries<Lanes>& held, Entries<Lanes>& x) {
  Reals<Lanes> s, tangent;
  numerics::load<Lanes>(s, rotation);
  numerics::load<Lanes>(tangent, rotation + Lanes::kLanes);
#pragma GCC unroll 4
  for (std::int64_t q = 0; q < kVectorsTogether; ++q) {
    Reals<Lanes> const sheared = held.of[q] + tangent * x.of[q];
    held.of[q] = x.of[q] - s * sheared;
    x.of[q] = sheared + tangent * held.of[q];
  }
}

/// kVectorsTogether vectors go through a sweep.
template <class Lanes>
[[gnu::always_inline]] inline void sweep_back(std::int64_t n, Rotations const& rotations, std::size_t sweep,
                                              double* vectors) {
  constexpr auto kLanes = static_cast<std::int64_t>(Lanes::kLanes);
  auto const [first, last, begin] = rotations.sweeps[sweep];
  double const* rotation = rotations.numbers.data() + begin + 2 * (last - first - 1) * kLanes;
  Entries<Lanes> held, x;
  load_entries<Lanes>(vectors + first * kLanes, n * kLanes, held);
  for (std::int64_t i = first; i < last; ++i, rotation -= 2 * kLanes) {
    load_entries<Lanes>(vectors + (i + 1) * kLanes, n * kLanes, x);
    turn<Lanes>(rotation, held, x);
    store_entries<Lanes>(vectors + i * kLanes, n * kLanes, x);
  }
  store_entries<Lanes>(vectors + last * kLanes, n * kLanes, held);
}

/// The same for a sweep and the one before it, which begins no later and ends at the same row: it follows one
/// row behind, on entries that are in registers.
template <class Lanes>
[[gnu::always_inline]] inline void two_sweeps_back(std::int64_t n, Rotations const& rotations,
                                                   std::size_t sweep, double* vectors) {
  constexpr auto kLanes = static_cast<std::int64_t>(Lanes::kLanes);
  auto const [first, last, begin] = rotations.sweeps[sweep];
  auto const& before = rotations.sweeps[sweep - 1];
  double const* rotation = rotations.numbers.data() + begin + 2 * (last - first - 1) * kLanes;
  double const* behind = rotations.numbers.data() + before.begin + 2 * (last - before.first - 1) * kLanes;
  std::int64_t const step = n * kLanes;
  Entries<Lanes> held, held_behind, x;
  load_entries<Lanes>(vectors + before.first * kLanes, step, held_behind);
  std::int64_t at = before.first;  // the row that the second sweep holds
  for (; at + 1 < first; ++at, behind -= 2 * kLanes) {
    load_entries<Lanes>(vectors + (at + 1) * kLanes, step, x);
    turn<Lanes>(behind, held_behind, x);
    store_entries<Lanes>(vectors + at * kLanes, step, x);
  }
  std::int64_t i = first;
  load_entries<Lanes>(vectors + i * kLanes, step, held);
  if (at == i) {
    load_entries<Lanes>(vectors + (i + 1) * kLanes, step, held_behind);
    turn<Lanes>(rotation, held, held_behind);
    ++i, rotation -= 2 * kLanes;
  }
  for (; i < last; ++i, rotation -= 2 * kLanes, behind -= 2 * kLanes) {
    load_entries<Lanes>(vectors + (i + 1) * kLanes, step, x);
    turn<Lanes>(rotation, held, x);
    turn<Lanes>(behind, held_behind, x);
    store_entries<Lanes>(vectors + (i - 1) * kLanes, step, x);
  }
  turn<Lanes>(behind, held_behind, held);
  store_entries<Lanes>(vectors + (last - 1) * kLanes, step, held);
  store_entries<Lanes>(vectors + last * kLanes, step, held_behind);
}

/// The first `count` vectors of every lane, unit vectors in the coordinates of the diagonal form, become
/// those of the tridiagonal one. Those of a set are zero below `reach` of it: late sweeps do not meet them.
template <class Lanes>
[[gnu::always_inline]] inline void rotate_back(std::int64_t n, std::int64_t count,
                                               std::span<std::int64_t const> reach, Workspace const& space,
                                               Rotations const& rotations) {
  constexpr auto kLanes = static_cast<std::int64_t>(Lanes::kLanes);
  auto const& sweeps = rotations.sweeps;
  for (std::int64_t k = 0; k < count; k += kVectorsTogether) {
    double* const vectors = space.vectors + k * n * kLanes;
    std::size_t left = sweeps.size();
    while (left > 0 && sweeps[left - 1].first > reach[static_cast<std::size_t>(k / kVectorsTogether)]) --left;
    while (left > 0) {
      if (left > 1 && sweeps[left - 1].last == sweeps[left - 2].last) {
        two_sweeps_back<Lanes>(n, rotations, left - 1, vectors);
        left -= 2;
      } else {
        sweep_back<Lanes>(n, rotations, left - 1, vectors);
        --left;
      }
    }
  }
}

/// x -= a v, for rows from `begin` on of kVectorsTogether vectors x.
template <class Lanes, int kReflectors>
[[gnu::always_inline]] inline void subtract_reflectors(std::int64_t n, std::int64_t begin,
                                                       double const* const* v, Entries<Lanes> const* factors,
                                                       double* vectors) {
  constexpr auto kLanes = static_cast<std::int64_t>(Lanes::kLanes);
  for (std::int64_t i = begin; i < n; ++i) {
    Entries<Lanes> x;
    load_entries<Lanes>(vectors + i * kLanes, n * kLanes, x);
#pragma GCC unroll 2
    for (int r = 0; r < kReflectors; ++r) {
      Reals<Lanes> v_i;
      numerics::load<Lanes>(v_i, v[r] + i * kLanes);
#pragma GCC unroll 4
      for (std::int64_t q = 0; q < kVectorsTogether; ++q) x.of[q] -= factors[r].of[q] * v_i;
    }
    store_entries<Lanes>(vectors + i * kLanes, n * kLanes, x);
  }
}

/// kVectorsTogether vectors are reflected by reflectors h and h - 1, at once: a vector is written once for
/// both. With a = tau_h <v_h, x>, the second factor is tau_{h-1} (<v_{h-1}, x> - a <v_{h-1}, v_h>).
template <class Lanes>
[[gnu::always_inline]] inline void reflect_twice(std::int64_t n, std::int64_t h, Workspace const& space,
                                                 double* vectors) {
  constexpr auto kLanes = static_cast<std::int64_t>(Lanes::kLanes);
  using Numbers = Reals<Lanes>;
  double const* const v[2] = {space.matrices + h * n * kLanes, space.matrices + (h - 1) * n * kLanes};
  // Row h is met by the second alone, whose entry is 1 there.
  Entries<Lanes> factors[2] = {}, x;
  load_entries<Lanes>(vectors + h * kLanes, n * kLanes, factors[1]);
  Numbers overlap = {};
  for (std::int64_t i = h + 1; i < n; ++i) {
    Numbers v_i, w_i;
    numerics::load<Lanes>(v_i, v[0] + i * kLanes);
    numerics::load<Lanes>(w_i, v[1] + i * kLanes);
    load_entries<Lanes>(vectors + i * kLanes, n * kLanes, x);
    overlap += v_i * w_i;
#pragma GCC unroll 4
    for (std::int64_t q = 0; q < kVectorsTogether; ++q) {
      factors[0].of[q] += v_i * x.of[q];
      factors[1].of[q] += w_i * x.of[q];
    }
  }
  Numbers tau[2];
  numerics::load<Lanes>(tau[0], space.factors + h * kLanes);
  numerics::load<Lanes>(tau[1], space.factors + (h - 1) * kLanes);
  load_entries<Lanes>(vectors + h * kLanes, n * kLanes, x);
#pragma GCC unroll 4
  for (std::int64_t q = 0; q < kVectorsTogether; ++q) {
    factors[0].of[q] *= tau[0];
    factors[1].of[q] = tau[1] * (factors[1].of[q] - factors[0].of[q] * overlap);
    x.of[q] -= factors[1].of[q];
  }
  store_entries<Lanes>(vectors + h * kLanes, n * kLanes, x);
  subtract_reflectors<Lanes, 2>(n, h + 1, v, factors, vectors);
}

/// The same by one reflector.
template <class Lanes>
[[gnu::always_inline]] inline void reflect_once(std::int64_t n, std::int64_t h, Workspace const& space,
                                                double* vectors) {
  constexpr auto kLanes = static_cast<std::int64_t>(Lanes::kLanes);
  double const* const v = space.matrices + h * n * kLanes;
  Entries<Lanes> factors = {}, x;
  for (std::int64_t i = h + 1; i < n; ++i) {
    Reals<Lanes> v_i;
    numerics::load<Lanes>(v_i, v + i * kLanes);
    load_entries<Lanes>(vectors + i * kLanes, n * kLanes, x);
#pragma GCC unroll 4
    for (std::int64_t q = 0; q < kVectorsTogether; ++q) factors.of[q] += v_i * x.of[q];
  }
  Reals<Lanes> tau;
  numerics::load<Lanes>(tau, space.factors + h * kLanes);
#pragma GCC unroll 4
  for (std::int64_t q = 0; q < kVectorsTogether; ++q) factors.of[q] *= tau;
  subtract_reflectors<Lanes, 1>(n, h + 1, &v, &factors, vectors);
}

/// The first `count` vectors of every lane, in the coordinates of the tridiagonal form, become those of the
/// matrix.
template <class Lanes>
[[gnu::always_inline]] inline void reflect_back(std::int64_t n, std::int64_t count, Workspace const& space) {
  for (std::int64_t k = 0; k < count; k += kVectorsTogether) {
    double* const vectors = space.vectors + k * n * static_cast<std::int64_t>(Lanes::kLanes);
    std::int64_t h = n - 3;
    for (; h >= 1; h -= 2) reflect_twice<Lanes>(n, h, space, vectors);
    if (h == 0) reflect_once<Lanes>(n, h, space, vectors);
  }
}

}  // namespace thresher::linalg::batched
