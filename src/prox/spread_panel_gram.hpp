#pragma once

#include "prox/panel_gram.hpp"

#include <cstdint>
#include <span>
#include <vector>

namespace thresher::prox {

/// A Gram matrix too large for one rank: blocks of its rows are dealt to the ranks in turn. Coordinate
/// descent visits the blocks in order; the owner of a block finds its new coefficients and tells the others,
/// which bring their rows of the correlations up to date. The steps are those of coordinate descent on one
/// rank, up to rounding. Factors of the support's part are TiledMatrix's.
class SpreadPanelGram : public PanelGram {
 public:
  /// Bytes per rank for `size` columns, with the factor of a support of half of them and buffers. Not
  /// collective.
  static double bytes_per_rank(double size, int ranks);

  /// `comm` must outlive this object.
  SpreadPanelGram(mpi::Communicator const& comm, PanelProblem const& problem)
      : comm_(comm), problem_(problem) {}

  std::int64_t size() const override { return size_; }
  void extend(linalg::ConstMatrixView panel, std::span<double const> panel_b) override;
  void keep(std::span<std::size_t const> kept, linalg::ConstMatrixView panel,
            std::span<double const> panel_b) override;
  GramLassoOutcome solve(double lambda, GramLassoOptions const& options, std::span<double> beta) override;
  void save(bytes::Writer& state) const override;
  void load(bytes::Reader& state) override;

 private:
  void reserve(std::int64_t size);
  void extend_by_sums(linalg::ConstMatrixView panel);

  mpi::Communicator const& comm_;
  PanelProblem problem_;
  std::int64_t size_ = 0;
  std::int64_t row_capacity_ = 0;
  std::int64_t column_capacity_ = 0;
  std::vector<double> rows_;  ///< this rank's rows of the matrix, column-major
  std::vector<double> h_;     ///< A^T b/n, on all ranks
};

}  // namespace thresher::prox
