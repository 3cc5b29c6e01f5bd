#include "experiments/hierarchical_features/estimators/baselines.hpp"

#include "experiments/hierarchical_features/data/tensor_features.hpp"
#include "experiments/hierarchical_features/estimators/readout.hpp"
#include "experiments/hierarchical_features/estimators/second_layer.hpp"
#include "linalg/dense_extremes.hpp"

#include <algorithm>
#include <cmath>

namespace thresher::hierarchical_features {

namespace {

/// Second layer, readout and test with given directions.
template <class Values>
double pipeline_error(Parameters const& point, TrialData const& data, Values values) {
  auto const& comm = data.team().communicator();
  auto const& second = data.fold(Fold::second, point);
  auto const b = second_layer(point.second_layer, comm, second.features->rows(), values(second).view(),
                              second.own_labels);
  auto const scalar_fold = [&](Fold which) {
    auto const& fold = data.fold(which, point);
    return ScalarFold{fold.features->rows(), quadratic_values(values(fold).view(), b), fold.own_labels};
  };
  return readout_error(point, comm, scalar_fold(Fold::readout), scalar_fold(Fold::test)).nmse();
}

}  // namespace

bool uses_oracle(Parameters const& point) {
  return point.baselines.contains(Baseline::oracle) && point.input == nullptr &&
         point.directions != Directions::gaussian;
}

bool uses_inputs(Parameters const& point, Baseline baseline) {
  return point.baselines.contains(baseline) && !has_feature_matrix(point);
}

double oracle_error(Parameters const& point, TrialData const& data) {
  return pipeline_error(point, data, [&](FoldData const& fold) {
    return fold.features->times(data.truth()->own_directions.view());
  });
}

double shallow_error(Parameters const& point, SpectralStage const& spectral) {
  auto const& data = spectral.data();
  auto const& comm = data.team().communicator();
  auto const& fold = data.fold(Fold::spectral, point);
  TensorFeatures const inputs(*fold.inputs, 1);
  auto const& layout = inputs.layout();
  auto gram = dense_weighted_gram(inputs, spectral.weights.own);
  auto const count = std::min(sizes_of(point).learned, layout.rows());
  linalg::DenseExtremes found;
  mpi::agree(comm, [&] {
    if (comm.rank() != 0) return;
    double const scale = 1 / (std::sqrt(2.0) * static_cast<double>(inputs.rows()));
    double trace = 0;
    for (double& value : gram.values()) value *= scale;
    for (std::int64_t j = 0; j < gram.columns(); ++j) trace += gram(j, j);
    for (std::int64_t j = 0; j < gram.columns(); ++j)
      gram(j, j) -= trace / static_cast<double>(gram.columns());
    found = linalg::dense_extremes(gram.view(), count);
  });
  linalg::DenseMatrix directions(layout.owned().size(), count);
  linalg::scatter_rows_from(layout, 0, found.vectors.view(), directions.view());
  return pipeline_error(point, data, [&](FoldData const& some) {
    return TensorFeatures(*some.inputs, 1).times(directions.view());
  });
}

}  // namespace thresher::hierarchical_features
