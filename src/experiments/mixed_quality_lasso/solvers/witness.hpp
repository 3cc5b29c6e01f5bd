#pragma once

#include "experiments/mixed_quality_lasso/data/data_set.hpp"
#include "experiments/mixed_quality_lasso/theory/lambda.hpp"

namespace thresher::mixed_quality_lasso {

/// The primal-dual witness of a trial: exact conditions for signed-support recovery, given the support
/// columns and the noise (Wainwright 2009, Section III).
struct Witness {
  bool sign_ok = false;  ///< the LASSO restricted to the support has the right signs
  double dual_variance =
      0;  ///< off-support duals are iid N(0, dual_variance); infinite where X_S is singular
  double success_probability = 0;
};

/// Works on the s support columns only, n s^2 operations whatever p is. Collective.
Witness primal_dual_witness(DataSet const& data, Setting const& setting, double rho, Tuning const& tuning);

}  // namespace thresher::mixed_quality_lasso
