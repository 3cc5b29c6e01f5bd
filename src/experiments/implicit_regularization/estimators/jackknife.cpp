#include "experiments/implicit_regularization/estimators/jackknife.hpp"

#include "experiments/implicit_regularization/model/candidates.hpp"
#include "study/experiment.hpp"

#include <cmath>
#include <numeric>

namespace thresher::implicit_regularization {

namespace {

/// sqrt((m - 1) / m sum (x_p - mean)^2).
double jackknife_error(std::vector<double> const& values) {
  auto const parts = static_cast<double>(values.size());
  double const mean = std::accumulate(values.begin(), values.end(), 0.0) / parts;
  double squares = 0;
  for (double const value : values) squares += (value - mean) * (value - mean);
  return std::sqrt((parts - 1) / parts * squares);
}

}  // namespace

CoefficientErrors jackknife_errors(Observed const& observed, Fits const& fits,
                                   std::span<std::vector<DeviationBlock> const> without_part) {
  auto const singles = members(candidates_of(observed.point));
  std::vector<std::vector<double>> single(singles.size()), joint(fits.joint_members.size());
  for (auto const& rest : without_part) {
    auto const factor = factor_of(observed.blocks, rest, fits.columns, fits.shapes, observed.order);
    for (std::size_t k = 0; k < singles.size(); ++k)
      single[k].push_back(factor.single(fits.place(singles[k]), observed.sign()).coefficient);
    auto const together = factor.joint(fits.places(fits.joint_members), observed.sign());
    for (std::size_t k = 0; k < joint.size(); ++k) joint[k].push_back(together.coefficients[k]);
  }
  CoefficientErrors errors;
  errors.single.fill(study::kUndefined);
  errors.joint.fill(study::kUndefined);
  for (std::size_t k = 0; k < singles.size(); ++k)
    errors.single[static_cast<std::size_t>(singles[k])] = jackknife_error(single[k]);
  for (std::size_t k = 0; k < joint.size(); ++k)
    errors.joint[static_cast<std::size_t>(fits.joint_members[k])] = jackknife_error(joint[k]);
  return errors;
}

}  // namespace thresher::implicit_regularization
