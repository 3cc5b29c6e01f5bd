#pragma once

#include "experiments/implicit_regularization/data/trial_data.hpp"
#include "experiments/implicit_regularization/model/parameters.hpp"
#include "experiments/implicit_regularization/solvers/deviation.hpp"
#include "experiments/implicit_regularization/solvers/loss_model.hpp"
#include "experiments/implicit_regularization/solvers/moments.hpp"
#include "study/experiment.hpp"
#include "study/team.hpp"

#include <cstdint>
#include <memory>
#include <span>
#include <tuple>
#include <vector>

namespace thresher::implicit_regularization {

/// What all training on a design shares: the eigenvectors of its Gram matrix, where a point asks for them.
class StartStage : public study::StageResult {
 public:
  /// Collective.
  StartStage(std::span<Parameters const> points, TrialData const& data, study::Team& team);
  TrialData const& data() const { return data_; }
  /// Of all rows of X, on rank 0.
  GramSpectrum const& spectrum() const { return spectrum_; }

 private:
  TrialData const& data_;
  GramSpectrum spectrum_;
};

/// Whether a point needs the eigenvectors of the Gram matrix of X.
bool needs_spectrum(Parameters const& point);

/// The model of a point (linear, mlp), or the user's. Not for the diagonal network.
std::unique_ptr<LossModel> make_model(Parameters const& point, mpi::Communicator const& comm);
/// theta_0 of a replicate, this rank's part.
std::vector<double> start_of(Parameters const& point, LossModel const& model, std::int64_t replicate,
                             study::Team const& team);

/// Trained weights, this rank's own entries.
struct Endpoint {
  std::vector<double> theta;
  std::vector<double> b;      ///< where training tells the deviation too (spectral, integrated); else empty
  std::int64_t updates = -1;  ///< made; -1: not counted
  bool converged = true;
  double start_slope_sq = -1;  ///< |grad L(theta_0)|^2 where b is told; -1: unknown

  static constexpr std::tuple members{&Endpoint::theta, &Endpoint::b, &Endpoint::updates,
                                      &Endpoint::converged, &Endpoint::start_slope_sq};
};

/// The weights at which a deviation is observed: of every replicate, of the user's snapshots, or where
/// probing begins.
class TrainStage : public study::StageResult {
 public:
  /// Collective. Throws study::Interrupted.
  TrainStage(std::span<Parameters const> points, StartStage const& start, study::Team& team);
  StartStage const& start() const { return start_; }
  std::vector<Endpoint> const& endpoints() const { return endpoints_; }

 private:
  StartStage const& start_;
  std::vector<Endpoint> endpoints_;
};

/// Observes there what the fits of `points` name. Collective. Throws study::Interrupted.
std::unique_ptr<Deviation> observe(std::span<Parameters const> points, TrainStage const& trained,
                                   study::Team& team);

/// The largest number of replicates among points.
std::int64_t most_replicates(std::span<Parameters const> points);

}  // namespace thresher::implicit_regularization
