#pragma once

#include "experiments/group_matrix/data/matrix_data.hpp"
#include "experiments/group_matrix/estimators/errors.hpp"
#include "experiments/group_matrix/estimators/result.hpp"
#include "experiments/group_matrix/estimators/subspaces.hpp"
#include "study/team.hpp"

#include <vector>

/// Arrays that a trial leaves where they are asked for.
namespace thresher::group_matrix {

/// Directions that are left of each group of own data.
inline constexpr std::int64_t kOwnDirections = 16;

/// Of simulated data: distances, energy losses, singular values and subspaces by group; errors by block.
void store_truth_readings(std::vector<GroupReading> const& readings, std::vector<BlockErrors> const& blocks,
                          study::Team& team);
/// Of own data: subspaces, singular values and test errors by group, and the whole estimate. Collective.
void store_own_readings(MatrixData const& data, Estimate const& estimate, TestErrors const& errors,
                        study::Team& team);
/// Fraction, score, rank and iterations of a path.
void store_path(std::vector<PathPoint> const& path, study::Team& team);
/// The residuals of the last fit's iterations.
void store_history(std::vector<Residuals> const& history, study::Team& team);

}  // namespace thresher::group_matrix
