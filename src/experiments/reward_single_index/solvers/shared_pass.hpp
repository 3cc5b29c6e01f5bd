#pragma once

#include "experiments/reward_single_index/data/trial_data.hpp"
#include "experiments/reward_single_index/model/label_transform.hpp"
#include "linalg/dense_matrix.hpp"

#include <span>
#include <vector>

namespace thresher::reward_single_index {

/// Whether a point's first stage starts from averages of its rows.
bool uses_shared_pass(Parameters const& point);

/// sum T(y_i) x_i over the two halves of the rows (the first floor(n1 / 2), the rest).
struct FirstMoment {
  LabelTransform transform;
  std::vector<double> first_half;
  std::vector<double> second_half;
};
/// Sums of the rows whose label lies in a slice, a column per slice, and their numbers.
struct SliceSums {
  linalg::DenseMatrix sums;
  std::vector<double> counts;
};

/// First moments and slices of all points of a trial, for every transform and temperature among them, in one
/// pass over the rows. A result's bits do not depend on what else was asked for.
class SharedPass {
 public:
  /// Collective.
  SharedPass(std::span<Parameters const> points, TrialData const& data);

  FirstMoment const& moment(Parameters const& point) const;
  SliceSums const& slices(Parameters const& point) const;

 private:
  struct MomentEntry {
    Parameters point;
    FirstMoment moment;
  };
  struct SliceEntry {
    Parameters point;
    std::vector<double> edges;
    SliceSums slices;
  };
  void collect(Precision precision, std::span<Parameters const> points, TrialData const& data);
  static void run(std::span<MomentEntry> moments, std::span<SliceEntry> slices, TrialData const& data);

  std::vector<MomentEntry> moments_;
  std::vector<SliceEntry> slices_;
};

}  // namespace thresher::reward_single_index
