#include "experiments/group_matrix/solvers/row_spectra.hpp"

#include "linalg/column_products.hpp"
#include "mpi/partition.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <numeric>
#include <vector>

namespace thresher::group_matrix {
namespace {

using linalg::DenseMatrix;

/// Wide, tall and small groups on any ranks: numbers of the first two exceed what is decomposed itself.
constexpr std::int64_t kColumns = 1100, kFirst = 960, kLast = 340;

/// Forty singular values within 4e-7 of the largest, as a dual point has them, and others.
std::vector<double> clustered() {
  std::vector<double> values(240);
  for (int k = 0; k < 240; ++k)
    values[static_cast<std::size_t>(k)] = k < 40 ? 3 * (1 - 1e-8 * k) : 2.0 / (k - 39);
  return values;
}
std::vector<double> falling() {
  std::vector<double> values(100);
  for (int k = 0; k < 100; ++k) values[static_cast<std::size_t>(k)] = 2.5 * std::exp(-0.05 * k);
  return values;
}

/// (I - 2 u u^T / |u|^2) x for a vector u of no structure.
void reflect(std::span<double> x, double frequency) {
  std::vector<double> u(x.size());
  for (std::size_t i = 0; i < u.size(); ++i) u[i] = std::sin(1 + frequency * static_cast<double>(i + 1));
  double const factor = 2 * linalg::inner_product(u, x) / linalg::inner_product(u, u);
  for (std::size_t i = 0; i < x.size(); ++i) x[i] -= factor * u[i];
}

/// Rows of a matrix with these singular values, the right vectors being the reflected unit vectors from
/// `from` on: a column per row.
DenseMatrix rows_with(std::span<double const> values, std::int64_t count, std::int64_t from) {
  DenseMatrix rows(kColumns, count);
  for (std::size_t k = 0; k < values.size(); ++k) {
    std::vector<double> left(static_cast<std::size_t>(count));
    left[k] = values[k];
    reflect(left, 1.7);
    for (std::int64_t i = 0; i < count; ++i)
      rows(from + static_cast<std::int64_t>(k), i) = left[static_cast<std::size_t>(i)];
  }
  for (std::int64_t i = 0; i < count; ++i) reflect(rows.column(i), 0.9);
  return rows;
}

TEST(RowSpectra, NormsAreThoseOfTheirSingularValues) {
  auto const world = mpi::Communicator::duplicate(MPI_COMM_WORLD);
  auto const own = mpi::share(kFirst + kLast, world.rank(), world.size());
  auto const first = rows_with(clustered(), kFirst, 0), last = rows_with(falling(), kLast, 500);
  std::vector<GroupRows> groups{{kFirst, {}}, {kFirst + kLast, {}}, {kLast, {}}};
  Estimate estimate{{}, DenseMatrix(kColumns, own.size())};
  for (std::int64_t i = own.begin; i < own.end; ++i) {
    auto const at = static_cast<std::int32_t>(i - own.begin);
    groups[i < kFirst ? 0 : 2].own.push_back(at);
    groups[1].own.push_back(at);
    std::ranges::copy(i < kFirst ? first.column(i) : last.column(i - kFirst),
                      estimate.dense.column(at).begin());
  }
  std::vector<GroupRows const*> const rows{&groups[0], &groups[1], &groups[2]};
  auto const spectral = spectral_norms(world, rows, {true, true, false}, [&](std::size_t g) {
    DenseMatrix panel(kColumns, rows[g]->own_count());
    estimate.rows(rows[g]->own, panel.view());
    return panel;
  });
  EXPECT_NEAR(spectral[0], 3, 1e-12);
  EXPECT_NEAR(spectral[1], 3, 1e-12);
  EXPECT_EQ(spectral[2], 0);

  auto const sum = [](std::vector<double> const& values) {
    return std::accumulate(values.begin(), values.end(), 0.0);
  };
  auto const nuclear = nuclear_norms(world, kColumns, rows, estimate);
  // Rounding of a Gram matrix: 1e-8 of the largest for each singular value that is zero.
  EXPECT_NEAR(nuclear[0], sum(clustered()), 3e-5);
  EXPECT_NEAR(nuclear[1], sum(clustered()) + sum(falling()), 3e-5);
  EXPECT_NEAR(nuclear[2], sum(falling()), 1e-11);
}

}  // namespace
}  // namespace thresher::group_matrix
