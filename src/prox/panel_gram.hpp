#pragma once

#include "bytes/reader.hpp"
#include "bytes/writer.hpp"
#include "linalg/lapack.hpp"
#include "mpi/communicator.hpp"
#include "prox/gram_lasso.hpp"

#include <cstdint>
#include <span>
#include <vector>

namespace thresher::prox {

/// What the LASSO in the columns of a panel needs beside their Gram matrix.
struct PanelProblem {
  std::int64_t rows = 0;          ///< n
  double data_sq_over_n = 0;      ///< ||b||^2/n
  std::int64_t largest_rank = 0;  ///< more columns than these cannot be independent
};

/// Gram matrix over n of a panel of columns that grows and shrinks, and the LASSO in them. All calls are
/// collective.
class PanelGram {
 public:
  virtual ~PanelGram() = default;

  virtual std::int64_t size() const = 0;
  /// Takes up the columns of `panel` beyond the first size(). Ranks hold rows of the panel and of b.
  virtual void extend(linalg::ConstMatrixView panel, std::span<double const> panel_b) = 0;
  /// Leaves the columns `kept` (ascending), of which `panel` is what the ranks hold, and `panel_b` of b.
  virtual void keep(std::span<std::size_t const> kept, linalg::ConstMatrixView panel,
                    std::span<double const> panel_b) = 0;
  /// Improves `beta`, the same on all ranks.
  virtual GramLassoOutcome solve(double lambda, GramLassoOptions const& options, std::span<double> beta) = 0;

  /// This rank's part of the state.
  virtual void save(bytes::Writer& state) const = 0;
  virtual void load(bytes::Reader& state) = 0;
};

/// The whole matrix on the team's first rank, which solves alone.
class LocalPanelGram : public PanelGram {
 public:
  /// `comm` must outlive this object.
  LocalPanelGram(mpi::Communicator const& comm, PanelProblem const& problem)
      : comm_(comm), problem_(problem) {}

  std::int64_t size() const override { return size_; }
  void extend(linalg::ConstMatrixView panel, std::span<double const> panel_b) override;
  void keep(std::span<std::size_t const> kept, linalg::ConstMatrixView panel,
            std::span<double const> panel_b) override;
  GramLassoOutcome solve(double lambda, GramLassoOptions const& options, std::span<double> beta) override;
  void save(bytes::Writer& state) const override;
  void load(bytes::Reader& state) override;

 private:
  void reserve(std::int64_t capacity);

  mpi::Communicator const& comm_;
  PanelProblem problem_;
  std::int64_t size_ = 0;
  std::int64_t capacity_ = 0;
  std::vector<double> gram_;  ///< capacity x capacity, on rank 0
  std::vector<double> h_;     ///< A^T b/n, on rank 0
};

}  // namespace thresher::prox
