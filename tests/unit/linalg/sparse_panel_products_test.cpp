#include "linalg/sparse_panel_products.hpp"

#include "linalg/dense_matrix.hpp"
#include "random/stream.hpp"
#include "sample_matrix.hpp"
#include "vector_paths.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <vector>

namespace thresher::linalg {
namespace {

/// A sparse matrix whose rows have 0, 1, 2, ... entries, and the same with the zeros.
struct Sample {
  std::vector<std::vector<std::int32_t>> places;
  std::vector<std::vector<double>> values;
  DenseMatrix dense;

  Sample(std::int64_t rows, std::int64_t columns) : dense(rows, columns) {
    auto const numbers = normal_panel({0, columns}, rows, "entries");
    for (std::int64_t i = 0; i < rows; ++i) {
      places.emplace_back();
      values.emplace_back();
      for (std::int64_t j = 0; j < columns; ++j) {
        if ((i * 7 + j * 5) % columns >= i) continue;
        places.back().push_back(static_cast<std::int32_t>(j));
        values.back().push_back(numbers(j, i));
        dense(i, j) = numbers(j, i);
      }
    }
  }
  std::vector<SparseRow> rows() const {
    std::vector<SparseRow> result;
    for (std::size_t i = 0; i < places.size(); ++i) result.push_back({places[i], values[i]});
    return result;
  }
};

struct Made {
  DenseMatrix product, transposed;
  std::vector<double> sampled;  ///< all entries, row by row
};

/// The three products with panels of b columns, added to ones where they are added.
Made made(Sample const& a, std::int64_t b) {
  std::int64_t const rows = a.dense.rows(), columns = a.dense.columns();
  auto const q = normal_panel({0, columns}, b, "q"), p = normal_panel({0, b}, rows, "p");
  Made result{DenseMatrix(b, rows), DenseMatrix(columns, b), {}};
  std::ranges::fill(result.product.values(), 1.0);
  add_sparse_product(a.rows(), q.view(), result.product.view());
  transposed_sparse_product(a.rows(), p.view(), result.transposed.view());
  auto values = a.values;
  std::vector<SampledRow> places;
  for (std::size_t i = 0; i < values.size(); ++i) places.push_back({a.places[i], values[i]});
  add_sampled_product(-0.5, q.view(), p.view(), places);
  for (auto const& row : values) result.sampled.insert(result.sampled.end(), row.begin(), row.end());
  return result;
}

class SparsePanelProducts : public OnVectorPaths<testing::TestWithParam<std::int64_t>> {};

TEST_P(SparsePanelProducts, AreThoseOfTheMatrixWithItsZeros) {
  std::int64_t const b = GetParam(), rows = 23, columns = 29;
  Sample const a(rows, columns);
  auto const q = normal_panel({0, columns}, b, "q"), p = normal_panel({0, b}, rows, "p");
  DenseMatrix product(b, rows), transposed(columns, b), whole(columns, rows);
  std::ranges::fill(product.values(), 1.0);
  gemm(Transpose::yes, Transpose::yes, 1, q.view(), a.dense.view(), 1, product.view());
  gemm(Transpose::yes, Transpose::yes, 1, a.dense.view(), p.view(), 0, transposed.view());
  gemm(Transpose::no, Transpose::no, 1, q.view(), p.view(), 0, whole.view());
  std::vector<double> sampled;
  for (std::size_t i = 0; i < a.places.size(); ++i)
    for (std::size_t k = 0; k < a.places[i].size(); ++k)
      sampled.push_back(a.values[i][k] - 0.5 * whole(a.places[i][k], static_cast<std::int64_t>(i)));
  for (auto const path : {best_, random::VectorPath::avx2}) {
    random::set_vector_path(path);
    auto const found = made(a, b);
    EXPECT_LT(relative_difference(found.product.values(), product.values()), 1e-14);
    EXPECT_LT(relative_difference(found.transposed.values(), transposed.values()), 1e-14);
    EXPECT_LT(relative_difference(found.sampled, sampled), 1e-14);
  }
}

TEST_P(SparsePanelProducts, HaveTheSameBitsOnEveryProcessorAndBesideAnyColumns) {
  std::int64_t const b = GetParam();
  Sample const a(23, 29);
  auto const wide = made(a, b);
  random::set_vector_path(random::VectorPath::avx2);
  auto const narrow = made(a, b);
  EXPECT_TRUE(std::ranges::equal(narrow.product.values(), wide.product.values()));
  EXPECT_TRUE(std::ranges::equal(narrow.transposed.values(), wide.transposed.values()));
  EXPECT_TRUE(std::ranges::equal(narrow.sampled, wide.sampled));
  random::set_vector_path(best_);
  // Column 0 of Q, and row 0 of P, are the same whatever the width.
  auto const q = normal_panel({0, 29}, 1, "q");
  DenseMatrix alone(1, 23);
  std::ranges::fill(alone.values(), 1.0);
  add_sparse_product(a.rows(), q.view(), alone.view());
  for (std::int64_t i = 0; i < 23; ++i) EXPECT_EQ(wide.product(0, i), alone(0, i));
}

/// More rows than are taken at a time, some of them without entries.
TEST_P(SparsePanelProducts, TransposedRowsAreTakenInBlocks) {
  std::int64_t const b = GetParam(), rows = 1200, columns = 31;
  Sample const a(rows, columns);
  auto const p = normal_panel({0, b}, rows, "p");
  DenseMatrix expected(columns, b);
  gemm(Transpose::yes, Transpose::yes, 1, a.dense.view(), p.view(), 0, expected.view());
  for (auto const path : {best_, random::VectorPath::avx2}) {
    random::set_vector_path(path);
    DenseMatrix found(columns, b);
    transposed_sparse_product(a.rows(), p.view(), found.view());
    EXPECT_LT(relative_difference(found.values(), expected.values()), 1e-14);
  }
}

INSTANTIATE_TEST_SUITE_P(Widths, SparsePanelProducts, testing::Values(1, 8, 17, 53, 130, 200));

}  // namespace
}  // namespace thresher::linalg
