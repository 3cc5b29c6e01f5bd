#include "experiments/federated_lora/data/factor_blocks.hpp"

#include "linalg/singular_values.hpp"

#include <algorithm>
#include <cassert>
#include <vector>

namespace thresher::federated_lora {

ClientStack factor_blocks(ClientStack const& stack, std::int64_t rank) {
  auto const& comm = stack.communicator();
  assert(comm.size() <= stack.clients() && rank <= std::min(stack.rows(), stack.columns()));
  ClientStack blocks(comm, stack.clients(), stack.rows(), rank);
  mpi::agree(comm, [&] {
    std::int64_t const full = std::min(stack.rows(), stack.columns());
    linalg::DenseMatrix spoilt(stack.rows(), stack.columns()), u(stack.rows(), full),
        vt(full, stack.columns());
    std::vector<double> values(static_cast<std::size_t>(full));
    for (std::size_t k = 0; k < stack.pieces().size(); ++k) {
      auto const from = stack.at(stack.pieces()[k]);
      std::copy_n(from.data, from.rows * from.columns, spoilt.view().data);
      linalg::gesdd(spoilt.view(), values, u.view(), vt.view());
      auto const to = blocks.at(blocks.pieces()[k]);
      for (std::int64_t j = 0; j < rank; ++j)
        for (std::int64_t i = 0; i < stack.rows(); ++i)
          to(i, j) = values[static_cast<std::size_t>(j)] * u(i, j);
    }
  });
  return blocks;
}

}  // namespace thresher::federated_lora
