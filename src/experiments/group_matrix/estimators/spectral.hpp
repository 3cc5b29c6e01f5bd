#pragma once

#include "experiments/group_matrix/estimators/method.hpp"
#include "experiments/group_matrix/solvers/group_threshold.hpp"

namespace thresher::group_matrix {

/// What the two spectral methods share: they read and measure nothing of a program.
class SpectralMethod : public Method {
 public:
  void check(Parameters const& point, study::Verdict& verdict) const override;
  std::vector<std::string_view> reads(Parameters const&) const override { return {}; }
  std::vector<double Metrics::*> measures(Parameters const&) const override { return {}; }
  study::Cost cost(Parameters const& point, int ranks) const override;

 protected:
  virtual void check_ranks(Parameters const& point, study::Verdict& verdict) const = 0;
};

/// P_Omega Y with every base block divided by its density: unbiased for the matrix.
std::vector<double> scaled_entries(MatrixData const& data);

/// The leading singular triplets of a group's rows with values shrunk as is optimal for the Frobenius loss in
/// white noise, whose level the rest tells (Gavish and Donoho 2017). `weight(row)`: by which rows are
/// multiplied.
struct ShrunkGroup {
  FactorTerm term;
  linalg::DenseMatrix subspace;  ///< right vectors, unshrunk
};
ShrunkGroup shrunk_rows(MatrixData const& data, GroupRows const& rows, std::span<double const> entries,
                        std::int64_t rank);

}  // namespace thresher::group_matrix
