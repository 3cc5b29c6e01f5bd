#pragma once

#include "services.hpp"
#include "study/experiment.hpp"

#include <set>
#include <string>
#include <vector>

// What an experiment says of a point before any compute.

namespace thresher::trials {

struct Answer {
  std::string refusal;
  std::set<std::string> inert;
  std::vector<std::string> warnings;
};

inline Answer answer_of(study::Verdict const& verdict, std::vector<study::Parameter> const& parameters) {
  Answer answer{verdict.refusal(), {}, verdict.warnings()};
  for (auto const k : verdict.inert_parameters()) answer.inert.insert(parameters[k].name);
  return answer;
}

/// `given` are the parameters that the user gave. `input` may be null. Throws study::UserError where it has
/// defects.
inline Answer ask(study::Experiment const& experiment, study::Point const& point,
                  std::set<std::string> const& given = {}, study::InputReader const* input = nullptr) {
  auto const& parameters = experiment.description().parameters;
  study::Verdict verdict(parameters, point, given);
  experiment.check(point, facts_of(experiment, point, input).get(), verdict);
  return answer_of(verdict, parameters);
}

/// The same of a point that need not be within the declared ranges.
template <class P, class M, class T>
Answer ask(study::ExperimentOf<P, M, T> const& experiment, P const& point,
           std::set<std::string> const& given = {}, study::InputReader const* input = nullptr) {
  return ask(static_cast<study::Experiment const&>(experiment), experiment.values_of(point), given, input);
}

}  // namespace thresher::trials
