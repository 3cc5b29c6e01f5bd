#include "experiments/hierarchical_features/estimators/readout.hpp"

#include "linalg/dense_matrix.hpp"
#include "linalg/row_layout.hpp"
#include "numerics/quantile.hpp"

#include <algorithm>
#include <cmath>
#include <stdexcept>

namespace thresher::hierarchical_features {

namespace {

double mean_of(std::span<double const> values) {
  double sum = 0;
  for (double const value : values) sum += value;
  return sum / static_cast<double>(values.size());
}
double variance_of(std::span<double const> values) {
  double const mean = mean_of(values);
  double squares = 0;
  for (double const value : values) squares += (value - mean) * (value - mean);
  return squares / static_cast<double>(values.size());
}

/// A fold's scalars and labels, whole, on rank 0.
struct WholeFold {
  std::vector<double> scalars;
  std::vector<double> labels;
};
WholeFold gathered(mpi::Communicator const& comm, ScalarFold const& fold) {
  linalg::RowLayout const layout(comm, fold.rows);
  auto const gather = [&](std::vector<double> const& own) {
    std::vector<double> whole(comm.rank() == 0 ? static_cast<std::size_t>(fold.rows) : 0);
    linalg::gather_rows_to(layout, 0, {own.data(), static_cast<std::int64_t>(own.size()), 1},
                           {whole.data(), static_cast<std::int64_t>(whole.size()), 1});
    return whole;
  };
  return {gather(fold.own_scalars), gather(fold.own_labels)};
}

class Readout {
 public:
  Readout(Parameters const& point, WholeFold const& fold)
      : mean_(mean_of(fold.scalars)), deviation_(std::sqrt(variance_of(fold.scalars))) {
    bool const flat = deviation_ == 0;
    if (flat) deviation_ = 1;
    std::vector<double> standardised;
    for (double const value : fold.scalars) standardised.push_back((value - mean_) / deviation_);
    std::ranges::sort(standardised);
    for (std::int64_t j = 1; j <= point.readout_knots; ++j)
      knots_.push_back(numerics::quantile(
          standardised, static_cast<double>(j) / static_cast<double>(point.readout_knots + 1)));
    fit(point.readout_ridge, fold, flat);
  }

  double operator()(double scalar) const {
    double value = 0;
    auto const basis = functions(scalar);
    for (std::size_t k = 0; k < basis.size(); ++k) value += weights_[k] * basis[k];
    return value;
  }

 private:
  std::vector<double> functions(double scalar) const {
    double const t = (scalar - mean_) / deviation_;
    std::vector<double> basis{1, t};
    for (double const knot : knots_) basis.push_back(std::max(t - knot, 0.0));
    return basis;
  }
  void fit(double ridge, WholeFold const& fold, bool flat) {
    auto const size = static_cast<std::int64_t>(2 + knots_.size());
    weights_.assign(static_cast<std::size_t>(size), 0.0);
    if (flat) {
      weights_[0] = mean_of(fold.labels);
      return;
    }
    // The ridge as rows of their own: least squares instead of normal equations.
    auto const samples = static_cast<std::int64_t>(fold.scalars.size());
    linalg::DenseMatrix rows(samples + size - 1, size);
    linalg::DenseMatrix labels(samples + size - 1, 1);
    for (std::int64_t i = 0; i < samples; ++i) {
      auto const basis = functions(fold.scalars[static_cast<std::size_t>(i)]);
      for (std::int64_t k = 0; k < size; ++k) rows(i, k) = basis[static_cast<std::size_t>(k)];
      labels(i, 0) = fold.labels[static_cast<std::size_t>(i)];
    }
    for (std::int64_t k = 1; k < size; ++k)
      rows(samples + k - 1, k) = std::sqrt(ridge * static_cast<double>(samples));
    linalg::gelsy(rows.view(), labels.view(), 1e-13);
    std::copy_n(labels.values().begin(), size, weights_.begin());
  }

  double mean_;
  double deviation_;
  std::vector<double> knots_;
  std::vector<double> weights_;
};

}  // namespace

ReadoutError readout_error(Parameters const& point, mpi::Communicator const& comm, ScalarFold const& fit,
                           ScalarFold const& test) {
  auto const fitted = gathered(comm, fit);
  auto const tested = gathered(comm, test);
  ReadoutError error;
  mpi::agree(comm, [&] {
    if (comm.rank() != 0) return;
    Readout const readout(point, fitted);
    double squares = 0;
    for (std::size_t row = 0; row < tested.labels.size(); ++row) {
      double const residual = readout(tested.scalars[row]) - tested.labels[row];
      squares += residual * residual;
    }
    error = {squares / static_cast<double>(tested.labels.size()), variance_of(tested.labels)};
  });
  return error;
}

}  // namespace thresher::hierarchical_features
