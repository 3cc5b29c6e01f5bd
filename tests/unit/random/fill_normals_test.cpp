#include "paths.hpp"
#include "random/normal_columns.hpp"
#include "random/stream.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <stdexcept>
#include <vector>

namespace thresher::random {
namespace {

Stream const matrix_stream(hash_identity("fill_normals_test"), "matrix");

template <class Real>
constexpr Real untouched_entry = Real{-12345};

// Fills the block into memory with room to spare and compares every entry, and the memory between, with
// `entry`.
template <class Real, class Entry>
void expect_block(Block block, Layout layout, std::int64_t spare, Entry entry) {
  std::int64_t const rows = block.row_end - block.row_begin;
  std::int64_t const columns = block.column_end - block.column_begin;
  std::int64_t const inner = layout == Layout::row_major ? columns : rows;
  std::int64_t const outer = layout == Layout::row_major ? rows : columns;
  std::int64_t const leading = inner + spare;
  std::vector<Real> out(static_cast<std::size_t>(std::max<std::int64_t>(outer * leading, 1)),
                        untouched_entry<Real>);
  fill_normals(matrix_stream, block, layout, std::span<Real>(out), leading);
  for (std::int64_t o = 0; o < outer; ++o) {
    for (std::int64_t i = 0; i < leading; ++i) {
      Real const value = out[static_cast<std::size_t>(o * leading + i)];
      if (i >= inner) {
        ASSERT_EQ(value, untouched_entry<Real>);
        continue;
      }
      std::int64_t const row = block.row_begin + (layout == Layout::row_major ? o : i);
      std::int64_t const column = block.column_begin + (layout == Layout::row_major ? i : o);
      ASSERT_EQ(value, static_cast<Real>(entry(row, column))) << "row " << row << ", column " << column;
    }
  }
}

class WholeMatrix {
 public:
  WholeMatrix(std::int64_t rows, std::int64_t columns) : columns_(columns) {
    for (std::int64_t row = 0; row < rows; ++row) {
      for (std::int64_t column = 0; column < columns; ++column) {
        entries_.push_back(
            matrix_stream.normal({static_cast<std::uint64_t>(row)}, static_cast<std::uint64_t>(column)));
      }
    }
  }
  double operator()(std::int64_t row, std::int64_t column) const {
    return entries_[static_cast<std::size_t>(row * columns_ + column)];
  }

