#include "experiments/federated_lora/estimators/program_stack.hpp"

#include "experiments/federated_lora/data/factor_blocks.hpp"

#include <algorithm>
#include <utility>

namespace thresher::federated_lora {

ProgramStack::ProgramStack(Parameters const& point, ClientData const& data)
    : stack_(&data.estimates()), columns_(data.estimates().columns()) {
  auto const& stack = data.estimates();
  if (point.centering == Centering::common) {
    if (stack.is_factored()) made_ = expanded(stack);
    return;
  }
  std::int64_t const rank = data.known_rank();
  if (stack.is_factored())
    stack_ = &stack.left();
  else if (rank > 0 && rank < std::min(stack.rows(), stack.columns()) &&
           stack.communicator().size() <= stack.clients())
    made_ = factor_blocks(stack, rank);
}

linalg::DenseMatrix ProgramStack::common(linalg::DenseMatrix of_program) const {
  if (of_program.columns() == columns_) return of_program;
  return {of_program.rows(), columns_};  // without a common part
}

}  // namespace thresher::federated_lora
