#pragma once

#include <cstdint>
#include <vector>

namespace thresher::implicit_regularization {

/// Consecutive entries of the flattened parameter vector, all of one layer. How the vector is cut into pieces
/// does not depend on the team: sums over pieces in the order of the vector have the same bits on every team.
struct Piece {
  std::int64_t first = 0;  ///< number of the first entry in 0..P-1
  std::int64_t count = 0;
  std::int64_t layer = 0;  ///< 0..D
};

/// Which entries of the parameter vector a rank answers for: its pieces lie back to back in its memory, in
/// ascending order; over all ranks they make up 0..P-1, each entry once.
struct OwnEntries {
  std::int64_t total = 0;  ///< P
  std::vector<Piece> pieces;

  std::int64_t count() const {
    std::int64_t sum = 0;
    for (auto const& piece : pieces) sum += piece.count;
    return sum;
  }
};

}  // namespace thresher::implicit_regularization
