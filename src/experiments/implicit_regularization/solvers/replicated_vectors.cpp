#include "experiments/implicit_regularization/solvers/replicated_vectors.hpp"

#include "experiments/implicit_regularization/model/inner_product.hpp"
#include "experiments/implicit_regularization/model/setting.hpp"
#include "mpi/exchange.hpp"
#include "mpi/fixed_order_sum.hpp"

#include <algorithm>
#include <numeric>

namespace thresher::implicit_regularization {

OwnEntries shared_entries(mpi::Communicator const& comm, std::span<std::int64_t const> layer_sizes) {
  OwnEntries own{std::accumulate(layer_sizes.begin(), layer_sizes.end(), std::int64_t{0}), {}};
  mpi::FixedOrderSum const blocks(comm, own.total, entry_blocks(own.total));
  for (auto const& block : blocks.owned_blocks()) {
    std::int64_t begin = 0;
    for (std::size_t layer = 0; layer < layer_sizes.size(); ++layer) {
      auto const end = begin + layer_sizes[layer];
      auto const first = std::max(begin, block.begin), last = std::min(end, block.end);
      if (first < last) own.pieces.push_back({first, last - first, static_cast<std::int64_t>(layer)});
      begin = end;
    }
  }
  return own;
}

ReplicatedVectors::ReplicatedVectors(mpi::Communicator const& comm, std::span<std::int64_t const> layer_sizes)
    : comm_(comm), own_(shared_entries(comm, layer_sizes)) {}

std::vector<double> ReplicatedVectors::own_part(std::span<double const> vector) const {
  if (own_.pieces.empty()) return {};
  auto const mine = vector.subspan(static_cast<std::size_t>(own_.pieces.front().first),
                                   static_cast<std::size_t>(own_.count()));
  return {mine.begin(), mine.end()};
}

std::vector<double> ReplicatedVectors::from_own(std::span<double const> entries) const {
  return mpi::gather_parts(comm_, entries).values;
}

double ReplicatedVectors::inner(std::span<double const> a, std::span<double const> b) const {
  return inner_product(a, b);
}

std::vector<double> ReplicatedVectors::whole(std::span<double const> vector) const {
  return {vector.begin(), vector.end()};
}

std::vector<double> ReplicatedVectors::part(std::span<double const> whole) const {
  return {whole.begin(), whole.end()};
}

}  // namespace thresher::implicit_regularization
