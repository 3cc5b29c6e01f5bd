#pragma once

#include "mpi/communicator.hpp"
#include "prox/dense_design.hpp"
#include "prox/lasso.hpp"
#include "study/team.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace thresher::mixed_quality_lasso {

/// Extents of the user's data: /X is n x p.
struct UserShape {
  std::int64_t n = 0;
  std::int64_t p = 0;
  bool has_noise_sd = false;
  bool has_truth = false;
  std::int64_t blocks = 1;
};

/// Rows of equal noise among the user's.
struct UserBlocks {
  std::vector<int> of_row;    ///< block of each row, 0, 1, ...
  std::vector<double> label;  ///< the user's: a block number, or a standard deviation
  std::vector<double> rows;   ///< how many each block has
  bool known_noise = false;   ///< labels are standard deviations
};

/// Shape of the user's data, all of which is read. Throws UserError, naming the data set, where lengths
/// disagree, a value is not finite, or data sets are missing. Not collective.
UserShape check_user_data(study::InputReader const& input);
/// Blocks of rows: equal /noise_sd, or equal /block; a single one where there is neither. Not collective.
UserBlocks read_user_blocks(study::InputReader const& input, std::int64_t n);

/// The user's regression: columns centred and scaled to mean square 1, data centred.
struct UserData {
  prox::DenseDesign design;
  std::vector<double> y;
  UserBlocks blocks;
  std::vector<double> column_mean;  ///< of this rank's columns
  std::vector<double> column_scale;
  std::optional<prox::SparseVector> truth;  ///< /beta_true in units of the scaled columns
};

/// Reads the input of `team`, every rank its columns. Constant columns stay zero. Collective.
UserData read_user_data(study::Team& team);

}  // namespace thresher::mixed_quality_lasso
