#pragma once

#include "parameters/declaration.hpp"

#include <cstdint>
#include <string>
#include <tuple>
#include <vector>

namespace thresher::federated_lora {

/// How the clients' estimates arise.
enum class Module { gaussian, linreg, copy, input };
enum class ContaminationKind { collude, shift, independent, dense };
enum class Centering { common, none };
enum class LambdaRule { enter, rank, outlier_pursuit, fixed };
enum class Score { residual, block };
/// Ways to estimate the clients' parameters; what each does is in estimators/methods.cpp.
enum class Method {
  local,
  fedavg,
  geomedian,
  svd,
  spherical,
  oracle_set,
  oracle,
  clair_convex,
  clair,
  clair_adaptive,
  base
};
inline constexpr int kMethods = 11;

/// One parameter matrix that all clients have estimated, as the user's file tells of it.
struct Adapter {
  std::string name;  ///< of its group in /modules; empty: the file has one, in /clients
  std::int64_t d1 = 0;
  std::int64_t d2 = 0;
  std::int64_t factor_rank = 0;  ///< > 0: given as factors
  double mean_square_noise = 0;
  bool has_base = false;
  bool has_noise = false;

  static constexpr std::tuple members{&Adapter::name,
                                      &Adapter::d1,
                                      &Adapter::d2,
                                      &Adapter::factor_rank,
                                      &Adapter::mean_square_noise,
                                      &Adapter::has_base,
                                      &Adapter::has_noise};
};

/// What is known of the user's own estimates.
struct OwnEstimates {
  std::int64_t clients = 0;
  std::int64_t contaminated = 0;
  bool has_truth = false;
  std::vector<Adapter> adapters;  ///< at least one, by name

  static constexpr std::tuple members{&OwnEstimates::clients, &OwnEstimates::contaminated,
                                      &OwnEstimates::has_truth, &OwnEstimates::adapters};
};

struct Parameters {
  Module module = Module::gaussian;
  std::int64_t clients = 60;
  std::int64_t d1 = 48;
  std::int64_t d2 = 24;
  std::int64_t rank = 3;
  double signal = 1;
  double condition = 1;
  double common_norm = 1;
  double heterogeneity = 0;
  double noise = 1;
  double contamination = 0.3;
  ContaminationKind contamination_kind = ContaminationKind::collude;
  std::int64_t contamination_rank = 3;
  double contamination_scale = 2;
  double overlap = 0;
  std::int64_t n_local = 200;
  double ridge = 0;
  std::int64_t local_rank = 0;

  std::int64_t vocab = 24;
  std::int64_t d_model = 40;
  std::int64_t copy_length = 8;
  double zipf = 0.7;
  std::int64_t pretrain_steps = 400;
  std::int64_t pretrain_seed = 1;
  double label_noise = 0.1;
  std::int64_t common_tokens = 4;
  std::int64_t lora_rank = 8;
  std::int64_t train_steps = 100;
  double learning_rate = 0.02;
  double weight_decay = 0;
  std::int64_t test_sequences = 100;

  std::int64_t rank_fit = 0;
  Centering centering = Centering::common;
  LambdaRule lambda_rule = LambdaRule::enter;
  double lambda_factor = 1.05;
  double lambda_value = 0;
  double huber_tau = 0;
  double admm_tol = 1e-6;
  std::int64_t admm_max_iter = 2000;
  std::int64_t compress_rank = 0;

  Score score = Score::residual;
  double threshold_factor = 1.5;
  double threshold_quantile = 0.1;
  double threshold_floor = 1e-3;
  std::int64_t polish = 2;
  std::int64_t path_points = 0;
  parameters::Set<Method> methods{(parameters::NameBits{1} << kMethods) - 1};

  OwnEstimates const* input = nullptr;  ///< of the user's file, where there is one
};

}  // namespace thresher::federated_lora
