#include "experiments/implicit_regularization/estimators/entry_routes.hpp"

#include "mpi/exchange.hpp"

#include <algorithm>

namespace thresher::implicit_regularization {

namespace {

/// What two stretches of entries have in common.
mpi::Range overlap(Piece const& piece, mpi::Range range) {
  mpi::Range const common{std::max(piece.first, range.begin), std::min(piece.first + piece.count, range.end)};
  return common.size() > 0 ? common : mpi::Range{};
}

}  // namespace

EntryRoutes EntryRoutes::to_shares(OwnEntries const& entries, mpi::Communicator const& comm) {
  std::vector<mpi::Range> destinations;
  for (int rank = 0; rank < comm.size(); ++rank)
    destinations.push_back(mpi::share(entries.total, rank, comm.size()));
  return {entries, std::move(destinations), comm};
}

EntryRoutes EntryRoutes::to_root(OwnEntries const& entries, mpi::Communicator const& comm) {
  std::vector<mpi::Range> destinations(static_cast<std::size_t>(comm.size()));
  destinations.front() = {0, entries.total};
  return {entries, std::move(destinations), comm};
}

EntryRoutes::EntryRoutes(OwnEntries const& entries, std::vector<mpi::Range> destinations,
                         mpi::Communicator const& comm)
    : comm_(comm),
      destinations_(std::move(destinations)),
      sent_counts_(destinations_.size()),
      taken_counts_(destinations_.size()) {
  for (std::size_t rank = 0; rank < destinations_.size(); ++rank) {
    std::int64_t place = 0;
    for (auto const& piece : entries.pieces) {
      auto const common = overlap(piece, destinations_[rank]);
      if (common.size() > 0) {
        sent_.push_back({place + common.begin - piece.first, common.size()});
        sent_counts_[rank] += common.size();
      }
      place += piece.count;
    }
  }
  auto const pieces = mpi::gather_parts<Piece>(comm, entries.pieces);
  auto const share = received();
  for (std::size_t rank = 0; rank < destinations_.size(); ++rank)
    for (auto const& piece : pieces.part(static_cast<int>(rank))) {
      auto const common = overlap(piece, share);
      if (common.size() == 0) continue;
      taken_.push_back({common.begin - share.begin, common.size()});
      taken_counts_[rank] += common.size();
    }
}

mpi::Range EntryRoutes::received() const {
  return destinations_[static_cast<std::size_t>(comm_.rank())];
}

std::vector<double> EntryRoutes::operator()(std::span<double const> own) const {
  mpi::Parts<double> message{{}, sent_counts_};
  for (auto const& stretch : sent_) {
    auto const part =
        own.subspan(static_cast<std::size_t>(stretch.from), static_cast<std::size_t>(stretch.count));
    message.values.insert(message.values.end(), part.begin(), part.end());
  }
  auto const arrived = mpi::exchange(comm_, message, taken_counts_);
  std::vector<double> share(static_cast<std::size_t>(received().size()));
  std::size_t at = 0;
  for (auto const& stretch : taken_) {
    std::copy_n(arrived.values.begin() + static_cast<std::ptrdiff_t>(at), stretch.count,
                share.begin() + static_cast<std::ptrdiff_t>(stretch.from));
    at += static_cast<std::size_t>(stretch.count);
  }
  return share;
}

}  // namespace thresher::implicit_regularization
