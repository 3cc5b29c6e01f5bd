#pragma once

#include "../experiments/services.hpp"
#include "study/study.hpp"

#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <vector>

namespace thresher::conformance {

using namespace study;

/// What a trial measured at a point, and the arrays that it left.
struct Trial {
  std::vector<double> metrics = {};
  Outcome outcome = Outcome::ok;
  std::map<std::string, std::vector<double>> arrays = {};
};

/// Told of every stage, which it is to run.
using Watch = std::function<void(std::size_t stage, std::function<void()> const& run)>;

/// One trial of `point` as it stands (nothing is set to a default, no metric is hidden), with the random
/// numbers of `like`. None where the trial fails (on all ranks), which an experiment may let it do: a law may
/// have a mass that vanishes. Throws Interrupted. Collective over the team.
std::optional<Trial> run_bare(Study const& study, Point const& point, Point const& like, Team& team,
                              Watch const& watch = {}, std::int64_t trial = 0);

/// A name and value for each difference; empty where both are the same bits (timings apart), or failed.
std::string difference(Description const& about, Trial const& a, Trial const& b);
std::string difference(Description const& about, std::optional<Trial> const& a,
                       std::optional<Trial> const& b);

/// "n = 3, theta = 0.5": parameters off their defaults.
std::string text_of(Description const& about, Point const& point);

}  // namespace thresher::conformance
