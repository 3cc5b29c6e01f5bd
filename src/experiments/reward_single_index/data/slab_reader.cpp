#include "experiments/reward_single_index/data/slab_reader.hpp"

#include <algorithm>
#include <utility>

namespace thresher::reward_single_index {

namespace {

constexpr std::int64_t kNumbersAtOnce = std::int64_t{1} << 20;

std::int64_t rows_at_once(std::int64_t columns) {
  return std::max<std::int64_t>(1, kNumbersAtOnce / columns);
}

}  // namespace

SlabReader::SlabReader(study::InputReader const& input, std::string name, std::int64_t rows,
                       std::int64_t columns)
    : input_(input), name_(std::move(name)), rows_(rows), columns_(columns) {}

std::span<double const> SlabReader::row(std::int64_t row) const {
  if (row < held_.begin || row >= held_.end) {
    mpi::Range const wanted{row, std::min(row + rows_at_once(columns_), rows_)};
    slab_.clear();
    slab_ = input_.read(name_, wanted, {0, columns_});
    held_ = wanted;
  }
  return std::span<double const>(slab_).subspan(static_cast<std::size_t>((row - held_.begin) * columns_),
                                                static_cast<std::size_t>(columns_));
}

double SlabReader::bytes(std::int64_t columns) {
  return 8 * static_cast<double>(rows_at_once(columns) * columns);
}

}  // namespace thresher::reward_single_index
