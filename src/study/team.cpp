#include "study/team.hpp"

namespace thresher::study {

random::Key TrialIdentity::key(std::int64_t number) const {
  return random::hash_identity(text + "trial=" + std::to_string(number) + "\n");
}

Team::Team(mpi::Communicator const& comm, std::uint64_t memory_budget)
    : comm_(comm), memory_budget_(memory_budget) {}

int Team::part(int parts) const {
  for (int k = 0; k < parts; ++k) {
    auto const ranks = mpi::share(comm_.size(), k, parts);
    if (comm_.rank() >= ranks.begin && comm_.rank() < ranks.end) return k;
  }
  return 0;
}

mpi::Communicator const& Team::split(int parts) {
  if (parts == 1) return comm_;
  auto& cached = parts_[parts];
  if (!cached) cached = comm_.split(part(parts), comm_.rank());
  return cached;
}

random::Stream Team::stream_of_trial(std::int64_t number, std::string_view name) const {
  return {identity_.key(number), name};
}

void Team::store(Artifact artifact) {
  if (services_ != nullptr && comm_.rank() == 0) services_->store(std::move(artifact));
}

void Team::store_distributed(std::string_view name, std::vector<std::int64_t> const& extents, mpi::Range rows,
                             std::span<double const> values) {
  if (services_ != nullptr) services_->store_distributed(name, extents, rows, values);
}

void Team::warn(std::string const& message) {
  if (services_ != nullptr && comm_.rank() == 0) services_->warn(message);
}

void Team::progress(double part) {
  if (services_ != nullptr && comm_.rank() == 0) services_->progress(part);
}

bool Team::stopping() {
  bool const wish = services_ != nullptr && comm_.rank() == 0 && services_->stopping();
  return mpi::broadcast_value(comm_, wish);
}

void Team::keep(std::span<std::byte const> state) {
  if (services_ != nullptr) services_->keep(state);
}

std::optional<std::vector<std::byte>> Team::restore() {
  if (services_ == nullptr) return std::nullopt;
  return services_->restore();
}

}  // namespace thresher::study
