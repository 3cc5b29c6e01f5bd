#pragma once

#include <cstdint>

namespace thresher::hawkes_network {

struct UserFacts;

enum class Graph { in_regular, bipartite, circulant };
enum class Kernel { exponential, uniform, erlang };
enum class Estimator { two_stage, screen, ols, lasso, map_parent };
enum class Refine { kernel, binned };
enum class EdgeRule { fwer, alpha, fdr };

/// Inputs of one point. Names, ranges and meanings are declared in experiment.cpp.
struct Parameters {
  std::int64_t d = 64;
  std::int64_t s = 2;
  Graph graph = Graph::in_regular;
  double hub_exponent = 1;
  double alpha = 0.3;
  double alpha_spread = 0;
  double self_weight = 0;
  double mu = 0.4;
  double mu_spread = 0;
  Kernel kernel = Kernel::exponential;
  double beta = 1;
  double c_time = 400;
  double t_obs = 0;
  double tv_eps = 1e-6;
  Estimator method = Estimator::two_stage;
  double bin_width = 0.5;
  std::int64_t clip = 2;
  std::int64_t screen_lags = 4;
  double screen_fp = 5;
  std::int64_t max_candidates = 64;
  Refine refine = Refine::kernel;
  bool refit = true;
  double beta_fit = 0;
  EdgeRule edge_rule = EdgeRule::fwer;
  double level = 0.05;
  double tau = 0.5;
  double lasso_gamma = 2;
  double lasso_tol = 1e-6;
  std::int64_t lasso_max_iter = 20000;

  UserFacts const* input = nullptr;  ///< what the user's file says, or null
};

}  // namespace thresher::hawkes_network
