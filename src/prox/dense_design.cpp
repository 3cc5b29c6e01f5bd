#include "prox/dense_design.hpp"

#include "linalg/column_products.hpp"

#include <algorithm>
#include <numeric>
#include <stdexcept>
#include <utility>

namespace thresher::prox {

namespace {

/// Which rank's share holds index `at` of 0..count-1.
int owner(std::int64_t count, std::int64_t at, int ranks) {
  std::int64_t const small = count / ranks;
  std::int64_t const larger = count % ranks;
  std::int64_t const in_larger = larger * (small + 1);
  return static_cast<int>(at < in_larger ? at / (small + 1) : larger + (at - in_larger) / small);
}

}  // namespace

DenseDesign::DenseDesign(mpi::Communicator const& comm, std::int64_t rows, std::int64_t columns,
                         std::vector<double> local)
    : comm_(comm),
      rows_(rows),
      columns_(columns),
      local_columns_(mpi::share(columns, comm.rank(), comm.size())),
      panel_rows_(mpi::share(rows, comm.rank(), comm.size())),
      local_(std::make_shared<std::vector<double> const>(std::move(local))) {
  if (static_cast<std::int64_t>(local_->size()) != rows * local_columns_.size())
    throw std::invalid_argument("a dense design of " + std::to_string(rows) + " rows needs " +
                                std::to_string(rows * local_columns_.size()) + " local entries, got " +
                                std::to_string(local_->size()));
}

DenseDesign DenseDesign::with_scaled_rows(std::vector<double> scale) const {
  if (static_cast<std::int64_t>(scale.size()) != rows_)
    throw std::invalid_argument("a scale of " + std::to_string(scale.size()) + " rows for a design of " +
                                std::to_string(rows_));
  DenseDesign other(*this);
  if (other.scale_.empty())
    other.scale_ = std::move(scale);
  else
    for (std::size_t i = 0; i < scale.size(); ++i) other.scale_[i] *= scale[i];
  return other;
}

std::int64_t DenseDesign::nonzero_rows() const {
  return scale_.empty() ? rows_ : rows_ - std::count(scale_.begin(), scale_.end(), 0.0);
}

std::vector<double> DenseDesign::scaled(std::span<double const> v) const {
  std::vector<double> result(v.begin(), v.end());
  for (std::size_t i = 0; i < scale_.size(); ++i) result[i] *= scale_[i];
  return result;
}

void DenseDesign::correlate(std::span<std::int64_t const> which, linalg::ConstMatrixView vectors,
                            linalg::MatrixView products) const {
  std::vector<double const*> pointers;
  for (auto const j : which) pointers.push_back(column(j));
  for (std::int64_t m = 0; m < vectors.columns; ++m) {
    auto const result = products.column(m);
    std::fill(result.begin(), result.end(), 0.0);
    linalg::add_column_products(pointers, scaled(vectors.column(m)), result);
  }
}

void DenseDesign::squared_norms(std::span<std::int64_t const> which, std::span<double> norms) const {
  std::vector<double const*> pointers;
  for (auto const j : which) pointers.push_back(column(j));
  std::fill(norms.begin(), norms.end(), 0.0);
  if (scale_.empty()) return linalg::add_squared_norms(pointers, rows_, norms);
  for (std::size_t k = 0; k < pointers.size(); ++k) {
    auto const entries = scaled({pointers[k], static_cast<std::size_t>(rows_)});
    norms[k] = linalg::inner_product(entries, entries);
  }
}

void DenseDesign::combine(std::span<std::int64_t const> which, std::span<double const> coefficients,
                          std::span<double> sum) const {
  std::vector<double const*> pointers;
  for (auto const j : which) pointers.push_back(column(j));
  std::fill(sum.begin(), sum.end(), 0.0);
  linalg::add_combination(pointers, coefficients, sum);
  auto const weighted = scaled(sum);
  std::copy(weighted.begin(), weighted.end(), sum.begin());
  if (comm_.size() > 1) mpi::sum_in_place(comm_, sum);
}

void DenseDesign::gather_panel(std::span<std::int64_t const> which, linalg::MatrixView panel) const {
  int const ranks = comm_.size();
  if (ranks == 1) {
    for (std::size_t k = 0; k < which.size(); ++k)
      std::copy_n(column(which[k]), rows_, panel.column(static_cast<std::int64_t>(k)).begin());
    scale_panel(panel);
    return;
  }
  // Every owner sends each rank its rows of the asked-for columns, in the order of `which`.
  std::vector<std::vector<std::size_t>> positions(ranks);
  for (std::size_t k = 0; k < which.size(); ++k) positions[owner(columns_, which[k], ranks)].push_back(k);
  auto const& mine = positions[comm_.rank()];
  std::vector<int> send_counts;
  std::vector<int> receive_counts;
  std::vector<double> send;
  for (int rank = 0; rank < ranks; ++rank) {
    auto const rows = mpi::share(rows_, rank, ranks);
    for (auto const k : mine)
      send.insert(send.end(), column(which[k]) + rows.begin, column(which[k]) + rows.end);
    send_counts.push_back(static_cast<int>(static_cast<std::int64_t>(mine.size()) * rows.size()));
    receive_counts.push_back(
        static_cast<int>(static_cast<std::int64_t>(positions[rank].size()) * panel_rows()));
  }
  auto const offsets = [](std::vector<int> const& counts) {
    std::vector<int> starts(counts.size(), 0);
    std::partial_sum(counts.begin(), counts.end() - 1, starts.begin() + 1);
    return starts;
  };
  auto const send_offsets = offsets(send_counts);
  auto const receive_offsets = offsets(receive_counts);
  std::vector<double> received(which.size() * static_cast<std::size_t>(panel_rows()));
  mpi::check(MPI_Alltoallv(send.data(), send_counts.data(), send_offsets.data(), MPI_DOUBLE, received.data(),
                           receive_counts.data(), receive_offsets.data(), MPI_DOUBLE, comm_.get()),
             "MPI_Alltoallv");
  auto from = received.begin();
  for (auto const& columns : positions)
    for (auto const k : columns) {
      std::copy_n(from, panel_rows(), panel.column(static_cast<std::int64_t>(k)).begin());
      from += panel_rows();
    }
  scale_panel(panel);
}

void DenseDesign::scale_panel(linalg::MatrixView panel) const {
  if (scale_.empty()) return;
  for (std::int64_t k = 0; k < panel.columns; ++k)
    for (std::int64_t i = 0; i < panel.rows; ++i)
      panel(i, k) *= scale_[static_cast<std::size_t>(panel_rows_.begin + i)];
}

void DenseDesign::take_panel_rows(std::span<double const> full, std::span<double> part) const {
  std::copy_n(full.begin() + panel_rows_.begin, panel_rows_.size(), part.begin());
}

void DenseDesign::assemble_rows(std::span<double const> part, std::span<double> full) const {
  std::vector<int> counts;
  std::vector<int> offsets;
  for (int rank = 0; rank < comm_.size(); ++rank) {
    auto const rows = mpi::share(rows_, rank, comm_.size());
    counts.push_back(static_cast<int>(rows.size()));
    offsets.push_back(static_cast<int>(rows.begin));
  }
  if (comm_.size() == 1)
    std::copy(part.begin(), part.end(), full.begin());
  else
    mpi::check(MPI_Allgatherv(part.data(), static_cast<int>(part.size()), MPI_DOUBLE, full.data(),
                              counts.data(), offsets.data(), MPI_DOUBLE, comm_.get()),
               "MPI_Allgatherv");
}

}  // namespace thresher::prox
