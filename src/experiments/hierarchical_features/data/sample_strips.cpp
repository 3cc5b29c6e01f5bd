#include "experiments/hierarchical_features/data/sample_strips.hpp"

#include <algorithm>

namespace thresher::hierarchical_features {

namespace {

/// Strips of a block: enough for sums over samples to stay in registers for long, few enough for the second
/// cache.
constexpr std::int64_t kBlockEntries = 1 << 16;
constexpr std::int64_t kFewestStrips = 6;
constexpr std::int64_t kMostStrips = 16;

std::int64_t strips_at_once(std::int64_t coordinates) {
  return std::clamp(kBlockEntries / (coordinates * kStrip), kFewestStrips, kMostStrips);
}

std::int64_t strips_of(std::int64_t rows) {
  return (rows + kStrip - 1) / kStrip;
}

}  // namespace

double SampleStrips::bytes_per_rank(std::int64_t rows, std::int64_t coordinates, int ranks, Holding holding) {
  auto const share = mpi::share(rows, 0, ranks).size();
  auto const strips =
      holding == Holding::stored ? strips_of(share) : std::min(strips_of(share), strips_at_once(coordinates));
  return 8 * static_cast<double>(strips * kStrip) * static_cast<double>(coordinates);
}

SampleStrips::SampleStrips(mpi::Communicator const& comm, std::int64_t rows, std::int64_t coordinates,
                           Holding holding, Generator generate)
    : comm_(&comm),
      rows_(rows),
      coordinates_(coordinates),
      holding_(holding),
      generate_(std::move(generate)) {
  if (holding_ == Holding::regenerated) return;
  mpi::agree(comm, [&] {
    auto const own = owned();
    stored_.resize(static_cast<std::size_t>(strips_of(own.size()) * kStrip * coordinates_));
    for (auto row = own.begin; row < own.end; row += block_rows())
      fill({row, std::min(row + block_rows(), own.end)}, stored_.data() + (row - own.begin) * coordinates_);
  });
}

std::int64_t SampleStrips::block_rows() const {
  return strips_at_once(coordinates_) * kStrip;
}

void SampleStrips::fill(mpi::Range rows, double* strips) const {
  auto const entries = kStrip * coordinates_;
  for (auto row = rows.begin; row < rows.end; row += kStrip, strips += entries) {
    auto const end = std::min(row + kStrip, rows.end);
    if (end - row < kStrip) std::fill_n(strips, entries, 0.0);
    generate_({row, end}, {strips, static_cast<std::size_t>(entries)}, kStrip);
  }
}

void SampleStrips::visit(Visitor const& visitor) const {
  auto const own = owned();
  auto const step = block_rows();
  numerics::AlignedVector block;
  if (holding_ == Holding::regenerated)
    block.resize(static_cast<std::size_t>(std::min(strips_of(own.size()) * kStrip, step) * coordinates_));
  for (auto row = own.begin; row < own.end; row += step) {
    mpi::Range const some{row, std::min(row + step, own.end)};
    double const* first = stored_.data() + (row - own.begin) * coordinates_;
    if (holding_ == Holding::regenerated) {
      fill(some, block.data());
      first = block.data();
    }
    visitor(some, {first, strips_of(some.size())});
  }
}

}  // namespace thresher::hierarchical_features
