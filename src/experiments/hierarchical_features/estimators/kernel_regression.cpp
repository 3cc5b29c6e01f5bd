#include "experiments/hierarchical_features/estimators/kernel_regression.hpp"

#include "experiments/hierarchical_features/estimators/spectral_weights.hpp"
#include "linalg/tiled_matrix.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <optional>
#include <stdexcept>

namespace thresher::hierarchical_features {

namespace {

constexpr int kRidges = 8;
constexpr std::int64_t kRowsAtOnce = 256;

/// exp(<x_i, x'_j> / d) for the rows of two blocks, rows of x in columns.
void kernel_block(linalg::ConstMatrixView x, linalg::ConstMatrixView other, linalg::MatrixView out) {
  linalg::gemm(linalg::Transpose::yes, linalg::Transpose::no, 1 / static_cast<double>(x.rows), x, other, 0,
               out);
  for (std::int64_t j = 0; j < out.columns; ++j)
    for (double& value : out.column(j)) value = std::exp(value);
}

/// Training samples, whole on every rank.
struct Training {
  std::int64_t d;
  std::vector<double> x;  ///< one sample after the other
  std::vector<double> labels;
  double mean;  ///< that was subtracted from the labels
  std::int64_t count() const { return static_cast<std::int64_t>(labels.size()); }
  linalg::ConstMatrixView samples(mpi::Range rows) const {
    return {x.data() + rows.begin * d, d, rows.size()};
  }
};

Training training_samples(Parameters const& point, TrialData const& data) {
  auto const& comm = data.team().communicator();
  auto const& fold = data.fold(Fold::spectral, point);
  auto const count = kernel_rows(point);
  Training training{sizes_of(point).inputs, {}, std::vector<double>(static_cast<std::size_t>(count)), 0};
  mpi::agree(comm, [&] { training.x = data.input_rows(Fold::spectral, {0, count}); });
  auto const own = fold.features->owned();
  for (auto row = own.begin; row < std::min(own.end, count); ++row)
    training.labels[static_cast<std::size_t>(row)] =
        fold.own_labels[static_cast<std::size_t>(row - own.begin)];
  mpi::sum_in_place(comm, training.labels);  // zeros but for one rank: exact
  for (double const label : training.labels) training.mean += label / static_cast<double>(count);
  for (double& label : training.labels) label -= training.mean;
  return training;
}

double mean_diagonal(Training const& training) {
  double sum = 0;
  for (std::int64_t row = 0; row < training.count(); ++row) {
    double square = 0;
    for (double const value : training.samples({row, row + 1}).column(0)) square += value * value;
    sum += std::exp(square / static_cast<double>(training.d));
  }
  return sum / static_cast<double>(training.count());
}

void refuse_indefinite() {
  throw std::runtime_error("the kernel matrix is not positive definite");
}

/// Coefficients (K + r I)^{-1} y, a column per ridge, on all ranks.
linalg::DenseMatrix local_coefficients(Training const& training, std::vector<double> const& ridges,
                                       study::Team& team) {
  auto const& comm = team.communicator();
  auto const count = training.count();
  linalg::DenseMatrix coefficients(count, static_cast<std::int64_t>(ridges.size()));
  linalg::DenseMatrix kernel;
  linalg::DenseMatrix factor;
  bool const works = comm.rank() == 0;
  mpi::agree(comm, [&] {
    if (!works) return;
    kernel = linalg::DenseMatrix(count, count);
    for (std::int64_t first = 0; first < count; first += kRowsAtOnce) {
      auto const columns = std::min(kRowsAtOnce, count - first);
      kernel_block(training.samples({first, count}), training.samples({first, first + columns}),
                   kernel.view().block(first, first, count - first, columns));
    }
    factor = linalg::DenseMatrix(count, count);
  });
  for (std::size_t r = 0; r < ridges.size(); ++r) {
    ask_to_go_on(team);
    mpi::agree(comm, [&] {
      if (!works) return;
      std::ranges::copy(kernel.values(), factor.values().begin());
      for (std::int64_t k = 0; k < count; ++k) factor(k, k) += ridges[r];
      if (!linalg::potrf(linalg::Triangle::lower, factor.view())) refuse_indefinite();
      auto const column = static_cast<std::int64_t>(r);
      std::ranges::copy(training.labels, coefficients.column(column).begin());
      linalg::potrs(linalg::Triangle::lower, factor.view(), coefficients.columns_from(column, 1));
    });
  }
  mpi::broadcast(comm, coefficients.values());
  return coefficients;
}

/// The same with the matrix spread over the team.
linalg::DenseMatrix spread_coefficients(Training const& training, std::vector<double> const& ridges,
                                        study::Team& team) {
  auto const& comm = team.communicator();
  auto const count = training.count();
  linalg::TiledMatrix kernel(comm, count);
  linalg::TiledMatrix identity(comm, count);
  linalg::TiledMatrix factor(comm, count);
  kernel.set_sum([&](mpi::Range columns, linalg::MatrixView panel) {
    auto const part = mpi::share(panel.rows, comm.rank(), comm.size());
    kernel_block(training.samples({columns.begin + part.begin, columns.begin + part.end}),
                 training.samples(columns), panel.block(part.begin, 0, part.size(), panel.columns));
  });
  identity.set_sum([&](mpi::Range columns, linalg::MatrixView panel) {
    if (comm.rank() == 0)
      for (std::int64_t j = 0; j < columns.size(); ++j) panel(j, j) = 1;
  });
  linalg::DenseMatrix coefficients(count, static_cast<std::int64_t>(ridges.size()));
  for (std::size_t r = 0; r < ridges.size(); ++r) {
    ask_to_go_on(team);
    factor.set_combination(1, kernel, ridges[r], identity);
    if (!factor.factor()) refuse_indefinite();
    auto const column = static_cast<std::int64_t>(r);
    std::ranges::copy(training.labels, coefficients.column(column).begin());
    factor.solve(coefficients.columns_from(column, 1));
  }
  return coefficients;
}

/// Mean squared errors on a fold, one per column of coefficients.
std::vector<double> squared_errors(Fold which, Parameters const& point, TrialData const& data,
                                   Training const& training, linalg::ConstMatrixView coefficients) {
  auto const& fold = data.fold(which, point);
  auto const own = fold.features->owned();
  std::vector<double> errors(static_cast<std::size_t>(coefficients.columns));
  auto const& comm = data.team().communicator();
  mpi::agree(comm, [&] {
    for (auto first = own.begin; first < own.end; first += kRowsAtOnce) {
      mpi::Range const rows{first, std::min(first + kRowsAtOnce, own.end)};
      auto const x = data.input_rows(which, rows);
      linalg::DenseMatrix kernel(training.count(), rows.size());
      kernel_block(training.samples({0, training.count()}), {x.data(), training.d, rows.size()},
                   kernel.view());
      linalg::DenseMatrix predicted(rows.size(), coefficients.columns);
      linalg::gemm(linalg::Transpose::yes, linalg::Transpose::no, 1, kernel.view(), coefficients, 0,
                   predicted.view());
      for (std::int64_t r = 0; r < coefficients.columns; ++r)
        for (std::int64_t row = 0; row < rows.size(); ++row) {
          double const residual = predicted(row, r) + training.mean -
                                  fold.own_labels[static_cast<std::size_t>(rows.begin - own.begin + row)];
          errors[static_cast<std::size_t>(r)] += residual * residual;
        }
    }
  });
  mpi::sum_in_place(comm, errors);
  for (double& error : errors) error /= static_cast<double>(fold.features->rows());
  return errors;
}

}  // namespace

double kernel_regression_error(Parameters const& point, TrialData const& data, std::int64_t largest_local) {
  auto& team = data.team();
  auto const& comm = team.communicator();
  auto const training = training_samples(point, data);
  std::vector<double> ridges;
  for (int exponent = -4; exponent < kRidges - 4; ++exponent)
    ridges.push_back(mean_diagonal(training) * std::pow(10, exponent));
  auto const coefficients = linalg::is_worth_tiling(comm.size(), training.count(), largest_local)
                                ? spread_coefficients(training, ridges, team)
                                : local_coefficients(training, ridges, team);
  auto const validation = squared_errors(Fold::readout, point, data, training, coefficients.view());
  auto const best = mpi::broadcast_value(comm, std::ranges::min_element(validation) - validation.begin());
  auto const error =
      squared_errors(Fold::test, point, data, training, coefficients.columns_from(best, 1)).front();

  auto labels = data.fold(Fold::test, point).own_labels;
  auto const rows = sizes_of(point).rows_of(Fold::test);
  center(comm, rows, labels);
  double const deviation = centered_deviation(comm, rows, labels);
  return error / (deviation * deviation);
}

double kernel_regression_bytes(Parameters const& point, int ranks) {
  auto const count = static_cast<double>(kernel_rows(point));
  double const vectors = 8 * count * (static_cast<double>(sizes_of(point).inputs) + kRidges + kRowsAtOnce);
  if (linalg::is_worth_tiling(ranks, kernel_rows(point)))
    return vectors + 3 * linalg::TiledMatrix::bytes_per_rank(count, ranks) +
           linalg::TiledMatrix::buffer_bytes(count);
  return vectors + 2 * 8 * count * count;
}

}  // namespace thresher::hierarchical_features
