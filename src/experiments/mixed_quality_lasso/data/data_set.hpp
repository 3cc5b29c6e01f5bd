#pragma once

#include "experiments/mixed_quality_lasso/data/design_columns.hpp"
#include "experiments/mixed_quality_lasso/data/row_chunks.hpp"
#include "experiments/mixed_quality_lasso/model/parameters.hpp"
#include "experiments/mixed_quality_lasso/model/setting.hpp"
#include "linalg/lapack.hpp"
#include "linalg/tiling.hpp"
#include "study/team.hpp"

#include <cstdint>
#include <memory>
#include <span>
#include <utility>
#include <vector>

namespace thresher::linalg {
class TiledMatrix;
}

namespace thresher::mixed_quality_lasso {

/// Sums over the rows of one quality that every weighted least-squares problem on the support is made of.
struct SupportMoments {
  std::int64_t rows = -1;
  std::vector<double> gram;  ///< X_S^T X_S (s x s, both triangles); on rank 0 only, empty where it is tiled
  std::shared_ptr<linalg::TiledMatrix> tiled_gram;  ///< the same spread over the team, where s is large
  std::vector<double> noise;                        ///< X_S^T z for unit noise; on rank 0 only
};

/// Squared norms of this rank's columns over the rows of each quality, NaN until they are known.
struct ColumnNorms {
  std::vector<double> high;
  std::vector<double> low;
};

/// The data of one trial, for all points that share them: support, signs, unit noise, the support columns;
/// other columns are made when they are first asked for. Points take the first n1 rows of high and the first
/// n2 of low quality, and scale noise and coefficients.
///
/// What is made on demand is kept, so that const calls change hidden state: one thread at a time.
class DataSet {
 public:
  /// The data of trial `number` at `points`, which may differ in rows, noise levels and magnitude. Gram
  /// matrices of more than `largest_local_gram` support columns are spread over the team. Collective.
  DataSet(std::span<Parameters const> points, study::Team& team, std::int64_t number,
          std::int64_t largest_local_gram = linalg::kLargestLocalMatrix);

  mpi::Communicator const& communicator() const { return comm_; }
  std::int64_t p() const { return p_; }
  bool tiles_gram() const {
    return linalg::is_worth_tiling(comm_.size(), static_cast<std::int64_t>(support_.size()),
                                   largest_local_gram_);
  }
  std::vector<std::int64_t> const& support() const { return support_; }  ///< ascending
  std::vector<double> const& signs() const { return signs_; }

  /// z and y = X beta* + z: n1 high-quality rows, then n2 low-quality ones; replicated, the same bits
  /// everywhere.
  std::vector<double> noise(Setting const& setting) const;
  std::vector<double> response(Setting const& setting, double rho) const;

  /// This rank's rows among the first n1 and n2, high quality first.
  RowChunks rows() const { return chunks_; }
  /// This rank's rows of X_S of one quality (all that were made).
  linalg::ConstMatrixView high_support_rows() const;
  linalg::ConstMatrixView low_support_rows() const;
  /// Sums over the first `rows` rows of a quality. Collective.
  SupportMoments const& high_moments(std::int64_t rows) const { return moments(high_moments_, false, rows); }
  SupportMoments const& low_moments(std::int64_t rows) const { return moments(low_moments_, true, rows); }

  /// Columns of X of this rank.
  DesignColumns& columns() const { return *columns_; }
  /// Those of the last (n1, n2) asked for are kept.
  std::shared_ptr<ColumnNorms> column_norms(std::int64_t n1, std::int64_t n2) const;
  /// Rows [begin, end) of a quality in one column. Not collective.
  void fill_rows(std::int64_t first_row_id, std::int64_t begin, std::int64_t end, std::int64_t column,
                 std::span<double> out) const;

 private:
  SupportMoments const& moments(SupportMoments& kept, bool low, std::int64_t rows) const;

  mpi::Communicator const& comm_;
  std::int64_t p_;
  std::int64_t largest_local_gram_;
  std::int64_t most_high_ = 0;
  std::int64_t most_low_ = 0;
  RowChunks chunks_;
  random::Stream design_;
  std::vector<std::int64_t> support_;
  std::vector<double> signs_;
  std::vector<double> unit_noise_;    ///< high-quality rows, then low-quality
  std::vector<double> unit_signal_;   ///< X_S sign, the same order
  std::vector<double> support_rows_;  ///< this rank's rows: column-major, high quality first
  std::int64_t held_high_ = 0;
  std::int64_t held_ = 0;
  std::unique_ptr<DesignColumns> columns_;
  mutable SupportMoments high_moments_;
  mutable SupportMoments low_moments_;
  mutable std::pair<std::int64_t, std::int64_t> norms_rows_{-1, -1};
  mutable std::shared_ptr<ColumnNorms> norms_;
};

}  // namespace thresher::mixed_quality_lasso
