#pragma once

#include "experiments/federated_lora/data/client_data.hpp"
#include "experiments/federated_lora/data/client_stack.hpp"
#include "experiments/federated_lora/model/parameters.hpp"
#include "linalg/dense_matrix.hpp"

#include <optional>

namespace thresher::federated_lora {

/// The matrices on which the program of a point is solved: the clients' estimates, or, without a common part
/// and where their rank is known, their left factors alone (exact; data/factor_blocks.hpp).
class ProgramStack {
 public:
  /// `data` must outlive it. Collective.
  ProgramStack(Parameters const& point, ClientData const& data);

  ClientStack const& stack() const { return made_ ? *made_ : *stack_; }
  /// The program's C in the shape of the estimates.
  linalg::DenseMatrix common(linalg::DenseMatrix of_program) const;

 private:
  ClientStack const* stack_ = nullptr;
  std::optional<ClientStack> made_;
  std::int64_t columns_;  ///< of an estimate
};

}  // namespace thresher::federated_lora
