#pragma once

#include "study/experiment.hpp"

namespace thresher::implicit_regularization {

struct Metrics {
  double coef_l2 = study::kUndefined;
  double coef_l2_init = study::kUndefined;
  double coef_l1 = study::kUndefined;
  double coef_power = study::kUndefined;
  double coef_group = study::kUndefined;
  double coef_path = study::kUndefined;
  double coef_data_l2 = study::kUndefined;
  double coef_dropout = study::kUndefined;
  double coef_gradnorm = study::kUndefined;
  double coef_batchnoise = study::kUndefined;
  double coef_hypentropy = study::kUndefined;
  double r2_l2 = study::kUndefined;
  double r2_l2_init = study::kUndefined;
  double r2_l1 = study::kUndefined;
  double r2_power = study::kUndefined;
  double r2_group = study::kUndefined;
  double r2_path = study::kUndefined;
  double r2_data_l2 = study::kUndefined;
  double r2_dropout = study::kUndefined;
  double r2_gradnorm = study::kUndefined;
  double r2_batchnoise = study::kUndefined;
  double r2_hypentropy = study::kUndefined;
  double r2_layer_l2 = study::kUndefined;
  double exponent_hat = study::kUndefined;
  double joint_coef_l2 = study::kUndefined;
  double joint_coef_l2_init = study::kUndefined;
  double joint_coef_l1 = study::kUndefined;
  double joint_coef_power = study::kUndefined;
  double joint_coef_group = study::kUndefined;
  double joint_coef_path = study::kUndefined;
  double joint_coef_data_l2 = study::kUndefined;
  double joint_coef_dropout = study::kUndefined;
  double joint_coef_gradnorm = study::kUndefined;
  double joint_coef_batchnoise = study::kUndefined;
  double joint_coef_hypentropy = study::kUndefined;
  double joint_r2 = study::kUndefined;
  double joint_cond = study::kUndefined;
  double identifiable = study::kUndefined;
  double effective_ridge = study::kUndefined;
  double best_r2 = study::kUndefined;
  double margin = study::kUndefined;
  double selected_correct = study::kUndefined;
  double log_err_l1 = study::kUndefined;
  double log_err_l2 = study::kUndefined;
  double log_err_group = study::kUndefined;
  double stationarity = study::kUndefined;
  double error_predicted = study::kUndefined;
  double coef_ratio = study::kUndefined;
  double coef_ratio_batch = study::kUndefined;
  double coef_ratio_pred = study::kUndefined;
  double exponent_pred = study::kUndefined;
  double r2_power_pred = study::kUndefined;
  double alpha_hat = study::kUndefined;
  double lambda_rel_error = study::kUndefined;
  double lambda_r2 = study::kUndefined;
  double retrain_error = study::kUndefined;
  double retrain_pd = study::kUndefined;
  double drift_flow = study::kUndefined;
  double drift_modified = study::kUndefined;
  double drift_ratio = study::kUndefined;
  double noise_fraction = study::kUndefined;
  double active_fraction = study::kUndefined;
  double estimation_error = study::kUndefined;
  double target_norm = study::kUndefined;
  double theta_norm_sq = study::kUndefined;
  double train_loss = study::kUndefined;
  double stop_step = study::kUndefined;
};

}  // namespace thresher::implicit_regularization
