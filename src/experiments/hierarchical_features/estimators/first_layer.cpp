#include "experiments/hierarchical_features/estimators/first_layer.hpp"

#include "experiments/hierarchical_features/estimators/spectral_weights.hpp"
#include "linalg/dense_extremes.hpp"
#include "linalg/extreme_eigenpairs.hpp"

#include <algorithm>
#include <cmath>

namespace thresher::hierarchical_features {

namespace {

/// tr(M) / D.
double trace_shift(FirstLayerMatrix const& matrix, double scale) {
  auto const& comm = matrix.features.layout().communicator();
  auto const dimension = static_cast<double>(matrix.features.layout().rows());
  double sum = 0;
  for (std::size_t row = 0; row < matrix.own_weights.size(); ++row)
    sum += matrix.own_weights[row] * (matrix.own_squared_norms[row] - dimension);
  double trace = scale * mpi::sum(comm, sum);
  if (matrix.form != nullptr)
    for (std::int64_t j = 0; j < matrix.form->coefficients.columns(); ++j)
      trace += matrix.form->coefficients(j, j);
  return trace / dimension;
}

/// The weights sum to 0: the identity in F F^T - I drops out.
class FirstLayerOperator : public linalg::PanelOperator {
 public:
  FirstLayerOperator(FirstLayerMatrix const& matrix, double scale, double shift, study::Team& team)
      : matrix_(matrix), scale_(scale), shift_(shift), team_(team) {}
  linalg::RowLayout const& layout() const override { return matrix_.features.layout(); }
  void apply(linalg::ConstMatrixView own_in, linalg::MatrixView own_out) const override {
    for (std::int64_t j = 0; j < own_in.columns; ++j) {
      ask_to_go_on(team_);
      matrix_.features.weighted_gram_times(matrix_.own_weights, own_in.column(j), own_out.column(j));
      for (std::int64_t i = 0; i < own_in.rows; ++i)
        own_out(i, j) = scale_ * own_out(i, j) - shift_ * own_in(i, j);
    }
    if (matrix_.form != nullptr) add_form(own_in, own_out);
  }

 private:
  void add_form(linalg::ConstMatrixView own_in, linalg::MatrixView own_out) const {
    auto const& v = matrix_.form->own_directions;
    auto const& b = matrix_.form->coefficients;
    auto const along = linalg::cross_products(layout(), v.view(), own_in);
    linalg::DenseMatrix weighted(b.rows(), own_in.columns);
    linalg::gemm(linalg::Transpose::no, linalg::Transpose::no, 1, b.view(),
                 {along.data(), v.columns(), own_in.columns}, 0, weighted.view());
    linalg::gemm(linalg::Transpose::no, linalg::Transpose::no, 1, v.view(), weighted.view(), 1, own_out);
  }

  FirstLayerMatrix const& matrix_;
  double scale_;
  double shift_;
  study::Team& team_;
};

/// The matrix on rank 0, lower triangle.
linalg::DenseMatrix dense_matrix(FirstLayerMatrix const& matrix, double scale, double shift) {
  auto const& layout = matrix.features.layout();
  auto gram = dense_weighted_gram(matrix.features, matrix.own_weights);
  for (double& value : gram.values()) value *= scale;
  for (std::int64_t j = 0; j < gram.columns(); ++j) gram(j, j) -= shift;
  if (matrix.form == nullptr) return gram;
  auto const& b = matrix.form->coefficients;
  linalg::DenseMatrix directions(gram.rows(), b.rows());
  linalg::gather_rows_to(layout, 0, matrix.form->own_directions.view(), directions.view());
  if (layout.communicator().rank() != 0) return gram;
  linalg::DenseMatrix weighted(gram.rows(), b.columns());
  linalg::gemm(linalg::Transpose::no, linalg::Transpose::no, 1, directions.view(), b.view(), 0,
               weighted.view());
  linalg::gemm(linalg::Transpose::no, linalg::Transpose::yes, 1, weighted.view(), directions.view(), 1,
               gram.view());
  return gram;
}

FirstLayer dense_first_layer(FirstLayerMatrix const& matrix, double scale, double shift, std::int64_t learned,
                             std::int64_t extra) {
  auto const& layout = matrix.features.layout();
  auto const& comm = layout.communicator();
  auto gram = dense_matrix(matrix, scale, shift);
  auto const count = std::min(learned + extra, layout.rows());
  linalg::DenseExtremes found;
  mpi::agree(comm, [&] {
    if (comm.rank() == 0) found = linalg::dense_extremes(gram.view(), count);
  });
  FirstLayer layer;
  layer.values = std::move(found.values);
  mpi::broadcast_vector(comm, layer.values);
  layer.spectrum = std::move(found.spectrum);
  layer.highest = mpi::broadcast_value(comm, comm.rank() == 0 ? layer.spectrum.back() : 0);
  layer.lowest = mpi::broadcast_value(comm, comm.rank() == 0 ? layer.spectrum.front() : 0);
  layer.own_directions = linalg::DenseMatrix(layout.owned().size(), learned);
  linalg::ConstMatrixView const whole =
      comm.rank() == 0 ? found.vectors.columns_from(0, learned) : linalg::MatrixView(nullptr, 0, learned);
  linalg::scatter_rows_from(layout, 0, whole, layer.own_directions.view());
  layer.converged = learned;
  return layer;
}

FirstLayer krylov_first_layer(Parameters const& point, FirstLayerMatrix const& matrix, double scale,
                              double shift, std::int64_t learned, std::int64_t extra,
                              random::Stream const& start, study::Team& team) {
  FirstLayerOperator const op(matrix, scale, shift, team);
  auto const own = op.layout().owned();
  std::vector<double> first(static_cast<std::size_t>(own.size()));
  start.normals({}, static_cast<std::uint64_t>(own.begin), first);
  if (matrix.form != nullptr) {
    // What was found before is most of what will be found.
    double const weight = std::sqrt(static_cast<double>(op.layout().rows()));
    auto const& v = matrix.form->own_directions;
    for (std::int64_t j = 0; j < v.columns(); ++j)
      for (std::size_t i = 0; i < first.size(); ++i) first[i] += weight * v.column(j)[i];
  }
  auto pairs = linalg::extreme_eigenpairs(op, first,
                                          {.count = learned + extra,
                                           .tolerance = point.eps_tol,
                                           .max_products = point.max_matvecs,
                                           .prefix = "spectral_"});
  FirstLayer layer;
  layer.values = pairs.values;
  layer.highest = pairs.highest;
  layer.lowest = pairs.lowest;
  layer.converged = pairs.converged(learned, point.eps_tol);
  layer.products = pairs.products;
  auto const kept = std::min(learned, pairs.own_vectors.columns());
  layer.own_directions = linalg::DenseMatrix(own.size(), kept);
  for (std::int64_t j = 0; j < kept; ++j)
    std::ranges::copy(pairs.own_vectors.column(j), layer.own_directions.column(j).begin());
  return layer;
}

}  // namespace

FirstLayer first_layer(Parameters const& point, FirstLayerMatrix const& matrix, std::int64_t extra,
                       random::Stream const& start, study::Team& team) {
  auto const sizes = sizes_of(point);
  double const scale = matrix.step / (std::sqrt(2.0) * static_cast<double>(matrix.features.rows()));
  double const shift = trace_shift(matrix, scale);
  auto layer = is_dense(sizes)
                   ? dense_first_layer(matrix, scale, shift, sizes.learned, extra)
                   : krylov_first_layer(point, matrix, scale, shift, sizes.learned, extra, start, team);
  layer.shift = shift;
  return layer;
}

}  // namespace thresher::hierarchical_features
