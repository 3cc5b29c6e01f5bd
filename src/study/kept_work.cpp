#include "study/kept_work.hpp"

namespace thresher::study {

KeptWork::KeptWork(Team& team, Length length, std::string_view name)
    : team_(team), length_(length), name_(name) {
  if (length_ == Length::brief) return;
  auto found = team_.restore();
  if (!found) return;
  bytes_ = std::move(*found);
  left_.emplace(bytes_);
  if (left_->get<std::string>() != name_) left_.reset();
}

void KeptWork::forget_left() {
  left_.reset();
  bytes_ = {};
}

void KeptWork::keep(Save const& save) {
  if (length_ == Length::brief) return;
  bytes::Writer state;
  state.put(name_);
  if (lead_) lead_(state);
  save(state);
  team_.keep(state.take());
}

void KeptWork::interrupt(Save const& save) {
  keep(save);
  throw Interrupted();
}

void KeptWork::advance(double part, Save const& save) {
  if (team_.stopping()) interrupt(save);
  tell(part);
}

}  // namespace thresher::study
