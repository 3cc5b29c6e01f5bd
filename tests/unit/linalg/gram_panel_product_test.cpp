#include "linalg/gram_panel_product.hpp"

#include "linalg/dense_matrix.hpp"
#include "sample_matrix.hpp"
#include "vector_paths.hpp"

#include <gtest/gtest.h>

#include <algorithm>

namespace thresher::linalg {
namespace {

class GramPanelProduct : public OnVectorPaths<> {};

/// Within a tile, over several, by BLAS; rows and columns that fill no register.
TEST_F(GramPanelProduct, IsThatOfTwoProducts) {
  for (auto const path : {best_, random::VectorPath::avx2}) {
    random::set_vector_path(path);
    for (auto const& [rows, columns, width] :
         {std::tuple{1, 1, 1}, {40, 7, 3}, {131, 77, 23}, {160, 64, 8}, {90, 45, 70}}) {
      auto const p = normal_panel({0, rows}, columns);
      auto const q = normal_panel({7, rows + 7}, width);
      DenseMatrix inner(width, columns), out(rows, width), expected_inner(width, columns),
          expected(rows, width);
      std::ranges::fill(inner.values(), 5.0);
      std::ranges::fill(out.values(), 5.0);
      gram_panel_product(p.view(), q.view(), inner.view(), out.view());
      gemm(Transpose::yes, Transpose::no, 1, q.view(), p.view(), 0, expected_inner.view());
      gemm(Transpose::no, Transpose::yes, 1, p.view(), expected_inner.view(), 0, expected.view());
      EXPECT_LT(relative_difference(inner.values(), expected_inner.values()), 1e-14) << rows;
      EXPECT_LT(relative_difference(out.values(), expected.values()), 1e-14) << rows;
    }
  }
}

/// A rank without rows of a group.
TEST_F(GramPanelProduct, OfNoColumnsIsZero) {
  DenseMatrix const p(50, 0);
  for (std::int64_t const width : {4, 70}) {
    auto const q = normal_panel({0, 50}, width);
    DenseMatrix inner(width, 0), out(50, width);
    std::ranges::fill(out.values(), 5.0);
    gram_panel_product(p.view(), q.view(), inner.view(), out.view());
    EXPECT_TRUE(std::ranges::all_of(out.values(), [](double entry) { return entry == 0; })) << width;
  }
}

}  // namespace
}  // namespace thresher::linalg
