#pragma once

#include "linalg/dense_matrix.hpp"
#include "mpi/communicator.hpp"
#include "mpi/partition.hpp"

#include <cstdint>
#include <vector>

namespace thresher::federated_lora {

/// Matrices M_k of one shape side by side, [M_1 ... M_K], the columns spread over a team: whole clients where
/// there are at least as many as ranks, else columns. Stored as they are, or (whole clients only) as factors
/// M_k = A_k B_k^T with orthonormal columns of B_k. `comm` must outlive the stack.
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
  /// Matrices of rank at most `rank`, as factors; zeros. Not collective.
  static ClientStack factored(mpi::Communicator const& comm, std::int64_t clients, std::int64_t rows,
                              std::int64_t columns, std::int64_t rank);

  mpi::Communicator const& communicator() const { return *comm_; }
  std::int64_t clients() const { return clients_; }
  std::int64_t rows() const { return rows_; }
  /// Of one client's matrix.
  std::int64_t columns() const { return columns_; }
  std::vector<Piece> const& pieces() const { return pieces_; }

  bool is_factored() const { return !factors_.empty(); }
  /// The factors A_k and B_k; pieces are in the order of this stack's.
  ClientStack& left() { return factors_.front(); }
  ClientStack const& left() const { return factors_.front(); }
  ClientStack& right() { return factors_.back(); }
  ClientStack const& right() const { return factors_.back(); }
  /// A piece of the matrices, as it is stored or made of its factors in `scratch`.
  linalg::ConstMatrixView get(Piece const& piece, linalg::DenseMatrix& scratch) const;
  /// Columns of the stack that this rank answers for.
  std::int64_t own_columns() const { return own_columns_; }

  // Not of factored stacks:
  linalg::MatrixView own() { return own_.view(); }
  linalg::ConstMatrixView own() const { return own_.view(); }
  linalg::MatrixView at(Piece const& piece) { return own_.columns_from(piece.at, piece.columns.size()); }
  linalg::ConstMatrixView at(Piece const& piece) const {
    return own_.columns_from(piece.at, piece.columns.size());
  }

 private:
  void deal();

  mpi::Communicator const* comm_ = nullptr;
  std::int64_t clients_ = 0;
  std::int64_t rows_ = 0;
  std::int64_t columns_ = 0;
  std::int64_t own_columns_ = 0;
  std::vector<Piece> pieces_;
  linalg::DenseMatrix own_;
  std::vector<ClientStack> factors_;
};

/// The same matrices, none of them as factors. Not collective.
ClientStack expanded(ClientStack const& stack);

}  // namespace thresher::federated_lora
