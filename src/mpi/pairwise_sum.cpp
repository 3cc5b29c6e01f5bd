#include "mpi/pairwise_sum.hpp"

#include "mpi/exchange.hpp"
#include "mpi/sum_or_throw.hpp"

#include <algorithm>
#include <bit>
#include <cassert>

namespace thresher::mpi {

namespace {

/// Narrow results are added on every rank: one message. Of wide ones each rank adds a share.
constexpr std::size_t kWideResult = 1024;

/// Nodes of the tree: blocks k 2^j to (k + 1) 2^j. Two of them that are the halves of a node become that.
bool are_halves(Range const& left, Range const& right) {
  return left.end == right.begin && left.size() == right.size() && left.begin % (2 * left.size()) == 0;
}

/// The largest nodes within some blocks, in order.
std::vector<Range> nodes_within(Range blocks) {
  std::vector<Range> nodes;
  for (auto block = blocks.begin; block < blocks.end; ++block) {
    nodes.push_back({block, block + 1});
    while (nodes.size() > 1 && are_halves(nodes[nodes.size() - 2], nodes.back())) {
      nodes[nodes.size() - 2].end = nodes.back().end;
      nodes.pop_back();
    }
  }
  return nodes;
}

/// Sums of the nodes within the blocks taken in so far, back to back.
class NodeSums {
 public:
  explicit NodeSums(std::size_t width) : width_(width) {}

  /// Zeros, to be made the sum of the next node, which `close` says.
  std::span<double> open() {
    auto const end = (nodes_.size() + 1) * width_;
    if (sums_.size() < end) sums_.resize(end);
    std::ranges::fill(sum(nodes_.size()), 0.0);
    return sum(nodes_.size());
  }
  void close(Range node) {
    nodes_.push_back(node);
    while (nodes_.size() > 1 && are_halves(nodes_[nodes_.size() - 2], nodes_.back())) unite_last();
  }
  /// The sum of all; blocks that do not fill the tree are added from the last node on. At least one node.
  std::span<double const> total() {
    while (nodes_.size() > 1) unite_last();
    return sum(0);
  }
  std::size_t count() const { return nodes_.size(); }
  std::span<double> sum(std::size_t node) { return std::span(sums_).subspan(node * width_, width_); }
  std::span<double const> all() const { return std::span(sums_).first(nodes_.size() * width_); }

 private:
  void unite_last() {
    auto const right = sum(nodes_.size() - 1);
    auto const left = sum(nodes_.size() - 2);
    for (std::size_t k = 0; k < width_; ++k) left[k] += right[k];
    nodes_[nodes_.size() - 2].end = nodes_.back().end;
    nodes_.pop_back();
  }

  std::size_t width_;
  std::vector<Range> nodes_;
  std::vector<double> sums_;
};

/// Adds the sums of given nodes, back to back in their order.
void add_nodes(std::span<Range const> nodes, std::span<double const> sums, std::span<double> result) {
  if (result.empty()) return;
  NodeSums tree(result.size());
  for (std::size_t node = 0; node < nodes.size(); ++node) {
    std::ranges::copy(sums.subspan(node * result.size(), result.size()), tree.open().begin());
    tree.close(nodes[node]);
  }
  std::ranges::copy(tree.total(), result.begin());
}

}  // namespace

PairwiseSum::PairwiseSum(Communicator const& comm, std::int64_t count, int blocks)
    : comm_(comm),
      count_(count),
      blocks_(static_cast<int>(std::min<std::int64_t>(std::max<std::int64_t>(count, 1), blocks))) {
  assert(blocks >= 1);
}

void PairwiseSum::or_throw(std::function<void(Range, std::span<double>)> const& partial,
                           std::span<double> result) const {
  sum_or_throw(comm_, *this, partial, result);
}

std::vector<Range> PairwiseSum::owned_blocks() const {
  std::vector<Range> blocks;
  auto const mine = blocks_of(comm_.rank());
  for (auto block = mine.begin; block < mine.end; ++block)
    blocks.push_back(share(count_, static_cast<int>(block), blocks_));
  return blocks;
}

Range PairwiseSum::owned() const {
  auto const blocks = owned_blocks();
  if (blocks.empty()) return {};
  return {blocks.front().begin, blocks.back().end};
}

double PairwiseSum::held(int blocks, int ranks) {
  auto const own = static_cast<unsigned>(std::max(1, (blocks + ranks - 1) / ranks));
  double const levels = std::bit_width(own);
  // As many are sent and received again.
  return ranks == 1 ? levels : 2 * (2 * levels - 1) + 2;
}

void PairwiseSum::operator()(std::function<void(Range, std::span<double>)> const& partial,
                             std::span<double> result) const {
  auto const width = result.size();
  NodeSums own(width);
  auto const mine = blocks_of(comm_.rank());
  for (auto block = mine.begin; block < mine.end; ++block) {
    partial(share(count_, static_cast<int>(block), blocks_), own.open());
    own.close({block, block + 1});
  }
  if (comm_.size() == 1) {
    std::ranges::copy(own.total(), result.begin());
    return;
  }
  std::vector<Range> nodes;
  std::vector<std::int64_t> nodes_of_rank;
  for (int rank = 0; rank < comm_.size(); ++rank) {
    auto const theirs = nodes_within(blocks_of(rank));
    nodes.insert(nodes.end(), theirs.begin(), theirs.end());
    nodes_of_rank.push_back(static_cast<std::int64_t>(theirs.size()));
  }
  if (width < kWideResult) return add_nodes(nodes, gather_parts(comm_, own.all()).values, result);
  auto const share_of = [&](int rank) { return share(static_cast<std::int64_t>(width), rank, comm_.size()); };
  Parts<double> shares;
  shares.values.reserve(own.all().size());
  for (int rank = 0; rank < comm_.size(); ++rank) {
    auto const [begin, end] = share_of(rank);
    for (std::size_t node = 0; node < own.count(); ++node) {
      auto const sum = own.sum(node);
      shares.values.insert(shares.values.end(), sum.begin() + begin, sum.begin() + end);
    }
    shares.counts.push_back((end - begin) * static_cast<std::int64_t>(own.count()));
  }
  auto const added = share_of(comm_.rank()).size();
  auto received_counts = nodes_of_rank;
  for (auto& received : received_counts) received *= added;
  auto const received = exchange(comm_, shares, std::move(received_counts));
  std::vector<double> sums(static_cast<std::size_t>(added));
  add_nodes(nodes, received.values, sums);
  std::ranges::copy(gather_parts(comm_, sums).values, result.begin());
}

}  // namespace thresher::mpi
