#include "mpi/fixed_order_sum.hpp"

#include "mpi/sum_or_throw.hpp"

#include <algorithm>
#include <cassert>
#include <numeric>

namespace thresher::mpi {

namespace {
/// Narrow results are added on every rank: one message. Of wide ones each rank adds a share, in windows of so
/// many block sums.
constexpr std::size_t kWide = 1024;
constexpr std::size_t kNumbersAtOnce = std::size_t{1} << 22;
}  // namespace

FixedOrderSum::FixedOrderSum(Communicator const& comm, std::int64_t count, int max_blocks)
    : comm_(comm),
      blocks_(static_cast<int>(std::min<std::int64_t>(std::max<std::int64_t>(count, 1), max_blocks))) {
  assert(max_blocks >= 1);
  for (int rank = 0; rank < comm.size(); ++rank)
    blocks_of_rank_.push_back(static_cast<int>(share(blocks_, rank, comm.size()).size()));
  auto const mine = share(blocks_, comm.rank(), comm.size());
  for (auto block = mine.begin; block < mine.end; ++block)
    owned_blocks_.push_back(share(count, static_cast<int>(block), blocks_));
}

Range FixedOrderSum::owned() const {
  if (owned_blocks_.empty()) return {};
  return {owned_blocks_.front().begin, owned_blocks_.back().end};
}

void FixedOrderSum::operator()(std::function<void(Range, std::span<double>)> const& partial,
                               std::span<double> result) const {
  auto const width = result.size();
  if (comm_.size() == 1) {
    std::vector<double> sums(width);
    std::ranges::fill(result, 0.0);
    for (auto const& block : owned_blocks_) {
      std::ranges::fill(sums, 0.0);
      partial(block, sums);
      for (std::size_t k = 0; k < width; ++k) result[k] += sums[k];
    }
    return;
  }
  std::vector<double> sums(owned_blocks_.size() * width, 0.0);
  for (std::size_t k = 0; k < owned_blocks_.size(); ++k)
    partial(owned_blocks_[k], std::span(sums).subspan(k * width, width));
  if (width < kWide) return add_everywhere(sums, result);
  auto const most = std::max(kNumbersAtOnce / static_cast<std::size_t>(blocks_), kWide);
  for (std::size_t begin = 0; begin < width; begin += most)
    add_by_shares(sums, width, begin, result.subspan(begin, std::min(most, width - begin)));
}

void FixedOrderSum::or_throw(std::function<void(Range, std::span<double>)> const& partial,
                             std::span<double> result) const {
  sum_or_throw(comm_, *this, partial, result);
}

namespace {
/// result[k] = the blocks' k-th numbers, added in the order of the blocks.
void add_blocks(std::span<double const> sums, std::span<double> result) {
  std::ranges::fill(result, 0.0);
  for (std::size_t at = 0; at < sums.size(); at += result.size())
    for (std::size_t k = 0; k < result.size(); ++k) result[k] += sums[at + k];
}

std::vector<int> offsets_of(std::vector<int> const& counts) {
  std::vector<int> offsets(counts.size(), 0);
  std::partial_sum(counts.begin(), counts.end() - 1, offsets.begin() + 1);
  return offsets;
}
}  // namespace

void FixedOrderSum::add_everywhere(std::span<double const> sums, std::span<double> result) const {
  std::vector<double> all(static_cast<std::size_t>(blocks_) * result.size());
  std::vector<int> counts(blocks_of_rank_);
  for (auto& n : counts) n *= static_cast<int>(result.size());
  check(MPI_Allgatherv(sums.data(), static_cast<int>(sums.size()), MPI_DOUBLE, all.data(), counts.data(),
                       offsets_of(counts).data(), MPI_DOUBLE, comm_.get()),
        "MPI_Allgatherv");
  if (!result.empty()) add_blocks(all, result);
}

void FixedOrderSum::add_by_shares(std::span<double const> sums, std::size_t width, std::size_t begin,
                                  std::span<double> result) const {
  std::vector<double> outgoing;
  std::vector<int> sent;
  std::vector<int> widths;
  for (int rank = 0; rank < comm_.size(); ++rank) {
    auto const theirs = share(static_cast<std::int64_t>(result.size()), rank, comm_.size());
    for (std::size_t block = 0; block < owned_blocks_.size(); ++block) {
      auto const from = sums.subspan(block * width + begin + static_cast<std::size_t>(theirs.begin),
                                     static_cast<std::size_t>(theirs.size()));
      outgoing.insert(outgoing.end(), from.begin(), from.end());
    }
    widths.push_back(static_cast<int>(theirs.size()));
    sent.push_back(static_cast<int>(owned_blocks_.size()) * widths.back());
  }
  auto const mine = share(static_cast<std::int64_t>(result.size()), comm_.rank(), comm_.size());
  std::vector<int> received(blocks_of_rank_);
  for (auto& n : received) n *= static_cast<int>(mine.size());
  std::vector<double> blocks(static_cast<std::size_t>(blocks_ * mine.size()));
  check(MPI_Alltoallv(outgoing.data(), sent.data(), offsets_of(sent).data(), MPI_DOUBLE, blocks.data(),
                      received.data(), offsets_of(received).data(), MPI_DOUBLE, comm_.get()),
        "MPI_Alltoallv");
  std::vector<double> added(static_cast<std::size_t>(mine.size()));
  if (!added.empty()) add_blocks(blocks, added);
  check(MPI_Allgatherv(added.data(), static_cast<int>(added.size()), MPI_DOUBLE, result.data(), widths.data(),
                       offsets_of(widths).data(), MPI_DOUBLE, comm_.get()),
        "MPI_Allgatherv");
}

}  // namespace thresher::mpi
