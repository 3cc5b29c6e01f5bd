#pragma once

#include "experiments/implicit_regularization/model/own_entries.hpp"
#include "experiments/implicit_regularization/solvers/loss_model.hpp"
#include "mpi/communicator.hpp"

#include <cstdint>
#include <span>
#include <vector>

namespace thresher::implicit_regularization {

/// A model whose parameter vectors every rank holds whole; of the entries each answers for a share.
class ReplicatedVectors : public LossModel {
 public:
  /// `layer_sizes` add up to the number of parameters.
  ReplicatedVectors(mpi::Communicator const& comm, std::span<std::int64_t const> layer_sizes);

  std::size_t size() const override { return static_cast<std::size_t>(own_.total); }
  OwnEntries const& own() const override { return own_; }
  std::vector<double> own_part(std::span<double const> vector) const override;
  std::vector<double> from_own(std::span<double const> entries) const override;
  double inner(std::span<double const> a, std::span<double const> b) const override;
  std::vector<double> whole(std::span<double const> vector) const override;
  std::vector<double> part(std::span<double const> whole) const override;

 private:
  mpi::Communicator const& comm_;
  OwnEntries own_;
};

/// This rank's share of 0..P-1: whole blocks of it, cut where layers end.
OwnEntries shared_entries(mpi::Communicator const& comm, std::span<std::int64_t const> layer_sizes);

}  // namespace thresher::implicit_regularization
