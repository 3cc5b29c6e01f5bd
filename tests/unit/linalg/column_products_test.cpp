#include "linalg/column_products.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <random>
#include <vector>

namespace {

using namespace thresher::linalg;

class ColumnProducts : public ::testing::Test {
 protected:
  void SetUp() override {
    std::mt19937_64 generator(1);
    std::normal_distribution<double> normal;
    for (auto& column : columns) {
      column.resize(most_rows);
      for (double& entry : column) entry = normal(generator);
    }
    vector.resize(most_rows);
    for (double& entry : vector) entry = normal(generator);
  }
  std::vector<double const*> pointers(std::size_t first, std::size_t count) const {
    std::vector<double const*> all;
    for (std::size_t k = 0; k < count; ++k) all.push_back(columns[first + k].data());
    return all;
  }
  static constexpr std::size_t most_rows = 1040;
  std::vector<std::vector<double>> columns = std::vector<std::vector<double>>(11);
  std::vector<double> vector;
};

TEST_F(ColumnProducts, DistancesAreThoseOfTheDifference) {
  for (std::size_t const rows : {0u, 1u, 7u, 8u, 9u, 100u, 1040u}) {
    double square = 0;
    for (std::size_t i = 0; i < rows; ++i)
      square += (columns[0][i] - columns[1][i]) * (columns[0][i] - columns[1][i]);
    EXPECT_NEAR(squared_distance(std::span<double const>(columns[0]).first(rows),
                                 std::span<double const>(columns[1]).first(rows)),
                square, 1e-11);
  }
}

TEST_F(ColumnProducts, AreInnerProducts) {
  for (std::size_t const rows : {0u, 1u, 7u, 8u, 9u, 100u, 1040u}) {
    auto const v = std::span<double const>(vector).first(rows);
    std::vector<double> products(11, 1.0);
    std::vector<double> squares(11, 2.0);
    add_column_products(pointers(0, 11), v, products);
    add_squared_norms(pointers(0, 11), static_cast<std::int64_t>(rows), squares);
    for (std::size_t k = 0; k < 11; ++k) {
      double product = 1;
      double square = 2;
      for (std::size_t i = 0; i < rows; ++i) {
        product += columns[k][i] * vector[i];
        square += columns[k][i] * columns[k][i];
      }
      EXPECT_NEAR(products[k], product, 1e-11);
      EXPECT_NEAR(squares[k], square, 1e-11);
    }
  }
}

// What layout independence rests on.
TEST_F(ColumnProducts, BitsDoNotDependOnTheCompany) {
  for (std::size_t rows = 1; rows < 40; ++rows) {
    auto const v = std::span<double const>(vector).first(rows);
    std::vector<double> together(11, 0.0);
    std::vector<double> squares(11, 0.0);
    add_column_products(pointers(0, 11), v, together);
    add_squared_norms(pointers(0, 11), static_cast<std::int64_t>(rows), squares);
    for (std::size_t first = 0; first < 11; ++first)
      for (std::size_t count = 1; first + count <= 11; ++count) {
        std::vector<double> part(count, 0.0);
        std::vector<double> part_squares(count, 0.0);
        add_column_products(pointers(first, count), v, part);
        add_squared_norms(pointers(first, count), static_cast<std::int64_t>(rows), part_squares);
        for (std::size_t k = 0; k < count; ++k) {
          EXPECT_EQ(part[k], together[first + k]);
          EXPECT_EQ(part_squares[k], squares[first + k]);
        }
      }
    EXPECT_EQ(inner_product(std::span<double const>(columns[5]).first(rows), v), together[5]);
  }
}

TEST_F(ColumnProducts, CombinationsAddInOrderForEveryRow) {
  std::vector<double> const coefficients{0.5, -2, 3, 0, 1e-3, 7, -1, 2, 9, 4, 0.1};
  std::vector<double> whole(most_rows, 1.0);
  add_combination(pointers(0, 11), coefficients, whole);
  for (std::size_t i = 0; i < most_rows; ++i) {
    double expected = 1;
    for (std::size_t k = 0; k < 11; ++k) expected = std::fma(coefficients[k], columns[k][i], expected);
    EXPECT_EQ(whole[i], expected);
  }
  // The same bits however the rows are cut.
  for (std::size_t const begin : {1u, 3u, 500u, 600u}) {
    std::vector<double const*> shifted;
    for (auto const& column : columns) shifted.push_back(column.data() + begin);
    std::vector<double> part(most_rows - begin, 1.0);
    add_combination(shifted, coefficients, part);
    for (std::size_t i = 0; i < part.size(); ++i) EXPECT_EQ(part[i], whole[begin + i]);
  }
}

}  // namespace
