#include "experiments/hierarchical_features/estimators/spectral_weights.hpp"

#include "experiments/hierarchical_features/model/weight_map.hpp"
#include "linalg/conjugate_gradient.hpp"

#include <cmath>

namespace thresher::hierarchical_features {

namespace {

/// F^T F / n + ridge I.
class NormalOperator : public linalg::PanelOperator {
 public:
  NormalOperator(Features const& features, double ridge, study::Team& team)
      : features_(features),
        ridge_(ridge),
        team_(team),
        own_weights_(static_cast<std::size_t>(features.owned().size()),
                     1 / static_cast<double>(features.rows())) {}
  linalg::RowLayout const& layout() const override { return features_.layout(); }
  void apply(linalg::ConstMatrixView own_in, linalg::MatrixView own_out) const override {
    for (std::int64_t j = 0; j < own_in.columns; ++j) {
      ask_to_go_on(team_);
      features_.weighted_gram_times(own_weights_, own_in.column(j), own_out.column(j));
      for (std::int64_t i = 0; i < own_in.rows; ++i) own_out(i, j) += ridge_ * own_in(i, j);
    }
  }

 private:
  Features const& features_;
  double ridge_;
  study::Team& team_;
  std::vector<double> own_weights_;
};

/// r <- r - F b, b the least squares fit of r with a small ridge.
void remove_linear_part(Features const& features, study::Team& team, std::vector<double>& own_r) {
  constexpr double kRidge = 1e-6;
  auto const own = static_cast<std::size_t>(features.layout().owned().size());
  std::vector<double> right(own);
  std::vector<double> fit(own);
  features.transposed_times(own_r, right);
  for (double& value : right) value /= static_cast<double>(features.rows());
  linalg::conjugate_gradient(NormalOperator(features, kRidge, team), right, fit, {.prefix = "residual_"});
  auto const linear = features.times({fit.data(), static_cast<std::int64_t>(own), 1});
  for (std::size_t row = 0; row < own_r.size(); ++row) own_r[row] -= linear.values()[row];
}

}  // namespace

void ask_to_go_on(study::Team& team) {
  if (team.stopping()) throw study::Interrupted();
}

void center(mpi::Communicator const& comm, std::int64_t rows, std::span<double> own_values) {
  double sum = 0;
  for (double const value : own_values) sum += value;
  double const mean = mpi::sum(comm, sum) / static_cast<double>(rows);
  for (double& value : own_values) value -= mean;
}

double centered_deviation(mpi::Communicator const& comm, std::int64_t rows,
                          std::span<double const> own_values) {
  double squares = 0;
  for (double const value : own_values) squares += value * value;
  return std::sqrt(mpi::sum(comm, squares) / static_cast<double>(rows));
}

std::vector<double> mapped_weights(Parameters const& point, mpi::Communicator const& comm, std::int64_t rows,
                                   std::vector<double> own_residuals) {
  center(comm, rows, own_residuals);
  double const deviation = centered_deviation(comm, rows, own_residuals);
  for (double& value : own_residuals) value = spectral_weight(point.preprocess, point.clip, deviation, value);
  center(comm, rows, own_residuals);
  return own_residuals;
}

SpectralWeights spectral_weights(Parameters const& point, FoldData const& fold, study::Team& team) {
  auto const& comm = team.communicator();
  auto const rows = fold.features->rows();
  auto residuals = fold.own_labels;
  center(comm, rows, residuals);
  double linear_fraction = study::kUndefined;
  if (point.residualize == Residualize::linear) {
    double const before = centered_deviation(comm, rows, residuals);
    remove_linear_part(*fold.features, team, residuals);
    center(comm, rows, residuals);
    double const after = centered_deviation(comm, rows, residuals);
    linear_fraction = before > 0 ? 1 - after * after / (before * before) : 0;
  }
  return {mapped_weights(point, comm, rows, std::move(residuals)), linear_fraction};
}

}  // namespace thresher::hierarchical_features
