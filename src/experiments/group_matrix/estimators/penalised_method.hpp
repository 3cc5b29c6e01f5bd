#pragma once

#include "experiments/group_matrix/estimators/method.hpp"
#include "experiments/group_matrix/estimators/tuning.hpp"
#include "study/kept_work.hpp"

#include <vector>

namespace thresher::group_matrix {

/// What the programs with nuclear norms share: tuning, solvers, their costs.
class PenalisedMethod : public Method {
 public:
  void check(Parameters const& point, study::Verdict& verdict) const override;
  std::vector<std::string_view> reads(Parameters const& point) const override;
  std::vector<double Metrics::*> measures(Parameters const& point) const override;
  study::Cost cost(Parameters const& point, int ranks) const override;
  Result run(Parameters const& point, MatrixData const& data, study::Team& team) const override;

  /// The program with its groups, which refer to the data's.
  virtual Program program(Parameters const& point, MatrixData const& data) const = 0;

 protected:
  /// Whether the solver may be chosen.
  virtual bool has_solvers() const { return true; }
  /// Rows of every group, for the cost.
  virtual std::vector<double> group_sizes(Parameters const& point) const = 0;
  /// Iterations of a fit at the default tolerance, as measured.
  virtual double iterations(Parameters const& point) const = 0;
};

/// The program of groups by the point's solver.
Program group_program(Parameters const& point, MatrixData const& data, std::vector<PenalisedGroup> groups);
FitSettings fit_settings(Parameters const& point, double default_tolerance);

/// Groups and weights of `game`: those of the design (of weight above 0) and, where it is asked for, all
/// rows.
std::vector<PenalisedGroup> game_groups(Parameters const& point, std::vector<GroupRows> const& groups,
                                        GroupRows const& whole);

}  // namespace thresher::group_matrix
