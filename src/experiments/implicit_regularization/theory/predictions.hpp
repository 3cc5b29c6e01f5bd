#pragma once

#include "experiments/implicit_regularization/model/parameters.hpp"
#include "study/experiment.hpp"

namespace thresher::implicit_regularization {

/// What theory says of a point, under the names of the metrics that it predicts. What depends on the draw
/// (coef_ratio_pred, exponent_pred, error_predicted) is a metric.
struct Predictions {
  double coef_l2 = study::kUndefined;
  double coef_path = study::kUndefined;
  double coef_dropout = study::kUndefined;
  double coef_hypentropy = study::kUndefined;
  double r2_l2 = study::kUndefined;
  double r2_hypentropy = study::kUndefined;
  double joint_coef_l1 = study::kUndefined;
  double joint_coef_l2 = study::kUndefined;
  double joint_coef_group = study::kUndefined;
  double joint_coef_gradnorm = study::kUndefined;
  double joint_coef_batchnoise = study::kUndefined;
  double coef_ratio = study::kUndefined;
  double coef_ratio_batch = study::kUndefined;
  double alpha_hat = study::kUndefined;
  double lambda_rel_error = study::kUndefined;
};

/// Coefficients of penalties, and what they explain.
void predict_coefficients(Parameters const& point, Predictions& predictions);
/// The matrix that many early-stopped runs show.
void predict_matrix(Parameters const& point, Predictions& predictions);

}  // namespace thresher::implicit_regularization
