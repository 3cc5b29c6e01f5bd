#include "linalg/narrow_products.hpp"

#include "linalg/dense_matrix.hpp"
#include "sample_matrix.hpp"
#include "vector_paths.hpp"

#include <gtest/gtest.h>

#include <algorithm>

namespace thresher::linalg {
namespace {

class NarrowProducts : public OnVectorPaths<> {};

DenseMatrix first_rows(ConstMatrixView panel, std::int64_t rows) {
  DenseMatrix result(rows, panel.columns);
  for (std::int64_t j = 0; j < panel.columns; ++j)
    std::copy_n(panel.column(j).data(), rows, result.column(j).data());
  return result;
}

struct Made {
  DenseMatrix product;     ///< X S
  DenseMatrix sum;         ///< B + X S
  DenseMatrix transposed;  ///< X (S^T)^T
  DenseMatrix overlaps;    ///< X^T (X S)
};

Made made(DenseMatrix const& x, DenseMatrix const& s, DenseMatrix const& b) {
  Panel const left(x.view()), start(b.view());
  Panel y(x.rows(), s.columns()), sum(x.rows(), s.columns()), again(x.rows(), s.columns());
  DenseMatrix flipped(s.columns(), s.rows());
  for (std::int64_t i = 0; i < s.rows(); ++i)
    for (std::int64_t j = 0; j < s.columns(); ++j) flipped(j, i) = s(i, j);
  panel_product(left.view(), Coefficients::of(s.view()), y.view());
  panel_product(start.view(), left.view(), Coefficients::of(s.view()), sum.view());
  panel_product(left.view(), Coefficients::transposed(flipped.view()), again.view());
  DenseMatrix overlaps(x.columns(), s.columns());
  panel_overlaps(left.view(), y.view(), overlaps.view());
  return {first_rows(y.view(), x.rows()), first_rows(sum.view(), x.rows()),
          first_rows(again.view(), x.rows()), overlaps};
}

TEST_F(NarrowProducts, AreThoseOfGemm) {
  for (auto const path : {best_, random::VectorPath::avx2}) {
    random::set_vector_path(path);
    for (auto const& [rows, inner, width] :
         {std::tuple{1, 1, 1}, {16, 3, 2}, {31, 7, 13}, {240, 40, 8}, {100, 9, 27}}) {
      auto const x = normal_panel({0, rows}, inner);
      auto const s = normal_panel({0, inner}, width);
      auto const b = normal_panel({5, rows + 5}, width);
      auto const found = made(x, s, b);
      DenseMatrix product(rows, width), sum = b, overlaps(inner, width);
      gemm(Transpose::no, Transpose::no, 1, x.view(), s.view(), 0, product.view());
      gemm(Transpose::no, Transpose::no, 1, x.view(), s.view(), 1, sum.view());
      gemm(Transpose::yes, Transpose::no, 1, x.view(), product.view(), 0, overlaps.view());
      EXPECT_LT(relative_difference(found.product.values(), product.values()), 1e-14);
      EXPECT_LT(relative_difference(found.sum.values(), sum.values()), 1e-14);
      EXPECT_LT(relative_difference(found.overlaps.values(), overlaps.values()), 1e-14);
      EXPECT_TRUE(std::ranges::equal(found.transposed.values(), found.product.values()));
    }
  }
}

TEST_F(NarrowProducts, GramMatricesAreThoseOfSyrk) {
  for (auto const path : {best_, random::VectorPath::avx2}) {
    random::set_vector_path(path);
    for (auto const& [rows, columns] : {std::pair{1, 1}, {16, 5}, {31, 40}, {60, 60}, {128, 128}, {130, 9}}) {
      auto const a = normal_panel({0, rows}, columns);
      for (auto const of_a : {Transpose::no, Transpose::yes}) {
        std::int64_t const order = of_a == Transpose::no ? rows : columns;
        DenseMatrix found(order, order), expected(order, order);
        small_gram(of_a, a.view(), found.view());
        syrk(Triangle::lower, of_a, 1, a.view(), 0, expected.view());
        for (std::int64_t j = 0; j < order; ++j)
          for (std::int64_t i = 0; i < j; ++i) found(i, j) = 0;
        EXPECT_LT(relative_difference(found.values(), expected.values()), 1e-14) << rows << ' ' << columns;
      }
    }
  }
}

TEST_F(NarrowProducts, HaveTheSameBitsOnEveryProcessorAndBesideAnyColumns) {
  auto const x = normal_panel({0, 100}, 11);
  auto const s = normal_panel({0, 11}, 13);
  auto const b = normal_panel({5, 105}, 13);
  auto const whole = made(x, s, b);
  random::set_vector_path(random::VectorPath::avx2);
  auto const narrow = made(x, s, b);
  EXPECT_TRUE(std::ranges::equal(narrow.sum.values(), whole.sum.values()));
  EXPECT_TRUE(std::ranges::equal(narrow.overlaps.values(), whole.overlaps.values()));
  random::set_vector_path(best_);
  for (std::int64_t j = 0; j < s.columns(); ++j) {
    DenseMatrix one(11, 1), start(100, 1);
    std::ranges::copy(s.column(j), one.values().begin());
    std::ranges::copy(b.column(j), start.values().begin());
    auto const alone = made(x, one, start);
    EXPECT_TRUE(std::ranges::equal(alone.sum.values(), whole.sum.column(j)));
    EXPECT_TRUE(std::ranges::equal(alone.overlaps.values(), whole.overlaps.column(j)));
  }
}

}  // namespace
}  // namespace thresher::linalg
