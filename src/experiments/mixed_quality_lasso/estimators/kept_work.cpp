#include "experiments/mixed_quality_lasso/estimators/kept_work.hpp"

#include <fmt/format.h>

namespace thresher::mixed_quality_lasso {

namespace {
/// To be raised when what is saved changes.
constexpr int kFormat = 1;
}  // namespace

KeptWork::KeptWork(study::Team& team, Length length, std::string_view name)
    : team_(team), length_(length), name_(fmt::format("{} {}", name, kFormat)) {
  if (length_ == Length::brief) return;
  auto found = team_.restore();
  if (!found) return;
  bytes_ = std::move(*found);
  left_.emplace(bytes_);
  if (left_->get<std::string>() != name_) left_.reset();
}

void KeptWork::interrupt(Save const& save) {
  if (length_ == Length::lengthy) {
    bytes::Writer state;
    state.put(name_);
    if (lead_) lead_(state);
    save(state);
    team_.keep(state.take());
  }
  throw study::Interrupted();
}

void KeptWork::advance(double part, Save const& save) {
  if (team_.stopping()) interrupt(save);
  tell(part);
}

}  // namespace thresher::mixed_quality_lasso
