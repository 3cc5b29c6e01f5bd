#include "linalg/tall_matrix.hpp"

#include <algorithm>
#include <bit>
#include <cstdint>
#include <memory>
#include <sys/mman.h>

namespace thresher::linalg {

namespace {
/// Entries of a block: rows enough for GEMM, few enough to be still near the core for the second product.
constexpr std::int64_t kBlockEntries = 1 << 18;
constexpr std::int64_t kFewestRows = 64;
constexpr std::int64_t kMostRows = 256;

/// Zeros in pages as large as the machine has: on a virtual one the first touch of many small pages can take
/// as long as a hundred passes over them. Where the machine refuses, pages stay small.
template <class Real>
void resize_in_large_pages(std::vector<Real>& values, std::size_t size) {
  constexpr std::uintptr_t kPage = std::uintptr_t{1} << 21;
  values.reserve(size);
  auto const begin = std::bit_cast<std::uintptr_t>(values.data());
  auto const first = (begin + kPage - 1) / kPage * kPage;
  auto const end = (begin + size * sizeof(Real)) / kPage * kPage;
  if (end > first) madvise(std::bit_cast<void*>(first), end - first, MADV_HUGEPAGE);
  values.resize(size);
}
}  // namespace

double TallMatrix::bytes_per_rank(std::int64_t rows, std::int64_t columns, int ranks, RowStorage storage) {
  double const entries =
      static_cast<double>(mpi::share(rows, 0, ranks).size()) * static_cast<double>(columns);
  if (storage == RowStorage::stored) return 8 * entries;
  if (storage == RowStorage::stored32) return 4 * entries;
  return 0;
}

TallMatrix::TallMatrix(mpi::Communicator const& comm, std::int64_t rows, std::int64_t columns,
                       RowStorage storage, RowGenerator generate)
    : comm_(&comm), rows_(rows), columns_(columns), storage_(storage), generate_(std::move(generate)) {
  if (storage_ == RowStorage::implicit) return;
  mpi::agree(comm, [&] {
    auto const own = owned();
    auto const entries = static_cast<std::size_t>(own.size() * columns_);
    if (storage_ == RowStorage::stored) {
      resize_in_large_pages(doubles_, entries);
      generate_(own, doubles_);
      return;
    }
    resize_in_large_pages(floats_, entries);
    auto const step = block_rows();
    std::vector<double> block(static_cast<std::size_t>(std::min(step, own.size()) * columns_));
    for (auto row = own.begin; row < own.end; row += step) {
      mpi::Range const some{row, std::min(row + step, own.end)};
      auto const values = std::span(block).first(static_cast<std::size_t>(some.size() * columns_));
      generate_(some, values);
      std::ranges::transform(values, floats_.begin() + (row - own.begin) * columns_,
                             [](double value) { return static_cast<float>(value); });
    }
  });
}

std::int64_t TallMatrix::block_rows() const {
  return std::clamp(kBlockEntries / columns_, kFewestRows, kMostRows);
}

void TallMatrix::copy(mpi::Range rows, MatrixView out) const {
  if (rows.size() == 0) return;
  auto const first = static_cast<std::size_t>((rows.begin - owned().begin) * columns_);
  auto const entries = static_cast<std::size_t>(rows.size() * columns_);
  if (storage_ == RowStorage::stored)
    std::copy_n(doubles_.data() + first, entries, out.data);
  else if (storage_ == RowStorage::stored32)
    std::copy_n(floats_.data() + first, entries, out.data);
  else
    generate_(rows, {out.data, entries});
}

void TallMatrix::visit(Visitor const& visitor) const {
  auto const own = owned();
  auto const step = block_rows();
  // Left uninitialised: every pass over implicit rows would otherwise write the block twice.
  std::unique_ptr<double[]> block;
  if (storage_ != RowStorage::stored)
    block.reset(new double[static_cast<std::size_t>(std::min(step, own.size()) * columns_)]);
  for (auto row = own.begin; row < own.end; row += step) {
    mpi::Range const some{row, std::min(row + step, own.end)};
    auto const entries = static_cast<std::size_t>(some.size() * columns_);
    auto const first = static_cast<std::size_t>((row - own.begin) * columns_);
    double const* values = block.get();
    if (storage_ == RowStorage::stored)
      values = doubles_.data() + first;
    else if (storage_ == RowStorage::stored32)
      std::copy_n(floats_.data() + first, entries, block.get());
    else
      generate_(some, {block.get(), entries});
    visitor(some, {values, columns_, some.size()});
  }
}

}  // namespace thresher::linalg
