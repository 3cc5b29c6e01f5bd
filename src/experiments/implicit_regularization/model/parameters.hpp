#pragma once

#include "parameters/declaration.hpp"

#include <cstddef>
#include <cstdint>

namespace thresher::implicit_regularization {

/// Penalties whose gradients are matched to the deviation. A row is an enumerator and the name that users
/// give.
// clang-format off
#define IMPLICIT_REGULARIZATION_CANDIDATES(ROW) \
  ROW(l2) ROW(l2_init) ROW(l1) ROW(power) ROW(group) ROW(path) ROW(data_l2) ROW(dropout) ROW(gradnorm) \
  ROW(batchnoise) ROW(hypentropy)
// clang-format on

enum class Candidate {
  automatic,  ///< the default list of the modification; users say auto
#define ENUMERATOR(name) name,
  IMPLICIT_REGULARIZATION_CANDIDATES(ENUMERATOR)
#undef ENUMERATOR
};
/// Enumerators of Candidate, `automatic` included.
inline constexpr std::size_t kCandidates = 12;
using Candidates = parameters::Set<Candidate>;

enum class Model { linear, mlp, diagonal };
enum class Loss { squared, logistic };
enum class Modification { none, explicit_penalty, early_stop, dropout, step_size, minibatch };
enum class Observation { endpoint, update, flow, integrated };
enum class Spectrum { isotropic, power };
enum class Activation { relu, tanh };
enum class Optimizer { automatic, gd, sgd, adam, lbfgs };
enum class Engine { automatic, iterate, spectral };
enum class Stop { fixed, patience };
enum class Resample { fresh, bootstrap };
enum class Fit { nnls, ols, subgradient };
enum class MatrixFit { none, diagonal, full };

struct OwnSnapshots;

/// Inputs of one point. Names, ranges and meanings are declared in experiment.cpp.
struct Parameters {
  // data
  Loss loss = Loss::squared;
  std::int64_t n = 1000;
  std::int64_t d = 10;
  Spectrum spectrum = Spectrum::isotropic;
  double decay = 1;
  double beta_scale = 3;
  double noise_sd = 1;
  std::int64_t sparsity = 0;
  std::int64_t teacher_units = 0;
  std::int64_t replicates = 1;
  Resample resample = Resample::fresh;

  // start
  Model model = Model::linear;
  std::int64_t width = 64;
  std::int64_t depth = 1;
  Activation activation = Activation::relu;
  bool bias = true;
  double init_scale = 1;
  double alpha = 1;

  // train
  Modification modification = Modification::early_stop;
  Observation observation = Observation::endpoint;
  Optimizer optimizer = Optimizer::automatic;
  Engine engine = Engine::automatic;
  double eta = 0.01;
  std::int64_t steps = 500;
  std::int64_t batch = 0;
  double momentum = 0;
  double tail_average = 0;
  double grad_tol = 1e-9;
  std::int64_t max_iter = 2000;
  Stop stop = Stop::fixed;
  std::int64_t patience = 5;
  double min_delta = 1e-3;
  std::int64_t burn_in = 0;
  double l1 = 0;
  double l2 = 0;
  double group = 0;
  double smooth = 0.01;
  double dropout = 0;

  // observe
  std::int64_t snapshots = 1;
  std::int64_t n_repeats = 1;
  std::int64_t flow_substeps = 10;
  std::int64_t horizon = 0;

  // fit
  Candidates candidates{Candidate::automatic};
  Candidates joint{Candidate::automatic};
  Fit fit = Fit::nnls;
  MatrixFit matrix_fit = MatrixFit::none;
  double power_eps = 1e-8;
  double exponent_min = 0.25;
  double exponent_max = 4;
  double active_tol = 1e-10;
  bool retrain = false;

  OwnSnapshots const* input = nullptr;  ///< what is known of the user's snapshots, where there is one
};

}  // namespace thresher::implicit_regularization
