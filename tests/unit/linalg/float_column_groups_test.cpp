#include "linalg/float_column_groups.hpp"

#include "sample_matrix.hpp"
#include "vector_paths.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <tuple>
#include <utility>
#include <vector>

namespace thresher::linalg {
namespace {

/// Columns of floats, and the same as doubles.
struct FloatSample {
  FloatSample(std::int64_t rows, std::int64_t columns) : doubles(rows, columns) {
    normal_rows(rows, "floats")({0, columns}, doubles.values());
    for (double& entry : doubles.values()) {
      floats.push_back(static_cast<float>(entry));
      entry = floats.back();
    }
  }
  FloatBlock block() const { return {floats.data(), doubles.rows(), doubles.columns(), doubles.rows()}; }
  DenseMatrix doubles;
  std::vector<float> floats;
};

ColumnGroups as_doubles(FloatColumnGroups const& panel) {
  ColumnGroups copy(panel.rows(), panel.columns());
  panel.copy_to(copy);
  return copy;
}

class FloatColumnGroupsTest : public OnVectorPaths<> {};

TEST_F(FloatColumnGroupsTest, ProductsAreThoseOfDoublesUpToRounding) {
  for (auto const& [rows, columns, width] : {std::tuple{1, 1, 1}, {13, 3, 2}, {64, 37, 33}, {700, 20, 16}}) {
    FloatSample const sample(rows, columns);
    FloatColumnGroups const panel(ColumnGroups(normal_panel({0, rows}, width).view()));
    auto const exact = as_doubles(panel);
    FloatColumnGroups scores(columns, width), image(rows, width);
    ColumnGroups exact_scores(columns, width), exact_image(rows, width);
    block_scores(sample.block(), panel, scores);
    block_scores(sample.doubles.view(), exact, exact_scores);
    add_block_image(sample.block(), scores, image);
    add_block_image(sample.doubles.view(), as_doubles(scores), exact_image);
    double const size = std::sqrt(static_cast<double>(rows * columns));
    for (std::int64_t j = 0; j < width; ++j) {
      for (std::int64_t i = 0; i < columns; ++i) EXPECT_NEAR(scores(i, j), exact_scores(i, j), 2e-6 * size);
      for (std::int64_t i = 0; i < rows; ++i)
        EXPECT_NEAR(image(i, j), exact_image(i, j), 2e-6 * size * std::sqrt(static_cast<double>(rows)));
    }
  }
}

TEST_F(FloatColumnGroupsTest, SumsInDoublesAddToWhatIsThere) {
  for (auto const& [rows, columns] : {std::pair{1, 1}, {7, 3}, {64, 5}, {701, 18}}) {
    FloatSample const sample(rows, columns);
    auto const a = sample.doubles.column(columns - 1);
    std::vector<double> products(static_cast<std::size_t>(columns), 2.0), squares(products);
    add_inner_products(a, sample.block(), products);
    add_column_squares(FloatColumnGroups(ColumnGroups(sample.doubles.view())), squares);
    for (std::int64_t j = 0; j < columns; ++j) {
      double product = 2, square = 2, size = 0;
      for (std::size_t i = 0; i < a.size(); ++i) {
        double const entry = sample.doubles.column(j)[i];
        product += a[i] * entry;
        square += entry * entry;
        size += std::abs(a[i] * entry);
      }
      EXPECT_NEAR(products[static_cast<std::size_t>(j)], product, 1e-14 * (2 + size)) << rows << " rows";
      EXPECT_NEAR(squares[static_cast<std::size_t>(j)], square, 1e-14 * square) << rows << " rows";
    }
    if (best_ != random::VectorPath::avx512) continue;
    random::set_vector_path(random::VectorPath::avx2);
    std::vector<double> narrow(products.size(), 2.0), narrow_squares(narrow);
    add_inner_products(a, sample.block(), narrow);
    add_column_squares(FloatColumnGroups(ColumnGroups(sample.doubles.view())), narrow_squares);
    EXPECT_EQ(narrow, products);
    EXPECT_EQ(narrow_squares, squares);
    random::set_vector_path(best_);
  }
}

TEST_F(FloatColumnGroupsTest, BitsDependNeitherOnTheProcessorNorOnCompany) {
  FloatSample const sample(70, 61);
  auto const columns = normal_panel({0, 70}, 40);
  auto const scores_of = [&](std::int64_t width) {
    FloatColumnGroups const panel(ColumnGroups(columns.columns_from(0, width)));
    FloatColumnGroups scores(61, width), image(70, width);
    block_scores(sample.block(), panel, scores);
    add_block_image(sample.block(), scores, image);
    return image;
  };
  auto const all = scores_of(40);
  auto const few = scores_of(3);
  for (std::int64_t i = 0; i < 70; ++i) EXPECT_EQ(few(i, 2), all(i, 2));
  if (best_ != random::VectorPath::avx512) GTEST_SKIP() << "this processor has one path only";
  random::set_vector_path(random::VectorPath::avx2);
  auto const narrow = scores_of(40);
  for (std::int64_t i = 0; i < 70; ++i)
    for (std::int64_t j = 0; j < 40; ++j) EXPECT_EQ(narrow(i, j), all(i, j));
}

}  // namespace
}  // namespace thresher::linalg
