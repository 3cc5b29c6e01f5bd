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

 private:
  void add_deviation(std::int64_t client, linalg::MatrixView out) const;
  void regress(std::int64_t client, linalg::MatrixView parameter) const;

  Parameters point_;
  SharedStructure const& shared_;
  random::Stream coefficients_;
  random::Stream own_;
  random::Stream heterogeneity_;
  random::Stream noise_;
  random::Stream design_;
  random::Stream response_;
};

/// Best approximation of A of the given rank, in place (gesdd). Not collective.
void truncate_rank(linalg::MatrixView a, std::int64_t rank);

}  // namespace thresher::federated_lora
