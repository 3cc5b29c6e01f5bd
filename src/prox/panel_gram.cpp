#include "prox/panel_gram.hpp"

#include "linalg/column_products.hpp"

#include <algorithm>

namespace thresher::prox {

void LocalPanelGram::reserve(std::int64_t capacity) {
  if (capacity <= capacity_) return;
  std::int64_t const wanted = std::max(capacity, 2 * capacity_);
  if (comm_.rank() == 0) {
    std::vector<double> gram(static_cast<std::size_t>(wanted * wanted));
    for (std::int64_t j = 0; j < size_; ++j)
      std::copy_n(gram_.begin() + j * capacity_, size_, gram.begin() + j * wanted);
    gram_ = std::move(gram);
  }
  capacity_ = wanted;
}

void LocalPanelGram::extend(linalg::ConstMatrixView panel, std::span<double const> panel_b) {
  std::int64_t const size = panel.columns;
  std::int64_t const count = size - size_;
  reserve(size);
  auto const fresh = panel.block(0, size_, panel.rows, count);

  // Correlations of the new columns with all columns and, in the last row, with b.
  std::vector<double> products(static_cast<std::size_t>((size + 1) * count));
  linalg::MatrixView const result(products.data(), size, count, size + 1);
  double const scale = 1 / static_cast<double>(problem_.rows);
  linalg::gemm(linalg::Transpose::yes, linalg::Transpose::no, scale, panel, fresh, 0, result);
  for (std::int64_t k = 0; k < count; ++k)
    products[static_cast<std::size_t>(size + k * (size + 1))] =
        scale * linalg::inner_product(fresh.column(k), panel_b);
  if (comm_.size() > 1) {
    auto const entries = static_cast<int>(products.size());
    void* const from = comm_.rank() == 0 ? MPI_IN_PLACE : products.data();
    mpi::check(MPI_Reduce(from, products.data(), entries, MPI_DOUBLE, MPI_SUM, 0, comm_.get()), "MPI_Reduce");
  }
  std::int64_t const old_size = size_;
  size_ = size;
  if (comm_.rank() != 0) return;
  linalg::MatrixView const gram(gram_.data(), capacity_, capacity_);
  for (std::int64_t k = 0; k < count; ++k) {
    for (std::int64_t i = 0; i < size; ++i) {
      gram(i, old_size + k) = result(i, k);
      gram(old_size + k, i) = result(i, k);
    }
    h_.push_back(products[static_cast<std::size_t>(size + k * (size + 1))]);
  }
}

void LocalPanelGram::keep(std::span<std::size_t const> kept, linalg::ConstMatrixView,
                          std::span<double const>) {
  size_ = static_cast<std::int64_t>(kept.size());
  if (comm_.rank() != 0) return;
  for (std::size_t k = 0; k < kept.size(); ++k) {
    h_[k] = h_[kept[k]];
    // Columns move left and rows up: nothing is overwritten before it is read.
    auto const to_column = gram_.begin() + static_cast<std::int64_t>(k) * capacity_;
    auto const from_column = gram_.begin() + static_cast<std::int64_t>(kept[k]) * capacity_;
    for (std::size_t i = 0; i < kept.size(); ++i)
      *(to_column + static_cast<std::int64_t>(i)) = *(from_column + static_cast<std::int64_t>(kept[i]));
  }
  h_.resize(kept.size());
}

GramLassoOutcome LocalPanelGram::solve(double lambda, GramLassoOptions const& options,
                                       std::span<double> beta) {
  GramLassoOutcome outcome;
  if (comm_.rank() == 0) {
    GramLasso const problem{linalg::ConstMatrixView(gram_.data(), size_, size_, capacity_), h_,
                            problem_.data_sq_over_n, lambda, problem_.largest_rank};
    outcome = prox::solve(problem, options, beta);
  }
  outcome = mpi::broadcast_value(comm_, outcome);
  mpi::broadcast(comm_, beta);
  return outcome;
}

void LocalPanelGram::save(bytes::Writer& state) const {
  state.put(size_);
  if (comm_.rank() != 0) return;
  for (std::int64_t j = 0; j < size_; ++j)
    state.put(
        std::span(gram_).subspan(static_cast<std::size_t>(j * capacity_), static_cast<std::size_t>(size_)));
  state.put(h_);
}

void LocalPanelGram::load(bytes::Reader& state) {
  auto const size = state.get<std::int64_t>();
  reserve(size);
  size_ = size;
  if (comm_.rank() != 0) return;
  for (std::int64_t j = 0; j < size_; ++j)
    std::ranges::copy(state.get<std::vector<double>>(), gram_.begin() + j * capacity_);
  h_ = state.get<std::vector<double>>();
}

}  // namespace thresher::prox
