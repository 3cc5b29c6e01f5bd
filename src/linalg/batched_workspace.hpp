#pragma once

#include "numerics/aligned_vector.hpp"
#include "numerics/vector_math.hpp"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <vector>

/// Parts of `batched_eigenpairs_above`. Functions over lanes are inlined into one caller per kind of
/// registers.
namespace thresher::linalg::batched {

/// Vectors that take a rotation or reflection together: they stay in the first cache.
inline constexpr std::int64_t kVectorsTogether = 4;

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
  double* scales = nullptr;      ///< 1: the matrices are divided by them
  double* tolerances = nullptr;  ///< 1
  double* vectors = nullptr;     ///< n x n (up to a multiple of kVectorsTogether)

  static std::int64_t entries(std::int64_t n) { return n * (2 * n + kVectorsTogether + 6) + 2; }
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
    scales = take(1);
    tolerances = take(1);
  }
};

/// The rotations of all sweeps: of sweep k those of rows i and i + 1, i from last - 1 down to first, of all
/// lanes each: the sine and the tangent of half the angle, at most 1 each as cosines are not negative. Three
/// shears by these take three multiply-adds where a rotation takes four.
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

}  // namespace thresher::linalg::batched
