#pragma once

#include <cstdint>
#include <span>

/// Products with the columns of a tall matrix in which every result has its own, fixed order of additions:
/// the bits of one column's product do not depend on the columns or vectors that go with it, nor on the rank
/// that computes it (BLAS gives no such promise). As fast as memory where the columns come from memory.
/// Nothing here is collective.
namespace thresher::linalg {

/// products[k] += sum over i < vector.size() of columns[k][i] * vector[i].
void add_column_products(std::span<double const* const> columns, std::span<double const> vector,
                         std::span<double> products);

/// sums[k] += sum over i < rows of columns[k][i]^2.
void add_squared_norms(std::span<double const* const> columns, std::int64_t rows, std::span<double> sums);

/// result[i] += sum over k of coefficients[k] * columns[k][i], added in the order of k for every i.
void add_combination(std::span<double const* const> columns, std::span<double const> coefficients,
                     std::span<double> result);

/// Inner product in the order of additions of `add_column_products`.
double inner_product(std::span<double const> a, std::span<double const> b);
/// |a - b|^2 in the same order.
double squared_distance(std::span<double const> a, std::span<double const> b);

}  // namespace thresher::linalg
