#pragma once

#include "experiments/implicit_regularization/estimators/fits/column_factor.hpp"
#include "experiments/implicit_regularization/estimators/fits/sign.hpp"
#include "mpi/communicator.hpp"

#include <cstddef>
#include <span>
#include <vector>

namespace thresher::implicit_regularization {

/// One l2 coefficient per layer: their columns have no entry in common, so each is a fit by itself.
class LayerSums {
 public:
  explicit LayerSums(std::size_t layers) : sums_(3 * layers) {}

  /// Entries of one layer that no other rank adds.
  void add(std::size_t layer, std::span<double const> theta, std::span<double const> b);
  struct LayerFit {
    std::vector<double> coefficients;
    double r2 = 0;
  };
  /// Collective.
  LayerFit fit(mpi::Communicator const& comm, Sign sign) const;

 private:
  std::vector<double> sums_;  ///< per layer <theta, b>, |theta|^2, |b|^2
};

}  // namespace thresher::implicit_regularization
