#pragma once

#include <cstdint>
#include <tuple>
#include <vector>

namespace thresher::group_matrix {

/// What is known of the user's file as a whole.
struct OwnMatrix {
  std::int64_t rows = 0;
  std::int64_t columns = 0;
  std::int64_t observed = 0;
  std::int64_t factors = 0;  ///< > 0: /labels; 0: /groups
  std::vector<std::int64_t> group_sizes;
  std::vector<std::int64_t> factor_of;  ///< of each group; 0 for /groups
  std::vector<std::int64_t> level_of;   ///< of each group in its factor
  std::vector<double> weights;          ///< of each group
  std::int64_t tests = 0;               ///< cells of /test
  bool is_dense = false;                ///< /Y, else /obs
  bool is_partition = false;            ///< every row in one group
  bool is_crossed = false;              ///< every row in one group of each factor

  static constexpr std::tuple members{&OwnMatrix::rows,     &OwnMatrix::columns,      &OwnMatrix::observed,
                                      &OwnMatrix::factors,  &OwnMatrix::group_sizes,  &OwnMatrix::factor_of,
                                      &OwnMatrix::level_of, &OwnMatrix::weights,      &OwnMatrix::tests,
                                      &OwnMatrix::is_dense, &OwnMatrix::is_partition, &OwnMatrix::is_crossed};
};

}  // namespace thresher::group_matrix
