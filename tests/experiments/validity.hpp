#pragma once

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

/// `given` are the parameters that the user gave. `input` may be null.
inline Answer ask(study::Experiment const& experiment, study::Point const& point,
                  std::set<std::string> const& given = {}, study::InputReader const* input = nullptr) {
  auto const& parameters = experiment.description().parameters;
  study::Verdict verdict(parameters, point, given, input);
  experiment.check(point, verdict);
  return answer_of(verdict, parameters);
}

/// The same of a point that need not be within the declared ranges.
template <class P, class M, class T>
Answer ask(study::ExperimentOf<P, M, T> const& experiment, P const& point,
           std::set<std::string> const& given = {}, study::InputReader const* input = nullptr) {
  auto const& parameters = experiment.description().parameters;
  study::Point defaults;  // of its values a refusal shows one
  for (auto const& parameter : parameters) defaults.push_back(parameter.default_value);
  study::Verdict verdict(parameters, defaults, given, input);
  experiment.check(point, verdict);
  return answer_of(verdict, parameters);
}

}  // namespace thresher::trials
