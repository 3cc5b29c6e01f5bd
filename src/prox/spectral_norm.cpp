#include "prox/spectral_norm.hpp"

#include "linalg/column_products.hpp"

#include <algorithm>
#include <cmath>
#include <numeric>
#include <vector>

namespace thresher::prox {

double largest_gram_eigenvalue(Design const& design, int steps) {
  auto const& comm = design.communicator();
  std::int64_t const n = design.rows();
  auto const local = design.local_columns();
  std::vector<std::int64_t> all(static_cast<std::size_t>(local.size()));
  std::iota(all.begin(), all.end(), local.begin);

  // Any start with a component along the leading vector does; this one has no structure of the rows in it.
  std::vector<double> start(static_cast<std::size_t>(n));
  for (std::size_t i = 0; i < start.size(); ++i) start[i] = std::sin(1.0 + 2.3 * static_cast<double>(i));
  mpi::broadcast(comm, std::span(start));

  std::vector<std::vector<double>> basis;
  std::vector<double> diagonal;
  std::vector<double> off_diagonal;
  auto const normalise = [](std::vector<double>& u) {
    double const norm = std::sqrt(linalg::inner_product(u, u));
    if (norm > 0)
      for (double& value : u) value /= norm;
    return norm;
  };
  normalise(start);
  basis.push_back(std::move(start));
  std::vector<double> products(all.size());
  std::vector<double> image(static_cast<std::size_t>(n));
  double scale = 0;
  while (static_cast<int>(diagonal.size()) < steps) {
    auto const& u = basis.back();
    design.correlate(all, linalg::ConstMatrixView(u.data(), n, 1),
                     linalg::MatrixView(products.data(), local.size(), 1));
    design.combine(all, products, image);
    diagonal.push_back(linalg::inner_product(u, image));
    scale = std::max(scale, diagonal.back());
    for (int repeat = 0; repeat < 2; ++repeat)
      for (auto const& other : basis) {
        double const overlap = linalg::inner_product(other, image);
        for (std::size_t i = 0; i < image.size(); ++i) image[i] -= overlap * other[i];
      }
    std::vector<double> next(image);
    double const norm = normalise(next);
    if (!(norm > 1e-12 * scale)) break;  // the Krylov space is exhausted
    off_diagonal.push_back(norm);
    basis.push_back(std::move(next));
  }

  auto const size = static_cast<std::int64_t>(diagonal.size());
  double largest = 0;
  if (comm.rank() == 0) {
    std::vector<double> entries(static_cast<std::size_t>(size * size), 0.0);
    linalg::MatrixView const tridiagonal(entries.data(), size, size);
    for (std::int64_t k = 0; k < size; ++k) {
      tridiagonal(k, k) = diagonal[static_cast<std::size_t>(k)];
      if (k + 1 < size) tridiagonal(k + 1, k) = off_diagonal[static_cast<std::size_t>(k)];
    }
    std::vector<double> eigenvalues(static_cast<std::size_t>(size));
    linalg::syevd(linalg::Eigenvectors::none, linalg::Triangle::lower, tridiagonal, eigenvalues);
    largest = eigenvalues.back();
  }
  return mpi::broadcast_value(comm, largest) / static_cast<double>(n);
}

}  // namespace thresher::prox
