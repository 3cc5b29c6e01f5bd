#pragma once

#include "random/stream.hpp"

#include <cstdint>
#include <span>

namespace thresher::random {

/// Rows [row_begin, row_end) of scattered columns (each >= 0, in any order) of the matrix of `fill_normals`:
/// out[k * leading + i] is stream.normal({row_begin + i}, columns[k]). Rows are prepared once for all
/// columns. leading >= rows. Not collective. Throws std::invalid_argument when the columns do not fit.
void fill_normal_columns(Stream const& stream, std::int64_t row_begin, std::int64_t row_end,
                         std::span<std::int64_t const> columns, std::span<double> out, std::int64_t leading);

}  // namespace thresher::random
