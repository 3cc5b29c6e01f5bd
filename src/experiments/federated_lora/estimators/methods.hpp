#pragma once

#include "experiments/federated_lora/estimators/detection.hpp"
#include "experiments/federated_lora/estimators/solution.hpp"
#include "experiments/federated_lora/model/metrics.hpp"
#include "experiments/federated_lora/model/parameters.hpp"
#include "linalg/dense_matrix.hpp"

#include <span>
#include <string>
#include <vector>

namespace thresher::federated_lora {

/// Estimates of all clients: centre + P D_k + off_subspace (I - P) D_k with D_k = M_k - centre and P = U U^T;
/// clients that keep their own have M_k.
struct Estimate {
  linalg::DenseMatrix centre;
  linalg::DenseMatrix frame;  ///< U; no columns: P = 0
  double off_subspace = 0;
  std::vector<char> keeps_own;
};

/// What the decisions on one matrix of each client were made from, and led to.
struct Evidence {
  Parameters const& point;
  Solution const& solution;
  Recovery const& convex;     ///< of the program alone
  Recovery const& clair;      ///< polished
  Recovery const& spherical;  ///< from the normalised stack, polished
};

/// All that the experiment knows of a method.
struct MethodEntry {
  Method method;
  std::string name;
  std::string meaning;
  double Metrics::*mse;            ///< modules gaussian and linreg; null where the method has no place there
  double Metrics::*copy_accuracy;  ///< module copy; null likewise
  double Metrics::*copy_loss;
  /// Collective.
  Estimate (*estimate)(Evidence const& evidence);
};
/// One entry per method, in the order of the enumeration.
std::span<MethodEntry const> methods();

/// Whether the point asks for the method and its module has a place for it.
bool applies(MethodEntry const& entry, Parameters const& point);

}  // namespace thresher::federated_lora
