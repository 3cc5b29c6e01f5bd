#pragma once

#include "parameters/declaration.hpp"

#include <cstdint>

namespace thresher::hierarchical_features {

enum class FeatureModel { hermite, gaussian };
enum class Signs { alternating, random, positive };
enum class Directions { orthonormal, unit, gaussian };
enum class Link { identity, tanh, sign, he2 };
enum class Preprocess { identity, clip, tanh, sign };
enum class Residualize { none, linear };
enum class SecondLayer { full, diagonal, ls };
enum class Baseline { oracle, shallow, krr };
enum class Storage { automatic, stored, regenerate };
enum class Whiten { none, diag, full };

/// What the user's file says before anything is asked.
struct UserFacts {
  std::int64_t rows = 0;       ///< of x or features
  std::int64_t columns = 0;    ///< of x or features
  std::int64_t test_rows = 0;  ///< of x_test; 0: the test fold is taken from the rows
  bool gives_features = false;
  double worst_mean = 0;      ///< of a column, the largest in magnitude
  double worst_variance = 1;  ///< of a column, the farthest from 1
};

/// Inputs of one point. Names, ranges and meanings are declared in experiment.cpp.
struct Parameters {
  std::int64_t d = 40;
  std::int64_t q = 2;
  FeatureModel feature_model = FeatureModel::hermite;
  double epsilon = 0.5;
  std::int64_t d1 = 0;
  double gamma = 0.8;
  Signs signs = Signs::alternating;
  Directions directions = Directions::orthonormal;
  Link link = Link::identity;
  double noise_sigma = 0;
  double n_ratio = 20;
  double alpha = 0;
  std::int64_t n = 0;
  Whiten whiten = Whiten::none;
  Preprocess preprocess = Preprocess::identity;
  double clip = 2;
  Residualize residualize = Residualize::none;
  std::int64_t num_directions = 0;
  std::int64_t extra_eigs = 8;
  double eps_tol = 1e-6;
  std::int64_t max_matvecs = 400;
  double second_ratio = 0.5;
  std::int64_t n_readout = 4000;
  std::int64_t refine_rounds = 0;
  double refine_step = 0.5;
  SecondLayer second_layer = SecondLayer::full;
  bool sample_reuse = false;
  double edge_margin = 0.05;
  std::int64_t n_test = 4000;
  std::int64_t readout_knots = 0;
  double readout_ridge = 1e-8;
  parameters::Set<Baseline> baselines{Baseline::oracle};
  std::int64_t krr_n_max = 2000;
  std::int64_t track_k = 3;
  Storage storage = Storage::automatic;
  std::int64_t theory_draws = 400'000;
  UserFacts const* input = nullptr;
};

}  // namespace thresher::hierarchical_features
