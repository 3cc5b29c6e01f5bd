#pragma once

#include "linalg/dense_matrix.hpp"
#include "linalg/panel_operator.hpp"

#include <cstdint>
#include <span>
#include <string>
#include <vector>

namespace thresher::linalg {

/// Which eigenvalues come first: of largest magnitude (on both sides of 0), the largest or the smallest.
enum class Extreme { magnitude, largest, smallest };

struct ExtremeOptions {
  std::int64_t count = 1;
  Extreme extreme = Extreme::magnitude;
  /// Vectors of the Krylov basis; 0: max(2 count + 1, count + 20). Never more than the dimension.
  std::int64_t basis_size = 0;
  /// Share of the basis that a restart keeps, in (0, 1): the larger, the less is lost and the sooner a run
  /// can stop, for more vectors beside each product.
  double kept = 0.5;
  /// A pair has converged when its residual is at most this times the largest absolute Ritz value.
  double tolerance = 1e-6;
  /// Pairs at an end that must converge as pairs, from the outermost on; 0: all. Of the others the value is
  /// enough: it is off by at most the square of the residual over the gap to the next value (Parlett, The
  /// Symmetric Eigenvalue Problem, 11.7), which inside a bulk spectrum comes long before the vector.
  std::int64_t vectors = 0;
  /// Most products with a vector; the basis is never larger.
  std::int64_t max_products = 1'000'000;
  std::string prefix = "extreme_";  ///< of the options in PETSc's database
};

/// Ritz pairs, the most extreme first. Those that did not converge, as happens inside a bulk spectrum, are
/// good approximations all the same: their residuals say how good.
struct ExtremeEigenpairs {
  std::vector<double> values;
  DenseMatrix own_vectors;  ///< this rank's rows, one column per value, orthonormal
  std::vector<double> residuals;
  double highest = 0;  ///< the largest and the smallest Ritz value, wherever they stand in the order
  double lowest = 0;
  std::int64_t products = 0;

  /// How many of the first `count` pairs have converged.
  std::int64_t converged(std::int64_t count, double tolerance) const;
};

/// Extreme eigenpairs of a symmetric operator by SLEPc's Krylov-Schur method (EPS), one product at a time,
/// started from `own_start` (this rank's rows of a vector that is not zero). When another cycle would exceed
/// `max_products` the current Ritz pairs are handed back, all of them: fewer than `count` only where the cap
/// or the dimension is smaller. Collective.
///
/// A cluster of equal eigenvalues has one vector in the Krylov space of one start; the others come from
/// rounding errors or not at all, whatever the residuals say (`completed_eigenpairs`).
ExtremeEigenpairs extreme_eigenpairs(PanelOperator const& op, std::span<double const> own_start,
                                     ExtremeOptions const& options);

/// The same until no member of a cluster is missing: the solver runs again from further starts (columns of
/// `own_starts`, one per run) in the complement of what has converged, until nothing new comes or the starts
/// are used up. `max_products` holds for each run; `products` counts all. Collective.
ExtremeEigenpairs completed_eigenpairs(PanelOperator const& op, ConstMatrixView own_starts,
                                       ExtremeOptions const& options);

/// Pairs of both ends of the spectrum.
struct SpectrumEnds {
  ExtremeEigenpairs largest;
  ExtremeEigenpairs smallest;
};

/// `count` pairs at each end of the spectrum (`extreme` is ignored), from one Krylov space: about the
/// products of the harder end alone. Where the solver took a pair of one end for one of the other, each end
/// is solved for by itself. `products` of both is what they took together. Collective.
SpectrumEnds spectrum_ends(PanelOperator const& op, std::span<double const> own_start,
                           ExtremeOptions const& options);

/// The two outermost pairs of the end where they lie further apart: about the products of that end alone,
/// since the other one need not converge, only its gap be bounded. Options as for `spectrum_ends` (`count` is
/// 2). Collective; all ranks get the same end.
ExtremeEigenpairs wider_gap_end(PanelOperator const& op, std::span<double const> own_start,
                                ExtremeOptions options);

}  // namespace thresher::linalg
