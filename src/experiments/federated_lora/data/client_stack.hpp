#pragma once

#include "linalg/dense_matrix.hpp"
#include "mpi/communicator.hpp"
#include "mpi/partition.hpp"

#include <cstdint>
#include <vector>

namespace thresher::federated_lora {

/// Matrices M_k of one shape side by side, [M_1 ... M_K], the columns spread over a team: whole clients where
/// there are at least as many as ranks, else columns. `comm` must outlive the stack.
class ClientStack {
 public:
  /// The columns of one client that this rank holds.
  struct Piece {
    std::int64_t client = 0;
    mpi::Range columns;   ///< of the client's matrix
    std::int64_t at = 0;  ///< first column of this rank's part that holds them
  };

  ClientStack() = default;
  /// Zeros. Not collective.
  ClientStack(mpi::Communicator const& comm, std::int64_t clients, std::int64_t rows, std::int64_t columns);
  static double bytes_per_rank(std::int64_t clients, std::int64_t rows, std::int64_t columns, int ranks);

  mpi::Communicator const& communicator() const { return *comm_; }
  std::int64_t clients() const { return clients_; }
  std::int64_t rows() const { return own_.rows(); }
  /// Of one client's matrix.
  std::int64_t columns() const { return columns_; }
  std::vector<Piece> const& pieces() const { return pieces_; }

  linalg::MatrixView own() { return own_.view(); }
  linalg::ConstMatrixView own() const { return own_.view(); }
  linalg::MatrixView at(Piece const& piece) { return own_.columns_from(piece.at, piece.columns.size()); }
  linalg::ConstMatrixView at(Piece const& piece) const {
    return own_.columns_from(piece.at, piece.columns.size());
  }

 private:
  mpi::Communicator const* comm_ = nullptr;
  std::int64_t clients_ = 0;
  std::int64_t columns_ = 0;
  std::vector<Piece> pieces_;
  linalg::DenseMatrix own_;
};

}  // namespace thresher::federated_lora
