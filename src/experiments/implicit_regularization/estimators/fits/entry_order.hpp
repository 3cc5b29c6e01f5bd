#pragma once

#include "experiments/implicit_regularization/model/own_entries.hpp"
#include "mpi/communicator.hpp"

#include <cstddef>
#include <span>
#include <vector>

namespace thresher::implicit_regularization {

/// Puts together what the ranks found on their pieces in the order of the parameter vector, so that the bits
/// of a sum over all entries do not depend on which rank owns what.
class EntryOrder {
 public:
  /// Collective. `comm` must outlive this object.
  EntryOrder(OwnEntries const& entries, mpi::Communicator const& comm);

  mpi::Communicator const& comm() const { return comm_; }
  /// Of this rank.
  std::size_t own_pieces() const { return begins_.size() - 1; }
  /// The entries of one of them in a vector of this rank's own entries.
  std::span<double const> part(std::span<double const> own, std::size_t piece) const;
  /// Of all ranks, in the order of the vector.
  std::vector<Piece> const& pieces() const { return pieces_; }

  /// Equally many numbers for each of all pieces, in the order of the vector, given those of this rank's.
  /// Collective.
  std::vector<double> gather(std::span<double const> own) const;
  /// Their sum over all pieces, `width` numbers each. Collective; the same bits on all ranks and teams.
  std::vector<double> sum(std::span<double const> own, std::size_t width) const;
  /// <a, b> over all entries. Collective.
  double inner(std::span<double const> a, std::span<double const> b) const;

 private:
  mpi::Communicator const& comm_;
  std::vector<std::size_t> begins_;  ///< of the own pieces, and the end
  std::vector<Piece> pieces_;
  std::vector<std::size_t> places_;  ///< where each of pieces_ stands in the order of the ranks
};

}  // namespace thresher::implicit_regularization
