#pragma once

#include "experiments/linear_generative/data/data.hpp"
#include "experiments/linear_generative/model/parameters.hpp"
#include "linalg/dense_matrix.hpp"
#include "linalg/factored_eigenvectors.hpp"
#include "linalg/rayleigh_ritz.hpp"
#include "linalg/row_layout.hpp"
#include "study/team.hpp"

#include <array>
#include <functional>
#include <span>
#include <vector>

namespace thresher::linear_generative {

/// Panels of both models, this rank's rows.
using PanelPair = std::array<linalg::DenseMatrix, kSets>;

/// Whole eigendecompositions of both sample covariances C_1 and C_2 by LAPACK: of C where n >= d, else of the
/// Gram matrix X X^T / n. Each is made and kept by one rank, the two by different ranks of a team.
class DenseDecomposition {
 public:
  /// `points` share the data; `sets` must outlive the decomposition. Collective.
  DenseDecomposition(std::span<Parameters const> points, DataSets const& sets, study::Team& team);

  /// f(C_a) Z for both models. Collective.
  PanelPair apply(Parameters const& point, std::function<double(double)> const& f,
                  linalg::ConstMatrixView own_seeds) const;
  /// Eigenvalues of C, ascending, min(n, d) of them, on every rank.
  std::vector<double> const& eigenvalues(int set) const { return values_[index(set)]; }
  /// The leading eigenpairs, this rank's rows.
  linalg::Eigenpairs const& leading(int set) const { return leading_[index(set)]; }

  /// W2^2(N(0, Sigma), N(0, C + ridge)) / d for both models. Collective.
  std::array<double, kSets> bulk_distances(Parameters const& point) const;
  /// KL(N(0, Sigma) || N(0, C + ridge)) / d for both models.
  std::array<double, kSets> divergences(Parameters const& point) const;

  /// Bytes that the rank with most of the work holds.
  static double bytes_per_rank(Parameters const& point, int ranks);

 private:
  static std::size_t index(int set) { return static_cast<std::size_t>(set); }
  int owner(int set) const;
  bool owns(int set) const { return owner(set) == team_.communicator().rank(); }
  bool by_examples() const { return examples_ < dim_; }
  void for_own_sets(std::function<void(int set)> const& work) const;
  void decompose(Parameters const& point);
  void find_leading(Parameters const& point);
  // dense_distances.cpp
  void read_population(std::span<Parameters const> points);
  void read_directions(Parameters const& point);
  void read_whole_population(Parameters const& point, bool forms, bool roots);
  linalg::DenseMatrix mapped_gram(Parameters const& point, int set) const;
  double root_trace(Parameters const& point, int set) const;

  DataSets const& sets_;
  study::Team& team_;
  linalg::RowLayout layout_;  ///< of panels of d rows
  std::int64_t examples_;
  std::int64_t dim_;
  std::array<linalg::FactoredEigenvectors, kSets> vectors_;  ///< of C or of the Gram matrix, on the owner
  std::array<std::vector<double>, kSets> values_;
  std::array<linalg::Eigenpairs, kSets> leading_;
  /// v_j^T Sigma v_j of every eigenvector, on every rank, where a point measures the divergence.
  std::array<std::vector<double>, kSets> population_forms_;
  /// v_j^T u_k of a spiked population, on the owner, where a point measures a distance or the divergence.
  std::array<linalg::DenseMatrix, kSets> direction_scores_;
  std::vector<double> spikes_;
  /// tr (Sigma^1/2 C Sigma^1/2)^1/2, where a point without ridge measures the distance to another population.
  std::array<double, kSets> plain_root_trace_{};
};

}  // namespace thresher::linear_generative
