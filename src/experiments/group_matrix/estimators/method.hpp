#pragma once

#include "experiments/group_matrix/data/matrix_data.hpp"
#include "experiments/group_matrix/estimators/result.hpp"
#include "experiments/group_matrix/model/metrics.hpp"
#include "experiments/group_matrix/model/parameters.hpp"
#include "study/experiment.hpp"
#include "study/team.hpp"

#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace thresher::group_matrix {

/// Everything that an estimator answers for a point. Each has a file with one object, without state, and a
/// row in GROUP_MATRIX_METHODS (model/parameters.hpp); nothing else knows it.
class Method {
 public:
  virtual ~Method() = default;
  /// Refuses what makes no sense for this estimator; shapes are in order.
  virtual void check(Parameters const& point, study::Verdict& verdict) const = 0;
  /// Of the parameters of the analysis those that it reads: the others are inert.
  virtual std::vector<std::string_view> reads(Parameters const& point) const = 0;
  /// Metrics of the fit that apply, beside those of the comparison with the truth.
  virtual std::vector<double Metrics::*> measures(Parameters const& point) const = 0;
  /// Memory per rank and work of the analysis beyond the data.
  virtual study::Cost cost(Parameters const& point, int ranks) const = 0;
  /// Collective.
  virtual Result run(Parameters const& point, MatrixData const& data, study::Team& team) const = 0;
};

/// The table of methods, in the order of the enumeration, and their names.
std::span<Method const* const> methods();
std::vector<std::string> method_names();
Method const& method_of(Parameters const& point);

/// Rows and columns of the matrix, the user's where there is one.
struct Extents {
  double rows, columns, entries, observed;
  double pairs;  ///< of a block and a column
};
Extents extents_of(Parameters const& point);

}  // namespace thresher::group_matrix
