#include "study/record.hpp"

#include "study/description.hpp"

#include <algorithm>

namespace thresher::study {

std::optional<std::size_t> values_of(Description const& about, std::int64_t trial) {
  if (trial >= 0) return about.metrics.size();
  auto const theory = theory_of_trial(trial);
  if (theory >= about.theories.size()) return std::nullopt;
  return static_cast<std::size_t>(std::ranges::count(about.predictions, theory, &Prediction::theory));
}

Record Record::failed(Description const& about, std::uint32_t point, std::int64_t trial, std::string reason) {
  return {.point = point,
          .trial = trial,
          .status = Status::failed,
          .values = std::vector<double>(values_of(about, trial).value(), kUndefined),
          .reason = std::move(reason)};
}

}  // namespace thresher::study
