#pragma once

#include "mpi/communicator.hpp"
#include "prox/dense_design.hpp"
#include "prox/lasso.hpp"

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <random>
#include <span>
#include <vector>

namespace thresher::testing {

/// A regression b = A beta + noise with `active` coefficients +-1, the same on every rank.
struct Regression {
  std::int64_t rows;
  std::int64_t columns;
  std::vector<double> a;  ///< column-major
  std::vector<double> b;

  prox::DenseDesign design(mpi::Communicator const& comm) const {
    auto const mine = mpi::share(columns, comm.rank(), comm.size());
    return {comm, rows, columns,
            std::vector<double>(a.begin() + mine.begin * rows, a.begin() + mine.end * rows)};
  }
  double product(std::int64_t column, std::span<double const> v) const {
    double sum = 0;
    for (std::int64_t i = 0; i < rows; ++i) sum += a[column * rows + i] * v[i];
    return sum;
  }
};

inline Regression random_regression(std::int64_t rows, std::int64_t columns, std::int64_t active,
                                    double noise, unsigned seed) {
  std::mt19937_64 generator(seed);
  std::normal_distribution<double> normal;
  Regression made{rows, columns, std::vector<double>(rows * columns), std::vector<double>(rows)};
  for (double& entry : made.a) entry = normal(generator);
  for (double& entry : made.b) entry = noise * normal(generator);
  for (std::int64_t k = 0; k < active; ++k) {
    std::int64_t const column = (k * 7919 + 3) % columns;
    for (std::int64_t i = 0; i < rows; ++i) made.b[i] += (k % 2 == 0 ? 1 : -1) * made.a[column * rows + i];
  }
  return made;
}

/// Coefficients as a dense vector.
inline std::vector<double> dense(prox::SparseVector const& sparse, std::int64_t size) {
  std::vector<double> all(size, 0.0);
  for (std::size_t k = 0; k < sparse.indices.size(); ++k) all[sparse.indices[k]] = sparse.values[k];
  return all;
}

}  // namespace thresher::testing
