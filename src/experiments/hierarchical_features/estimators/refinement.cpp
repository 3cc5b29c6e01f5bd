#include "experiments/hierarchical_features/estimators/refinement.hpp"

#include "experiments/hierarchical_features/estimators/second_layer.hpp"

#include <string>

namespace thresher::hierarchical_features {

namespace {

class Rounds {
 public:
  Rounds(Parameters const& point, SpectralStage const& start)
      : point_(point),
        start_(start),
        data_(start.data()),
        comm_(data_.team().communicator()),
        spectral_(data_.fold(Fold::spectral, point)),
        second_(data_.fold(Fold::second, point)),
        readout_(data_.fold(Fold::readout, point)) {}

  LearnedForm fitted(linalg::DenseMatrix own_directions) const {
    auto const h = second_.features->times(own_directions.view());
    auto b = second_layer(SecondLayer::ls, comm_, second_.features->rows(), h.view(), second_.own_labels);
    return {std::move(own_directions), std::move(b)};
  }

  LearnedForm next(LearnedForm const& form, std::int64_t round) const {
    auto const weights =
        mapped_weights(point_, comm_, spectral_.features->rows(), residuals(spectral_, form));
    auto& team = data_.team();
    FirstLayerMatrix const matrix{*spectral_.features, weights, start_.own_squared_norms, point_.refine_step,
                                  &form};
    auto layer = first_layer(point_, matrix, 0, team.stream("krylov_start_" + std::to_string(round)), team);
    return fitted(std::move(layer.own_directions));
  }

  /// Mean squared residual on fold 3.
  double validation_error(LearnedForm const& form) const {
    double squares = 0;
    for (double const residual : residuals(readout_, form)) squares += residual * residual;
    return mpi::sum(comm_, squares) / static_cast<double>(readout_.features->rows());
  }

 private:
  std::vector<double> residuals(FoldData const& fold, LearnedForm const& form) const {
    auto rest = fold.own_labels;
    center(comm_, fold.features->rows(), rest);
    auto const fit = form_values(*fold.features, form);
    for (std::size_t row = 0; row < rest.size(); ++row) rest[row] -= fit[row];
    return rest;
  }

  Parameters const& point_;
  SpectralStage const& start_;
  TrialData const& data_;
  mpi::Communicator const& comm_;
  FoldData const& spectral_;
  FoldData const& second_;
  FoldData const& readout_;
};

}  // namespace

Refinement refine(Parameters const& point, SpectralStage const& start) {
  constexpr std::int64_t kPatience = 2;
  Rounds const rounds(point, start);
  auto form = rounds.fitted(start.layer.own_directions);
  Refinement best{form, 0};
  double least = rounds.validation_error(form);
  for (std::int64_t round = 1; round <= point.refine_rounds && round - best.round <= kPatience; ++round) {
    start.data().team().progress(static_cast<double>(round - 1) / static_cast<double>(point.refine_rounds));
    form = rounds.next(form, round);
    double const error = rounds.validation_error(form);
    if (error < least) {
      least = error;
      best = {form, round};
    }
  }
  return best;
}

}  // namespace thresher::hierarchical_features
