#pragma once

#include "experiments/mixed_quality_lasso/data/data_set.hpp"
#include "prox/design.hpp"

#include <memory>
#include <span>
#include <vector>

namespace thresher::mixed_quality_lasso {

/// A = D^{1/2} X of one point: the first n1 high- and n2 low-quality rows of a trial's data, each quality
/// with its weight. Rows of weight 0 count in n but are left out of products.
class WeightedDesign : public prox::Design {
 public:
  /// `weights` of the two qualities, >= 0. `data` must outlive this object.
  WeightedDesign(DataSet const& data, std::int64_t n1, std::int64_t n2, std::span<double const> weights,
                 Storage storage);

  /// D^{1/2} v.
  std::vector<double> scaled(std::span<double const> v) const;

  /// All rows of the columns `which` on this rank, wherever they belong. Not collective.
  void whole_columns(std::span<std::int64_t const> which, linalg::MatrixView out) const;

  /// result[k] = A_{which[k]} . v for columns at hand: pointers[k] is the first entry of column which[k] of
  /// X, and `scaled_v` is D^{1/2} v. Their norms are measured on the way. Not collective.
  void correlate_at(std::span<std::int64_t const> which, std::span<double const* const> pointers,
                    std::span<double const> scaled_v, std::span<double> result) const;
  DataSet const& data() const { return data_; }
  Storage storage() const { return storage_; }

  mpi::Communicator const& communicator() const override { return data_.communicator(); }
  std::int64_t rows() const override { return n1_ + n2_; }
  std::int64_t columns() const override { return data_.p(); }
  std::int64_t nonzero_rows() const override {
    return (root_high_ > 0 ? n1_ : 0) + (root_low_ > 0 ? n2_ : 0);
  }
  mpi::Range local_columns() const override { return data_.columns().range(); }
  void correlate(std::span<std::int64_t const> which, linalg::ConstMatrixView vectors,
                 linalg::MatrixView products) const override;
  void squared_norms(std::span<std::int64_t const> which, std::span<double> norms) const override;
  void combine(std::span<std::int64_t const> which, std::span<double const> coefficients,
               std::span<double> sum) const override;
  std::int64_t panel_rows() const override { return held_high_ + held_low_; }
  void gather_panel(std::span<std::int64_t const> which, linalg::MatrixView panel) const override;
  void take_panel_rows(std::span<double const> full, std::span<double> part) const override;
  void assemble_rows(std::span<double const> part, std::span<double> full) const override;

 private:
  void measure_norms(std::span<std::int64_t const> which, std::span<double const* const> pointers) const;

  DataSet const& data_;
  std::int64_t n1_;
  std::int64_t n2_;
  double root_high_;
  double root_low_;
  Storage storage_;
  std::int64_t held_high_;
  std::int64_t held_low_;
  std::shared_ptr<ColumnNorms> norms_;
};

}  // namespace thresher::mixed_quality_lasso
