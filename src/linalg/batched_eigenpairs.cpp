#include "linalg/batched_eigenpairs.hpp"

#include "linalg/batched_ql.hpp"
#include "linalg/batched_tridiagonal.hpp"
#include "linalg/batched_vectors.hpp"
#include "linalg/batched_workspace.hpp"
#include "numerics/aligned_vector.hpp"
#include "numerics/vector_math.hpp"
#include "random/stream.hpp"

#include <algorithm>
#include <cassert>
#include <cstddef>
#include <numeric>
#include <stdexcept>

namespace thresher::linalg {

namespace {

using batched::kVectorsTogether, batched::rounded_up, batched::Rotations, batched::Workspace;

THRESHER_WIDE_TARGET bool find_values_wide(std::int64_t n, Workspace const& space, Rotations& rotations) {
  batched::scale_down<numerics::WideLanes>(n, space);
  batched::reduce<numerics::WideLanes>(n, space);
  return batched::diagonalise<numerics::WideLanes>(n, space, rotations);
}
bool find_values_narrow(std::int64_t n, Workspace const& space, Rotations& rotations) {
  batched::scale_down<numerics::NarrowLanes>(n, space);
  batched::reduce<numerics::NarrowLanes>(n, space);
  return batched::diagonalise<numerics::NarrowLanes>(n, space, rotations);
}
THRESHER_WIDE_TARGET void turn_vectors_wide(std::int64_t n, std::int64_t count,
                                            std::span<std::int64_t const> reach, Workspace const& space,
                                            Rotations const& rotations) {
  batched::rotate_back<numerics::WideLanes>(n, count, reach, space, rotations);
  batched::reflect_back<numerics::WideLanes>(n, count, space);
}
void turn_vectors_narrow(std::int64_t n, std::int64_t count, std::span<std::int64_t const> reach,
                         Workspace const& space, Rotations const& rotations) {
  batched::rotate_back<numerics::NarrowLanes>(n, count, reach, space, rotations);
  batched::reflect_back<numerics::NarrowLanes>(n, count, space);
}

/// Puts the lower triangles of matrices into the lanes side by side.
void take_in(Triangle triangle, std::span<MatrixView const> matrices, std::int64_t lanes, double* to) {
  std::int64_t const n = matrices.front().rows;
  for (std::int64_t j = 0; j < n; ++j)
    for (std::int64_t i = j; i < n; ++i) {
      double* const entry = to + (j * n + i) * lanes;
      for (std::size_t m = 0; m < matrices.size(); ++m)
        entry[m] = triangle == Triangle::lower ? matrices[m](i, j) : matrices[m](j, i);
    }
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
  take_in(triangle, matrices, lanes, space.matrices);
  if (!(wide ? find_values_wide : find_values_narrow)(n, space, rotations))
    throw std::runtime_error("the QL iteration of an eigendecomposition failed");

  // Vectors are made in the order of their places on the diagonal, and handed out in that of their values.
  std::vector<std::vector<std::int64_t>> places(matrices.size());
  std::int64_t most = 0;
  for (std::size_t m = 0; m < matrices.size(); ++m) {
    for (std::int64_t i = 0; i < n; ++i)
      if (space.scales[m] * space.diagonal[i * lanes + static_cast<std::int64_t>(m)] > bounds[m])
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
  std::vector<std::vector<std::int64_t>> columns(matrices.size());  // of the results
  for (std::size_t m = 0; m < matrices.size(); ++m) {
    auto const value = [&](std::int64_t k) {
      return space.scales[m] *
             space.diagonal[places[m][static_cast<std::size_t>(k)] * lanes + static_cast<std::int64_t>(m)];
    };
    std::vector<std::int64_t> order(places[m].size());
    std::iota(order.begin(), order.end(), 0);
    std::ranges::stable_sort(order, std::greater{}, value);
    columns[m].resize(order.size());
    for (std::size_t k = 0; k < order.size(); ++k) {
      columns[m][static_cast<std::size_t>(order[k])] = static_cast<std::int64_t>(k);
      results[m].values.push_back(value(order[k]));
    }
    results[m].vectors = DenseMatrix::unset(n, std::ssize(order));
  }
  for (std::int64_t k = 0; k < most; ++k)
    for (std::size_t m = 0; m < matrices.size(); ++m) {
      if (k >= std::ssize(columns[m])) continue;
      double const* const from = space.vectors + k * n * lanes + m;
      double* const to = results[m].vectors.column(columns[m][static_cast<std::size_t>(k)]).data();
      for (std::int64_t i = 0; i < n; ++i) to[i] = from[i * lanes];
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
