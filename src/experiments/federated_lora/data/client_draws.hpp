#pragma once

#include "experiments/federated_lora/data/shared_structure.hpp"
#include "experiments/federated_lora/model/parameters.hpp"
#include "linalg/dense_matrix.hpp"
#include "random/stream.hpp"
#include "study/team.hpp"

#include <cstdint>

namespace thresher::federated_lora {

/// Parameters and estimates of the clients of one trial (modules gaussian, linreg). Any rank can make any
/// client, whole, again and again with the same bits. Nothing here is collective.
class ClientDraws {
 public:
  /// `shared` must outlive the draws.
  ClientDraws(Parameters const& point, SharedStructure const& shared, study::Team const& team);

  /// Theta_k (d1 x d2, contiguous).
  void parameter(std::int64_t client, linalg::MatrixView out) const;
  /// M_k.
  void estimate(std::int64_t client, linalg::MatrixView out) const;
  /// M_k of rank `local_rank` as A B^T (d1 and d2 x local_rank), B orthonormal: the best approximation, or
  /// one by randomised subspace iteration where both sides are long.
  void estimate_factors(std::int64_t client, linalg::MatrixView left, linalg::MatrixView right) const;
  /// What is a benign client's own inside the subspace: coordinates in U of Theta_k - C (r x d2).
  linalg::DenseMatrix coordinates(std::int64_t client) const;

 private:
  void add_deviation(std::int64_t client, linalg::MatrixView out) const;
  void regress(std::int64_t client, linalg::MatrixView parameter) const;
  void untruncated(std::int64_t client, linalg::MatrixView out) const;
  void truncate(std::int64_t client, linalg::MatrixView whole, linalg::MatrixView left,
                linalg::MatrixView right) const;

  Parameters point_;
  SharedStructure const& shared_;
  random::Stream coefficients_;
  random::Stream own_;
  random::Stream heterogeneity_;
  random::Stream noise_;
  random::Stream design_;
  random::Stream response_;
  random::Stream sketch_;
};

}  // namespace thresher::federated_lora
