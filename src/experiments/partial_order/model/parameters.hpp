#pragma once

#include <cstdint>

namespace thresher::partial_order {

struct UserFacts;

/// The estimators. A row is an enumerator, the name that users give, and an object in estimators/ (what it
/// answers: estimators/method.hpp).
#define PARTIAL_ORDER_METHODS(ROW) \
  ROW(map)                         \
  ROW(relaxed_mcmc)                \
  ROW(hybrid_mcmc)                 \
  ROW(hard_mcmc)                   \
  ROW(fr_vi)                       \
  ROW(mf_vi)                       \
  ROW(mf_vi_saa)                   \
  ROW(exact)                       \
  ROW(intersection)                \
  ROW(threshold)                   \
  ROW(threshold_ml)                \
  ROW(poset_search)                \
  ROW(plackett_luce)               \
  ROW(oracle)

enum class Poset { random, chain, antichain, forest, layered, crown, file };
enum class Generator { frontier, queue_jump };
enum class MethodKind {
#define ENUMERATOR(name) name,
  PARTIAL_ORDER_METHODS(ENUMERATOR)
#undef ENUMERATOR
};
enum class Dominance { product, softmin };
enum class Start { borda, prior };
enum class CoverMetrics { automatic, no, yes };

/// Inputs of one point. Names, ranges and meanings are declared in experiment.cpp.
struct Parameters {
  Poset poset = Poset::random;
  std::int64_t n_items = 8;
  std::int64_t poset_dim = 2;
  double poset_rho = 0.5;
  std::int64_t layers = 3;
  std::int64_t n_sequences = 50;
  double sequences_per_item = 0;
  std::int64_t list_length = 0;
  std::int64_t n_test = 200;
  Generator generator = Generator::frontier;
  double beta = 1;
  double epsilon = 0.05;
  MethodKind method = MethodKind::map;
  std::int64_t latent_dim = 2;
  double rho = 0.5;
  bool know_beta = true;
  double fit_beta = 1;
  bool know_epsilon = true;
  double fit_epsilon = 0.05;
  bool infer_hyper = false;
  Dominance dominance = Dominance::product;
  double tau = 0.1;
  double tau_start = 1;
  std::int64_t anneal_stages = 6;
  std::int64_t restarts = 3;
  std::int64_t max_iter = 200;
  double grad_tol = 1e-3;
  Start init = Start::borda;
  std::int64_t start_iter = 50;
  bool polish = false;
  std::int64_t chains = 4;
  std::int64_t warmup = 200;
  std::int64_t samples = 300;
  std::int64_t leapfrog = 8;
  double target_accept = 0.8;
  std::int64_t vi_samples = 8;
  std::int64_t vi_iter = 1500;
  double vi_rate = 0.05;
  std::int64_t vi_fixed_draws = 30;
  std::int64_t posterior_samples = 500;
  double edge_threshold = 0.5;
  double precedence_threshold = 0.9;
  double search_penalty = 0;
  double pl_prior = 0.1;
  bool fidelity = false;
  std::int64_t dp_max_items = 12;
  CoverMetrics cover_metrics = CoverMetrics::automatic;

  UserFacts const* input = nullptr;  ///< what the user's file says, or null
};

}  // namespace thresher::partial_order
