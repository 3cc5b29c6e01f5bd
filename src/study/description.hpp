#pragma once

#include "parameters/value.hpp"

#include <cstddef>
#include <limits>
#include <string>
#include <vector>

namespace thresher::study {

/// What the author of an experiment writes as study::UserError, study::Set and so on.
using namespace parameters;

/// One value for every parameter, in declared order.
using Point = std::vector<Value>;

/// Value of a metric or prediction that does not apply at a point, or was not found.
inline constexpr double kUndefined = std::numeric_limits<double>::quiet_NaN();

/// Where a parameter acts: an index of `Description::stages`, or one of these.
inline constexpr int kExecution = -1;  ///< the same result within tolerance: storage, precision, solver
inline constexpr int kTheory = -2;     ///< predictions only

struct Parameter : Specification {
  int stage = 0;
  /// Larger data contain the smaller: one generation serves the axis under common random numbers.
  bool nested = false;
};
/// Place of a declared parameter. Throws std::logic_error where none has that name.
std::size_t index_of(std::vector<Parameter> const& parameters, std::string const& name);

enum class MetricKind { indicator, count, value, timing };

struct Metric {
  std::string name;
  MetricKind kind = MetricKind::value;
  Interval range;
  std::string units = "1";
  std::string meaning;
  std::string prediction;         ///< what theory says of its mean, or bounds it: none, one or several names
  bool may_be_undefined = false;  ///< NaN is legitimate even where the metric applies
};

struct Prediction {
  std::string name;
  std::string meaning;
  std::size_t theory = 0;  ///< index of the theory that computes it
};

/// A computation of predictions, done once per distinct values of the parameters that it reads.
struct Theory {
  std::string name;
  std::vector<std::size_t> depends_on;  ///< indices of parameters
  /// Speaks of what no trial of the point does: computed only when `--theory` asks for it.
  bool on_request = false;
};

struct ArtifactDeclaration {
  std::string name;
  std::vector<std::string> dimensions;
  std::string meaning;
};

/// What to look at first: metrics (or, where nothing was measured, predictions) over a parameter.
struct Headline {
  std::vector<std::string> quantities;
  std::string over;
};

/// Everything that an experiment declares, once.
struct Description {
  std::string name;
  std::string title;
  std::string citation;
  int data_version = 1;
  std::vector<std::string> stages;
  std::size_t data_stage = 0;  ///< index of "data": the stages before it are the same for all trials
  std::vector<Parameter> parameters;
  std::vector<Metric> metrics;
  std::vector<Theory> theories;
  std::vector<Prediction> predictions;
  std::vector<ArtifactDeclaration> artifacts;
  std::vector<Headline> headlines;
};

/// `declared` has each of 0, ..., members - 1 once; else std::logic_error says which `what` it is.
void assert_each_once(Description const& about, char const* what, std::vector<std::size_t> const& declared,
                      std::size_t members);

}  // namespace thresher::study
