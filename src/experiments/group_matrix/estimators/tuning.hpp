#pragma once

#include "experiments/group_matrix/data/matrix_data.hpp"
#include "experiments/group_matrix/estimators/result.hpp"
#include "experiments/group_matrix/model/parameters.hpp"
#include "experiments/group_matrix/solvers/penalised_fit.hpp"
#include "study/kept_work.hpp"
#include "study/team.hpp"

#include <functional>
#include <memory>
#include <vector>

namespace thresher::group_matrix {

/// Makes the solver of a program for some observations.
using MakeFit = std::function<std::unique_ptr<PenalisedFit>(Observations const&, GroupPenalty const&,
                                                            FitSettings const&)>;

/// A penalised method: what it penalises, how it is solved, and how exactly (`path` for the fits of a path).
struct Program {
  std::vector<PenalisedGroup> groups;
  MakeFit make;
  FitSettings settings;
  double path_tolerance = 1e-3;
};

/// Fractions f of a path, descending.
std::vector<double> path_fractions(Parameters const& point);

/// Finds the level by the point's rule and fits all observations from a zero start. What the run's end cuts
/// goes on from `work` with the same bits. Collective.
Result tuned_fit(Parameters const& point, MatrixData const& data, Program const& program,
                 study::KeptWork& work);

}  // namespace thresher::group_matrix
