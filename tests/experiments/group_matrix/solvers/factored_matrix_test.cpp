#include "experiments/group_matrix/solvers/factored_matrix.hpp"

#include "linalg/orthonormal_frame.hpp"
#include "programs.hpp"

#include <gtest/gtest.h>

namespace thresher::group_matrix {
namespace {

using namespace testing;
using linalg::Transpose;

DenseMatrix random_panel(std::int64_t rows, std::int64_t columns, unsigned seed) {
  std::mt19937_64 generator(seed);
  std::normal_distribution<double> normal;
  DenseMatrix panel(rows, columns);
  for (double& entry : panel.values()) entry = normal(generator);
  return panel;
}

/// Two terms, on the even rows and on all, with orthonormal vectors.
struct TwoTerms {
  GroupRows even{6, {0, 2, 4, 6, 8, 10}}, all{12, {0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11}};
  FactoredMatrix matrix;

  TwoTerms() {
    for (auto const* rows : {&even, &all}) {
      auto vectors = random_panel(15, 3, static_cast<unsigned>(rows->size));
      linalg::orthonormalize_columns(vectors.view());
      matrix.add({rows, std::move(vectors), random_panel(3, rows->own_count(), 1)});
    }
  }
};

/// Also where Q begins with the vectors of a term, as the first block of an iteration does.
TEST(FactoredMatrix, ProductsAreThoseOfItsRows) {
  TwoTerms const two;
  std::vector<std::int32_t> const rows{1, 2, 6, 7, 8, 11};
  DenseMatrix panel(15, 6);
  two.matrix.add_rows(rows, 1, panel.view());
  for (auto const& term : two.matrix.terms())
    for (std::int64_t const width : {2, 3, 5}) {
      auto q = random_panel(15, width, 7);
      auto const shared = std::min(width, term.rank());
      std::ranges::copy(term.vectors.values().first(static_cast<std::size_t>(15 * shared)),
                        q.values().begin());
      DenseMatrix found(width, 6), expected(width, 6);
      std::ranges::fill(found.values(), 2.0);
      std::ranges::fill(expected.values(), 2.0);
      two.matrix.add_product(rows, -0.7, q.view(), found.view());
      linalg::gemm(Transpose::yes, Transpose::no, -0.7, q.view(), panel.view(), 1, expected.view());
      EXPECT_LT(distance(found, expected), 1e-14 * norm(expected)) << width;
    }
}

/// A block of a term's vectors and others that are orthogonal to them.
TEST(FactoredMatrix, HasNoProductWithWhatIsOrthogonalToIt) {
  TwoTerms const two;
  auto const& term = two.matrix.terms().back();
  FactoredMatrix one;
  one.add(term);
  auto q = random_panel(15, 5, 7);
  std::ranges::copy(term.vectors.values(), q.values().begin());
  linalg::orthonormalize_columns(q.view());
  std::ranges::copy(term.vectors.values(), q.values().begin());
  DenseMatrix found(5, 12);
  one.add_product(two.all.own, 0.5, q.view(), found.view());
  for (std::int64_t i = 0; i < 12; ++i)
    for (std::int64_t k = 0; k < 5; ++k)
      EXPECT_NEAR(found(k, i), k < 3 ? 0.5 * term.coefficients(k, i) : 0, 1e-13) << k << ", " << i;
}

TEST(FactoredMatrix, TransposedProductsAndNormsAreThoseOfItsRows) {
  TwoTerms const two;
  DenseMatrix panel(15, 12);
  two.matrix.add_rows(two.all.own, 1, panel.view());
  auto const p = random_panel(4, 12, 9);
  DenseMatrix found(15, 4), expected(15, 4);
  two.matrix.add_transposed_product(two.all.own, 0.3, p.view(), found.view());
  linalg::gemm(Transpose::no, Transpose::yes, 0.3, panel.view(), p.view(), 0, expected.view());
  EXPECT_LT(distance(found, expected), 1e-14 * norm(expected));
  EXPECT_NEAR(two.matrix.squared_norm(), norm(panel) * norm(panel), 1e-12);
  EXPECT_NEAR(two.matrix.inner_product(two.matrix), two.matrix.squared_norm(), 1e-12);
}

}  // namespace
}  // namespace thresher::group_matrix
