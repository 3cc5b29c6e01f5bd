#include "engine/work_shares.hpp"

#include "study/record.hpp"

namespace thresher::engine {

namespace {

template <class Of>
auto sum(std::vector<WorkKind> const& kinds, Of const& of) {
  decltype(of(kinds.front())) total = 0;
  for (auto const& kind : kinds) total += of(kind);
  return total;
}

}  // namespace

void WorkKind::take_back(double seconds) {
  // The first one loads what is loaded once, and costs differ over the grid: the average forgets.
  double const weight = 0.1;
  recent_seconds_ = measured_ ? recent_seconds_ + weight * (seconds - recent_seconds_) : seconds;
  measured_ = true;
  seconds_ += seconds;
  --in_flight_;
  ++finished_;
}

WorkKind& WorkShares::of(std::int64_t trial) {
  return trial < 0 ? theories_[study::theory_of_trial(trial)] : trials_;
}

std::int64_t WorkShares::predictions() const {
  return sum(theories_, [](WorkKind const& kind) { return kind.total(); });
}

std::int64_t WorkShares::predictions_finished() const {
  return sum(theories_, [](WorkKind const& kind) { return kind.finished(); });
}

std::int64_t WorkShares::predictions_left() const {
  return sum(theories_, [](WorkKind const& kind) { return kind.left(); });
}

double WorkShares::prediction_seconds_left() const {
  double known = 0, typical = 0;
  std::int64_t unknown = 0, measured = 0;
  for (auto const& kind : theories_) {
    known += static_cast<double>(kind.left()) * kind.recent_seconds();
    typical += kind.recent_seconds();
    measured += kind.is_measured() ? 1 : 0;
    unknown += kind.is_measured() ? 0 : kind.left();
  }
  return measured == 0 ? 0 : known + static_cast<double>(unknown) * typical / static_cast<double>(measured);
}

double WorkShares::lag_of_predictions() const {
  return trials_.seconds() - sum(theories_, [](WorkKind const& kind) { return kind.seconds(); });
}

}  // namespace thresher::engine
