#include "prox/polish.hpp"

#include "linalg/column_products.hpp"
#include "linalg/tiled_matrix.hpp"

#include <algorithm>
#include <cmath>
#include <vector>

namespace thresher::prox {

namespace {

/// Whether every value has the sign of its guess. By rank 0 for all of them.
bool signs_agree(mpi::Communicator const& comm, SparseVector const& guess, std::span<double const> values) {
  bool agree = true;
  for (std::size_t k = 0; k < values.size(); ++k) agree = agree && values[k] * guess.values[k] > 0;
  return mpi::broadcast_value(comm, agree);
}

}  // namespace

std::optional<SparseVector> polish(Design const& design, std::span<double const> b, double lambda,
                                   SparseVector const& guess, std::int64_t largest_local_gram) {
  auto const& comm = design.communicator();
  auto const size = static_cast<std::int64_t>(guess.indices.size());
  if (size > design.nonzero_rows()) return std::nullopt;
  std::int64_t const rows = design.panel_rows();
  std::vector<double> panel(static_cast<std::size_t>(rows * size));
  linalg::MatrixView const columns(panel.data(), rows, size);
  design.gather_panel(guess.indices, columns);
  std::vector<double> part(static_cast<std::size_t>(rows));
  design.take_panel_rows(b, part);

  // Gram matrix, unless the team shares it, and A_T^T b behind it.
  bool const tiled = linalg::is_worth_tiling(comm.size(), size, largest_local_gram);
  auto const entries = static_cast<std::size_t>(tiled ? 0 : size * size);
  std::vector<double> sums(entries + static_cast<std::size_t>(size), 0.0);
  linalg::MatrixView const gram(sums.data(), size, size);
  if (rows > 0 && !tiled) linalg::syrk(linalg::Triangle::lower, linalg::Transpose::yes, 1, columns, 0, gram);
  for (std::int64_t k = 0; k < size; ++k)
    sums[entries + static_cast<std::size_t>(k)] = linalg::inner_product(columns.column(k), part);
  mpi::sum_in_place(comm, sums);

  SparseVector polished{guess.indices, std::vector<double>(static_cast<std::size_t>(size))};
  double const shift = static_cast<double>(design.rows()) * lambda;
  for (std::size_t k = 0; k < polished.values.size(); ++k)
    polished.values[k] = sums[entries + k] - std::copysign(shift, guess.values[k]);
  linalg::MatrixView const solution(polished.values.data(), size, 1);
  if (tiled) {
    linalg::TiledMatrix factor(comm, size);
    factor.set_gram(columns);
    if (!factor.factor()) return std::nullopt;
    mpi::broadcast(comm, std::span(polished.values));
    factor.solve(solution);
  } else {
    bool solved = false;
    if (comm.rank() == 0) {
      solved = linalg::potrf(linalg::Triangle::lower, gram);
      if (solved) linalg::potrs(linalg::Triangle::lower, gram, solution);
    }
    if (!mpi::broadcast_value(comm, solved)) return std::nullopt;
    mpi::broadcast(comm, std::span(polished.values));
  }
  if (!signs_agree(comm, guess, polished.values)) return std::nullopt;
  return polished;
}

}  // namespace thresher::prox
