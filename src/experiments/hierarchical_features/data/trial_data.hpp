#pragma once

#include "experiments/hierarchical_features/data/features.hpp"
#include "experiments/hierarchical_features/data/sample_strips.hpp"
#include "experiments/hierarchical_features/data/user_rows.hpp"
#include "experiments/hierarchical_features/model/parameters.hpp"
#include "experiments/hierarchical_features/model/setting.hpp"
#include "study/experiment.hpp"
#include "study/team.hpp"

#include <map>
#include <memory>
#include <optional>
#include <span>
#include <tuple>
#include <vector>

namespace thresher::hierarchical_features {

/// Bytes of all folds' samples on each rank of a team. Not collective.
double fold_bytes_per_rank(Parameters const& point, int ranks, Holding holding);

/// How a point's samples are held on ranks with `bytes_per_rank` each: `auto` stores them where they fit half
/// of it. The user's are always stored. Not collective.
Holding settled_holding(Parameters const& point, int ranks, double bytes_per_rank);

/// Samples of one fold with their labels.
struct FoldData {
  std::unique_ptr<SampleStrips> inputs;  ///< x; none where the features are a matrix
  std::unique_ptr<Features> features;
  std::vector<double> own_labels;
};

/// The hidden truth of a trial.
struct Truth {
  linalg::DenseMatrix own_directions;  ///< A, this rank's coordinates
  std::vector<double> strengths;       ///< lambda
};

/// The data of a trial. Folds are made when they are asked for, and kept.
class TrialData {
 public:
  /// `point` says what all points of the trial share. Collective.
  TrialData(Parameters const& point, study::Team& team);

  study::Team& team() const { return team_; }
  linalg::RowLayout const& layout() const { return layout_; }
  /// None for the user's data.
  std::optional<Truth> const& truth() const { return truth_; }
  /// The fold as large as `point` asks. A smaller one has the first rows of a larger. Collective.
  FoldData const& fold(Fold which, Parameters const& point) const;

  /// Rows [rows) of the inputs x of a fold, row-major. Not collective.
  std::vector<double> input_rows(Fold which, mpi::Range rows) const;

 private:
  FoldData make_fold(Fold which, std::int64_t rows, Holding holding) const;
  std::vector<double> make_labels(Fold which, Features const& features) const;

  study::Team& team_;
  Parameters point_;
  Sizes sizes_;
  linalg::RowLayout layout_;
  std::optional<UserRows> user_rows_;
  std::optional<Truth> truth_;
  // Keeping is not state that anyone sees: any fold can be made again, bit for bit.
  mutable std::map<std::tuple<Fold, std::int64_t, Holding>, FoldData> folds_;
};

}  // namespace thresher::hierarchical_features
