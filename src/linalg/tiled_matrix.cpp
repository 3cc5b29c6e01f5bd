#include "linalg/tiled_matrix.hpp"

#include <algorithm>
#include <cassert>
#include <limits>
#include <numeric>
#include <stdexcept>
#include <string_view>

namespace thresher::linalg {

namespace {

/// Entries of a panel that is summed at once: some of a rank's memory beside its part of the matrix.
constexpr std::int64_t kPanelEntries = std::int64_t{1} << 23;
/// Panels of fewer columns spend their time on starting messages and products.
constexpr std::int64_t kFewestColumns = 64;

using IndexSet = Handle<IS, ISDestroy>;

std::vector<PetscInt> indices_of(IndexSet const& set) {
  PetscInt count = 0;
  PetscInt const* values = nullptr;
  check(ISGetLocalSize(set.get(), &count));
  check(ISGetIndices(set.get(), &values));
  std::vector<PetscInt> indices(values, values + count);
  check(ISRestoreIndices(set.get(), &values));
  return indices;
}

/// Every rank's list on all ranks.
std::vector<std::vector<PetscInt>> gather_lists(mpi::Communicator const& comm,
                                                std::vector<PetscInt> const& own) {
  auto const ranks = static_cast<std::size_t>(comm.size());
  auto const size = static_cast<int>(own.size());
  std::vector<int> sizes(ranks);
  mpi::check(MPI_Allgather(&size, 1, MPI_INT, sizes.data(), 1, MPI_INT, comm.get()), "MPI_Allgather");
  std::vector<int> offsets(ranks);
  std::exclusive_scan(sizes.begin(), sizes.end(), offsets.begin(), 0);
  std::vector<PetscInt> all(static_cast<std::size_t>(offsets.back() + sizes.back()));
  mpi::check(MPI_Allgatherv(own.data(), size, MPIU_INT, all.data(), sizes.data(), offsets.data(), MPIU_INT,
                            comm.get()),
             "MPI_Allgatherv");
  std::vector<std::vector<PetscInt>> lists;
  for (std::size_t rank = 0; rank < ranks; ++rank)
    lists.emplace_back(all.begin() + offsets[rank], all.begin() + offsets[rank] + sizes[rank]);
  return lists;
}

/// Members of an ascending list from `begin` to before `end`.
std::span<PetscInt const> between(std::vector<PetscInt> const& list, std::int64_t begin, std::int64_t end) {
  auto const first = std::lower_bound(list.begin(), list.end(), begin);
  return {first, std::lower_bound(first, list.end(), end)};
}

}  // namespace

double TiledMatrix::bytes_per_rank(double size, int ranks) {
  double const entries = size * size / ranks;
  double const most_entries =
      std::numeric_limits<PetscInt>::max();  // PETSc checks it only where it allocates
  return entries > most_entries ? std::numeric_limits<double>::infinity() : sizeof(double) * entries;
}

double TiledMatrix::buffer_bytes(double size) {
  double const panel =
      std::max(static_cast<double>(kPanelEntries), size * static_cast<double>(kFewestColumns));
  return 3 * sizeof(double) * std::min(panel, size * size);  // the panel, packed, and in flight
}

TiledMatrix::TiledMatrix(mpi::Communicator const& comm, std::int64_t size) : comm_(&comm), size_(size) {
#if defined(PETSC_HAVE_SCALAPACK)
  // PETSc wants equal shares of the vectors: rows of the unit matrix fill the last one up.
  std::int64_t const ranks = comm.size();
  auto const n = static_cast<PetscInt>((size + ranks - 1) / ranks * ranks);
  check(MatCreateScaLAPACK(comm.get(), PETSC_DECIDE, PETSC_DECIDE, n, n, 0, 0, matrix_.out()));
  check(MatSetOption(matrix_.get(), MAT_ROW_ORIENTED, PETSC_FALSE));
  check(MatSetOption(matrix_.get(), MAT_NO_OFF_PROC_ENTRIES, PETSC_TRUE));
  assemble();
  learn_shares();
#else
  throw std::runtime_error("matrices of this size need a PETSc with ScaLAPACK");
#endif
}

void TiledMatrix::learn_shares() {
  IndexSet rows;
  IndexSet columns;
  check(MatGetOwnershipIS(matrix_.get(), rows.out(), columns.out()));
  rows_ = gather_lists(*comm_, indices_of(rows));
  columns_ = gather_lists(*comm_, indices_of(columns));
}

std::int64_t TiledMatrix::columns_at_once() const {
  return std::max(kPanelEntries / size_ / kFewestColumns, std::int64_t{1}) * kFewestColumns;
}

void TiledMatrix::set_sum(AddPart const& add_part) {
  check(MatSetUnfactored(matrix_.get()));
  auto const rank = static_cast<std::size_t>(comm_->rank());
  std::vector<double> panel;
  std::vector<double> outgoing;
  std::vector<double> own;
  for (mpi::Range columns{0, 0}; columns.begin < size_; columns.begin = columns.end) {
    columns.end = std::min(columns.begin + columns_at_once(), size_);
    std::int64_t const height = size_ - columns.begin;
    panel.assign(static_cast<std::size_t>(height * columns.size()), 0.0);
    MatrixView const view(panel.data(), height, columns.size());
    mpi::agree(*comm_, [&] { add_part(columns, view); });

    outgoing.clear();
    std::vector<int> counts;
    for (std::size_t to = 0; to < rows_.size(); ++to) {
      auto const before = outgoing.size();
      for (auto const j : between(columns_[to], columns.begin, columns.end))
        for (auto const i : between(rows_[to], columns.begin, size_))
          outgoing.push_back(view(i - columns.begin, j - columns.begin));
      counts.push_back(static_cast<int>(outgoing.size() - before));
    }
    own.resize(static_cast<std::size_t>(counts[rank]));
    mpi::check(
        MPI_Reduce_scatter(outgoing.data(), own.data(), counts.data(), MPI_DOUBLE, MPI_SUM, comm_->get()),
        "MPI_Reduce_scatter");
    auto const i = between(rows_[rank], columns.begin, size_);
    auto const j = between(columns_[rank], columns.begin, columns.end);
    check(MatSetValues(matrix_.get(), static_cast<PetscInt>(i.size()), i.data(),
                       static_cast<PetscInt>(j.size()), j.data(), own.data(), INSERT_VALUES));
  }
  for (auto const j : between(columns_[rank], size_, std::numeric_limits<PetscInt>::max()))
    if (std::ranges::binary_search(rows_[rank], j)) {
      double const one = 1;
      check(MatSetValues(matrix_.get(), 1, &j, 1, &j, &one, INSERT_VALUES));
    }
  assemble();
}

void TiledMatrix::assemble() {
  check(MatAssemblyBegin(matrix_.get(), MAT_FINAL_ASSEMBLY));
  check(MatAssemblyEnd(matrix_.get(), MAT_FINAL_ASSEMBLY));
}

void TiledMatrix::set_gram(ConstMatrixView own_rows) {
  assert(own_rows.columns == size_);
  set_sum([&](mpi::Range columns, MatrixView panel) {
    if (own_rows.rows == 0) return;
    gemm(Transpose::yes, Transpose::no, 1,
         own_rows.block(0, columns.begin, own_rows.rows, size_ - columns.begin),
         own_rows.block(0, columns.begin, own_rows.rows, columns.size()), 0, panel);
  });
}

void TiledMatrix::set_combination(double a, TiledMatrix const& first, double b, TiledMatrix const& second) {
  assert(first.size_ == size_ && second.size_ == size_);
  check(MatSetUnfactored(matrix_.get()));  // PETSc writes no entries into what it has factored
  check(MatCopy(first.matrix_.get(), matrix_.get(), SAME_NONZERO_PATTERN));
  check(MatScale(matrix_.get(), a));
  check(MatAXPY(matrix_.get(), b, second.matrix_.get(), SAME_NONZERO_PATTERN));
}

bool TiledMatrix::factor() {
  MatFactorInfo info;
  check(MatFactorInfoInitialize(&info));
  bool regular = true;
  try {
    check(MatCholeskyFactor(matrix_.get(), nullptr, &info));
  } catch (std::runtime_error const& error) {
    // PETSc makes an error of what ScaLAPACK reports of a matrix that is not positive definite.
    if (std::string_view(error.what()).find("subroutine potrf") == std::string_view::npos) throw;
    regular = false;
  }
  return mpi::min(*comm_, regular ? 1 : 0) > 0;
}

void TiledMatrix::solve(MatrixView b) const {
  assert(b.rows == size_);
  Vector right;
  Vector solution;
  check(MatCreateVecs(matrix_.get(), solution.out(), right.out()));
  PetscInt begin = 0;
  PetscInt end = 0;
  check(VecGetOwnershipRange(right.get(), &begin, &end));
  std::vector<int> counts(static_cast<std::size_t>(comm_->size()));
  auto const own =
      static_cast<int>(std::min<std::int64_t>(end, size_) - std::min<std::int64_t>(begin, size_));
  mpi::check(MPI_Allgather(&own, 1, MPI_INT, counts.data(), 1, MPI_INT, comm_->get()), "MPI_Allgather");
  std::vector<int> offsets(counts.size());
  std::exclusive_scan(counts.begin(), counts.end(), offsets.begin(), 0);
  for (std::int64_t j = 0; j < b.columns; ++j) {
    auto const column = b.column(j);
    double* values = nullptr;
    check(VecGetArray(right.get(), &values));
    std::fill_n(values, end - begin, 0.0);
    std::copy_n(column.begin() + std::min<std::int64_t>(begin, size_), own, values);
    check(VecRestoreArray(right.get(), &values));
    check(MatSolve(matrix_.get(), right.get(), solution.get()));
    double const* solved = nullptr;
    check(VecGetArrayRead(solution.get(), &solved));
    mpi::check(MPI_Allgatherv(solved, own, MPI_DOUBLE, column.data(), counts.data(), offsets.data(),
                              MPI_DOUBLE, comm_->get()),
               "MPI_Allgatherv");
    check(VecRestoreArrayRead(solution.get(), &solved));
  }
}

}  // namespace thresher::linalg
