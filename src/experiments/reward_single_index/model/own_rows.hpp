#pragma once

#include <cstdint>
#include <tuple>

namespace thresher::reward_single_index {

/// What is known of the user's file as a whole.
struct OwnRows {
  std::int64_t rows = 0;  ///< of /X
  std::int64_t columns = 0;
  std::int64_t second_rows = 0;  ///< of /X2; 0: the rows of /X are split
  bool has_direction = false;    ///< /theta
  bool standardize = false;
  double worst_mean = 0;      ///< of the columns of /X, the one furthest from 0
  double worst_variance = 1;  ///< the one furthest from 1
  double label_drift = 0;     ///< means of y over the two halves of its rows: difference in standard errors

  static constexpr std::tuple members{&OwnRows::rows,           &OwnRows::columns,     &OwnRows::second_rows,
                                      &OwnRows::has_direction,  &OwnRows::standardize, &OwnRows::worst_mean,
                                      &OwnRows::worst_variance, &OwnRows::label_drift};
};

}  // namespace thresher::reward_single_index
