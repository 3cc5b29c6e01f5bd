#include "linalg/column_groups.hpp"

#include "sample_matrix.hpp"
#include "vector_paths.hpp"

#include <gtest/gtest.h>

namespace thresher::linalg {
namespace {

struct Products {
  DenseMatrix scores;
  DenseMatrix image;
};

Products products(DenseMatrix const& block, ConstMatrixView panel) {
  ColumnGroups const grouped(panel);
  ColumnGroups scores(block.columns(), panel.columns);
  ColumnGroups image(block.rows(), panel.columns);
  block_scores(block.view(), grouped, scores);
  add_block_image(block.view(), scores, image);
  Products result{DenseMatrix(block.columns(), panel.columns), DenseMatrix(block.rows(), panel.columns)};
  scores.copy_to(result.scores.view());
  image.copy_to(result.image.view());
  return result;
}

DenseMatrix sample_block(std::int64_t rows, std::int64_t columns) {
  DenseMatrix block(rows, columns);
  normal_rows(rows, "block")({0, columns}, block.values());
  return block;
}

class ColumnGroupsTest : public OnVectorPaths<> {};

TEST_F(ColumnGroupsTest, HoldsAPanel) {
  auto const panel = normal_panel({0, 7}, 11);
  ColumnGroups const grouped(panel.view());
  EXPECT_EQ(grouped.groups(), 2);
  EXPECT_EQ(grouped(3, 9), panel(3, 9));
  DenseMatrix back(7, 11);
  grouped.copy_to(back.view());
  EXPECT_TRUE(std::ranges::equal(back.values(), panel.values()));
}

TEST_F(ColumnGroupsTest, ProductsAreThoseOfGemm) {
  for (auto const& [rows, columns, width] : {std::tuple{1, 1, 1}, {13, 3, 2}, {700, 37, 17}, {1100, 64, 8}}) {
    auto const block = sample_block(rows, columns);
    auto const panel = normal_panel({0, rows}, width);
    auto const found = products(block, panel.view());
    DenseMatrix scores(columns, width);
    DenseMatrix image(rows, width);
    gemm(Transpose::yes, Transpose::no, 1, block.view(), panel.view(), 0, scores.view());
    gemm(Transpose::no, Transpose::no, 1, block.view(), scores.view(), 0, image.view());
    EXPECT_LT(relative_difference(found.scores.values(), scores.values()), 1e-14);
    EXPECT_LT(relative_difference(found.image.values(), image.values()), 1e-14);
  }
}

TEST_F(ColumnGroupsTest, BitsDoNotDependOnTheProcessor) {
  if (best_ != random::VectorPath::avx512) GTEST_SKIP() << "this processor has one path only";
  auto const block = sample_block(1030, 53);
  auto const panel = normal_panel({0, 1030}, 19);
  auto const wide = products(block, panel.view());
  random::set_vector_path(random::VectorPath::avx2);
  auto const narrow = products(block, panel.view());
  EXPECT_TRUE(std::ranges::equal(wide.scores.values(), narrow.scores.values()));
  EXPECT_TRUE(std::ranges::equal(wide.image.values(), narrow.image.values()));
}

TEST_F(ColumnGroupsTest, BitsDependNeitherOnCompanyNorOnPosition) {
  // Sizes at which OpenBLAS changes kernels between 8 and 24 columns.
  auto const block = sample_block(70, 64);
  auto const panel = normal_panel({0, 70}, 24);
  auto const all = products(block, panel.view());
  for (std::int64_t width : {1, 3, 8, 13})
    for (std::int64_t first = 0; first + width <= 24; first += 5) {
      auto const some = products(block, panel.columns_from(first, width));
      for (std::int64_t j = 0; j < width; ++j) {
        EXPECT_TRUE(std::ranges::equal(some.scores.column(j), all.scores.column(first + j)));
        EXPECT_TRUE(std::ranges::equal(some.image.column(j), all.image.column(first + j)));
      }
    }
}

}  // namespace
}  // namespace thresher::linalg
