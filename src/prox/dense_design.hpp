#pragma once

#include "prox/design.hpp"

#include <memory>
#include <vector>

namespace thresher::prox {

/// A stored matrix, or one with its rows scaled: every rank holds its share of the columns. Panels are
/// exchanged when they are asked for.
class DenseDesign : public Design {
 public:
  /// `local` holds this rank's columns (mpi::share of `columns`) one after another, `rows` entries each.
  /// Throws std::invalid_argument when its size is wrong. `comm` must outlive this object. Not collective.
  DenseDesign(mpi::Communicator const& comm, std::int64_t rows, std::int64_t columns,
              std::vector<double> local);

  /// D A for the diagonal matrix D; the stored entries are shared, not copied. `scale` has one entry per row.
  DenseDesign with_scaled_rows(std::vector<double> scale) const;

  mpi::Communicator const& communicator() const override { return comm_; }
  std::int64_t rows() const override { return rows_; }
  std::int64_t columns() const override { return columns_; }
  std::int64_t nonzero_rows() const override;
  mpi::Range local_columns() const override { return local_columns_; }
  void correlate(std::span<std::int64_t const> which, linalg::ConstMatrixView vectors,
                 linalg::MatrixView products) const override;
  void squared_norms(std::span<std::int64_t const> which, std::span<double> norms) const override;
  void combine(std::span<std::int64_t const> which, std::span<double const> coefficients,
               std::span<double> sum) const override;
  std::int64_t panel_rows() const override { return panel_rows_.size(); }
  void gather_panel(std::span<std::int64_t const> which, linalg::MatrixView panel) const override;
  void take_panel_rows(std::span<double const> full, std::span<double> part) const override;
  void assemble_rows(std::span<double const> part, std::span<double> full) const override;

 private:
  double const* column(std::int64_t global) const {
    return local_->data() + (global - local_columns_.begin) * rows_;
  }
  std::vector<double> scaled(std::span<double const> v) const;
  void scale_panel(linalg::MatrixView panel) const;
  mpi::Communicator const& comm_;
  std::int64_t rows_;
  std::int64_t columns_;
  mpi::Range local_columns_;
  mpi::Range panel_rows_;
  std::shared_ptr<std::vector<double> const> local_;
  std::vector<double> scale_;  ///< of the rows; empty for ones
};

}  // namespace thresher::prox
