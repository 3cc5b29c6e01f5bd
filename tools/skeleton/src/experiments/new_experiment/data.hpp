#pragma once

#include "experiments/new_experiment/parameters.hpp"
#include "mpi/fixed_order_sum.hpp"
#include "study/experiment.hpp"

#include <vector>

namespace thresher::new_experiment {

/// The data of a trial: n observations N(signal, 1). Each rank of the team holds a share of them.
class Observations : public study::StageResult {
 public:
  /// `team` must outlive them. Not collective.
  Observations(Parameters const& point, study::Team& team);

  /// Their mean, the same bits on teams of any size. Collective.
  double mean() const;

 private:
  mpi::FixedOrderSum sum_;
  double count_;
  std::vector<double> own_;
};

}  // namespace thresher::new_experiment
