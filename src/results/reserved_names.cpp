#include "results/reserved_names.hpp"

#include "results/result_layout.hpp"
#include "study/configuration.hpp"
#include "study/options.hpp"

#include <initializer_list>
#include <set>
#include <stdexcept>
#include <string>

namespace thresher::results {

namespace {

/// Names in one place, each with one meaning.
class NameSpace {
 public:
  NameSpace(Description const& about, std::string place, std::initializer_list<char const*> taken)
      : about_(about), place_(std::move(place)), taken_(taken.begin(), taken.end()) {}
  void add(std::string const& name) {
    if (!taken_.insert(name).second)
      throw std::logic_error(about_.name + ": the name " + name + " has two meanings " + place_);
  }
  /// Not for the experiment.
  void reserve(std::string const& name) { taken_.insert(name); }

 private:
  Description const& about_;
  std::string place_;
  std::set<std::string> taken_;
};

void check_root(Description const& about) {
  NameSpace root(about, "among parameters, metrics, options and the file's own names",
                 {kPetscOptions, "help", "version", names::kTrial, names::kStatus, names::kSeconds,
                  names::kTeamSize, names::kSummary, names::kTheory, names::kFailures, names::kArtifacts,
                  names::kTheoryStatus, names::kSearch, names::kTargetState});
  // An option may be named after the part of the file that it is about.
  for (auto const& option : options_table().specifications()) root.reserve(option.name);
  for (auto const& parameter : about.parameters) root.add(parameter.name);
  for (auto const& metric : about.metrics) root.add(metric.name);
  for (auto const& parameter : about.parameters) root.add(names::index_along(parameter.name));
}

/// A group of the file, which links the scales of the axes.
NameSpace group(Description const& about, std::string const& place) {
  NameSpace taken(about, place, {names::kTrial});
  for (auto const& parameter : about.parameters) taken.add(parameter.name);
  return taken;
}

void check_groups(Description const& about) {
  auto summary = group(about, "in /summary");
  for (auto const* count : {names::kTrialsRan, names::kTrialsFailed, names::kTrialsNotConverged})
    summary.add(count);
  for (auto const& metric : about.metrics)
    for (auto const* ending : names::kSummaryEndings) summary.add(metric.name + ending);
  auto predictions = group(about, "in /theory");
  for (auto const& prediction : about.predictions) predictions.add(prediction.name);
  auto theories = group(about, "in /theory_status");
  for (auto const& theory : about.theories) theories.add(theory.name);
  auto arrays = group(about, "in /artifacts");
  std::set<std::string> dimensions;  // which artifacts may share
  for (auto const& artifact : about.artifacts) {
    arrays.add(artifact.name);
    arrays.add(artifact.name + names::kFileEnding);
    dimensions.insert(artifact.dimensions.begin(), artifact.dimensions.end());
  }
  for (auto const& dimension : dimensions) arrays.add(dimension);
  for (auto const& artifact : about.artifacts)
    for (auto const& dimension : artifact.dimensions)
      arrays.add(names::own_dimension(artifact.name, dimension));
}

}  // namespace

void assert_names_apart(Description const& about) {
  check_root(about);
  check_groups(about);
  NameSpace stages(about, "among stages and what is none", {"execution", "theory"});
  for (auto const& stage : about.stages) stages.add(stage);
}

}  // namespace thresher::results
