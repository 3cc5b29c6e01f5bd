#pragma once

#include "experiments/implicit_regularization/estimators/fits/entry_order.hpp"
#include "experiments/implicit_regularization/estimators/fits/sign.hpp"

#include <cstddef>
#include <span>
#include <vector>

namespace thresher::implicit_regularization {

/// One l2 coefficient per layer: their columns have no entry in common, so each is a fit by itself.
class LayerSums {
 public:
  /// `order` must outlive this object.
  explicit LayerSums(EntryOrder const& order) : order_(order), sums_(3 * order.own_pieces()) {}

  /// This rank's entries of one more block of weights. Not collective.
  void add(std::span<double const> theta, std::span<double const> b);
  struct LayerFit {
    std::vector<double> coefficients;
    double r2 = 0;
  };
  /// Collective.
  LayerFit fit(Sign sign) const;

 private:
  EntryOrder const& order_;
  std::vector<double> sums_;  ///< per own piece <theta, b>, |theta|^2, |b|^2
};

}  // namespace thresher::implicit_regularization
