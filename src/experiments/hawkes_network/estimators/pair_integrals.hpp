#pragma once

#include "experiments/hawkes_network/data/observation.hpp"
#include "experiments/hawkes_network/estimators/fit.hpp"
#include "linalg/dense_matrix.hpp"
#include "study/team.hpp"

#include <vector>

namespace thresher::hawkes_network {

/// Integrals over [0, T] of the filters of all nodes, for methods on all pairs.
struct PairIntegrals {
  double horizon = 0;
  std::vector<double> means;       ///< int Z_j dt
  linalg::DenseMatrix products;    ///< int Z_j Z_k dt, the same on all ranks
  linalg::DenseMatrix at_events;   ///< int Z_j dN_i: column i of own node i
  std::vector<double> own_counts;  ///< N_i
};

/// Collective.
PairIntegrals pair_integrals(Observation const& observation, double decay, study::Team& team);

/// Refits from such integrals.
class PairRefit : public Refit {
 public:
  explicit PairRefit(PairIntegrals integrals) : integrals_(std::move(integrals)) {}
  std::vector<double> operator()(std::size_t row, std::span<std::int32_t const> nodes) const override;
  PairIntegrals const& integrals() const { return integrals_; }

 private:
  PairIntegrals integrals_;
};

}  // namespace thresher::hawkes_network