 private:
  std::int64_t columns_;
  std::vector<double> entries_;
};

TEST(FillNormals, AnyBlockIsItsPartOfTheMatrix) {
  WholeMatrix const matrix(150, 300);
  std::vector<std::pair<std::int64_t, std::int64_t>> const row_ranges = {
      {0, 1}, {5, 7}, {3, 10}, {1, 17}, {0, 32}, {9, 50}, {0, 150}, {149, 150}};
  std::vector<std::pair<std::int64_t, std::int64_t>> const column_ranges = {
      {0, 1}, {1, 2}, {1, 4}, {0, 31}, {7, 60}, {0, 191}, {0, 300}, {77, 300}, {33, 290}};
  test::PathGuard const guard;
  for (VectorPath path : test::available_paths()) {
    SCOPED_TRACE(test::name_of(path));
    set_vector_path(path);
    for (auto const& [row_begin, row_end] : row_ranges) {
      for (auto const& [column_begin, column_end] : column_ranges) {
        Block const block{row_begin, row_end, column_begin, column_end};
        for (Layout layout : {Layout::row_major, Layout::column_major}) {
          for (std::int64_t spare : {0, 3}) {
            expect_block<double>(block, layout, spare, matrix);
            expect_block<float>(block, layout, spare, matrix);
          }
        }
      }
    }
  }
}

TEST(FillNormals, ManyRowsAndFarRowsKeepTheirIdentity) {
  auto entry = [](std::int64_t row, std::int64_t column) {
    return matrix_stream.normal({static_cast<std::uint64_t>(row)}, static_cast<std::uint64_t>(column));
  };
  std::int64_t const far = 1LL << 40;
  for (Layout layout : {Layout::row_major, Layout::column_major}) {
    expect_block<double>({10, 10 + 2100, 4, 9}, layout, 0, entry);
    expect_block<double>({far, far + 40, far + 1, far + 40}, layout, 1, entry);
  }
}

TEST(FillNormalColumns, ScatteredColumnsAreThoseOfTheMatrix) {
  std::vector<std::int64_t> const columns{7, 0, 8, 1LL << 40, 7, 191};
  test::PathGuard const guard;
  for (VectorPath path : test::available_paths()) {
    SCOPED_TRACE(test::name_of(path));
    set_vector_path(path);
    for (auto const& [begin, end] :
         std::vector<std::pair<std::int64_t, std::int64_t>>{{3, 8}, {0, 64}, {5, 2105}}) {
      std::int64_t const rows = end - begin;
      std::int64_t const leading = rows + 2;
      std::vector<double> out(columns.size() * static_cast<std::size_t>(leading), untouched_entry<double>);
      fill_normal_columns(matrix_stream, begin, end, columns, out, leading);
      for (std::size_t k = 0; k < columns.size(); ++k)
        for (std::int64_t i = 0; i < leading; ++i) {
          double const value = out[k * static_cast<std::size_t>(leading) + static_cast<std::size_t>(i)];
          double const expected = i < rows ? matrix_stream.normal({static_cast<std::uint64_t>(begin + i)},
                                                                  static_cast<std::uint64_t>(columns[k]))
                                           : untouched_entry<double>;
          ASSERT_EQ(value, expected) << "row " << begin + i << ", column " << columns[k];
        }
    }
  }
}

TEST(FillNormalColumns, RefusesColumnsThatDoNotFit) {
  std::vector<double> out(6);
  std::vector<std::int64_t> const two{4, 1};
  EXPECT_NO_THROW(fill_normal_columns(matrix_stream, 0, 3, two, out, 3));
  EXPECT_NO_THROW(fill_normal_columns(matrix_stream, 0, 3, {}, {}, 3));
  EXPECT_THROW(fill_normal_columns(matrix_stream, 0, 3, two, out, 4), std::invalid_argument);
  EXPECT_THROW(fill_normal_columns(matrix_stream, 0, 3, two, out, 2), std::invalid_argument);
  std::vector<std::int64_t> const negative{-1};
  EXPECT_THROW(fill_normal_columns(matrix_stream, 0, 3, negative, out, 3), std::invalid_argument);
}

TEST(FillNormals, EmptyBlocksTouchNothing) {
  for (Layout layout : {Layout::row_major, Layout::column_major}) {
    std::vector<double> nothing;
    fill_normals(matrix_stream, {4, 4, 0, 10}, layout, std::span<double>(nothing), 10);
    fill_normals(matrix_stream, {0, 10, 4, 4}, layout, std::span<double>(nothing), 10);
  }
}

TEST(FillNormals, RefusesBlocksThatDoNotFit) {
  std::vector<double> out(12);
  std::span<double> const memory(out);
  EXPECT_NO_THROW(fill_normals(matrix_stream, {0, 3, 0, 4}, Layout::row_major, memory, 4));
  EXPECT_NO_THROW(fill_normals(matrix_stream, {0, 3, 0, 2}, Layout::row_major, memory, 5));
  EXPECT_THROW(fill_normals(matrix_stream, {0, 3, 0, 3}, Layout::row_major, memory, 5),
               std::invalid_argument);
  EXPECT_THROW(fill_normals(matrix_stream, {0, 3, 0, 4}, Layout::row_major, memory, 3),
               std::invalid_argument);
  EXPECT_THROW(fill_normals(matrix_stream, {0, 3, 0, 4}, Layout::row_major, memory, -4),
               std::invalid_argument);
  EXPECT_THROW(fill_normals(matrix_stream, {0, 4, 0, 3}, Layout::column_major, memory, 3),
               std::invalid_argument);
  EXPECT_THROW(fill_normals(matrix_stream, {0, 4, 0, 4}, Layout::column_major, memory, 4),
               std::invalid_argument);
  EXPECT_THROW(fill_normals(matrix_stream, {-1, 3, 0, 1}, Layout::row_major, memory, 4),
               std::invalid_argument);
  EXPECT_THROW(fill_normals(matrix_stream, {0, 3, 2, 1}, Layout::row_major, memory, 4),
               std::invalid_argument);
}

}  // namespace
}  // namespace thresher::random
