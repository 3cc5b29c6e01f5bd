#pragma once

#include "experiments/reward_single_index/model/own_rows.hpp"

#include <cstdint>
#include <limits>

namespace thresher::reward_single_index {

/// The first stages. A row is an enumerator, the name that users give, and an object in estimators/ (what it
/// answers: estimators/method.hpp).
#define REWARD_SINGLE_INDEX_FIRST_STAGES(ROW) \
  ROW(online) ROW(batch) ROW(moment1) ROW(spectral) ROW(sir) ROW(random) ROW(oracle)

enum class Link { linear, tanh, quadratic, hermite3, wave3, wave4, z2exp, deceptive };
enum class NoiseKind { gaussian, uniform };
enum class FirstStage {
#define ENUMERATOR(name) name,
  REWARD_SINGLE_INDEX_FIRST_STAGES(ENUMERATOR)
#undef ENUMERATOR
};
enum class Engine { ambient, projected };
enum class Transform { exp_label, exp, label, optimal };
enum class Activation { relu, tanh };
enum class Schedule { constant, half_linear };
enum class SpectralEnd { automatic, largest, smallest };
enum class Weighting { none, label, surrogate, oracle };
enum class Storage { automatic, stored, stream };
enum class Precision { full, single };

/// Inputs of one point. Names, ranges and meanings are declared in experiment.cpp.
struct Parameters {
  std::int64_t d = 200;
  Link link = Link::wave3;
  double link_w1 = 1;
  double link_w2 = 2;
  double link_a = 3;
  double link_b = 0.5;
  double link_k = 1.5;
  double noise_std = 0.1;
  NoiseKind noise_kind = NoiseKind::gaussian;
  std::int64_t n1 = 0;
  double alpha1 = 100;
  double gamma1 = 1;
  double split = 0.5;
  FirstStage stage1 = FirstStage::online;
  Engine engine = Engine::ambient;
  Transform transform = Transform::exp_label;
  double beta1 = 0.7;
  double weight_clip = std::numeric_limits<double>::infinity();
  bool center_transform = false;
  std::int64_t n_neurons = 32;
  Activation activation1 = Activation::relu;
  double bias1 = 1;
  double lr = 0.3;
  Schedule lr_schedule = Schedule::half_linear;
  std::int64_t batch = 8;
  std::int64_t batch_iters = 20;
  double lr_batch = 10;
  double init_overlap = -1;
  std::int64_t slices = 40;
  SpectralEnd spectral_end = SpectralEnd::automatic;
  double eig_tol = 1e-8;
  std::int64_t n_cal = 4096;
  double weak_threshold = 0.5;
  double strong_threshold = 0.9;
  std::int64_t n2 = 4000;
  Weighting weighting = Weighting::label;
  double beta2 = 0.7;
  double beta_deploy = 0;
  double ridge = 1e-3;
  double bias2 = 3;
  double pilot_frac = 0.5;
  double reward_clip = std::numeric_limits<double>::infinity();
  std::int64_t n_eval = 256;
  double adm_tol = 0.5;
  double heldout_frac = 0.3;
  Storage storage = Storage::automatic;
  Precision precision = Precision::full;
  OwnRows const* input = nullptr;  ///< what is known of the user's file; null: data are drawn
};

}  // namespace thresher::reward_single_index
