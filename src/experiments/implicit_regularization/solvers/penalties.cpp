#include "experiments/implicit_regularization/solvers/penalties.hpp"

#include <algorithm>
#include <cmath>
#include <cstddef>

namespace thresher::implicit_regularization {

namespace {

double add_rounded_l1(PenaltyTerms const& terms, LossModel& model, std::span<double const> theta,
                      std::span<double> gradient) {
  std::vector<double> heights(theta.size());
  for (std::size_t j = 0; j < theta.size(); ++j) {
    double const size = std::abs(theta[j]);
    bool const within = size < terms.smooth;
    heights[j] = within ? theta[j] * theta[j] / (2 * terms.smooth) : size - terms.smooth / 2;
    gradient[j] += terms.l1 * (within ? theta[j] / terms.smooth : std::copysign(1.0, theta[j]));
  }
  return terms.l1 * model.inner(heights, std::vector<double>(theta.size(), 1.0));
}

}  // namespace

PenaltyTerms explicit_terms(Parameters const& point) {
  if (point.modification != Modification::explicit_penalty) return {};
  return {.l1 = point.l1, .l2 = point.l2, .group = point.group, .smooth = point.smooth};
}

double add_penalties(PenaltyTerms const& terms, LossModel& model, std::span<double const> theta,
                     Rows const& rows, std::span<double> gradient) {
  double value = 0;
  if (terms.l2 > 0) {
    value += terms.l2 * model.inner(theta, theta) / 2;
    for (std::size_t j = 0; j < theta.size(); ++j) gradient[j] += terms.l2 * theta[j];
  }
  if (terms.l1 > 0) value += add_rounded_l1(terms, model, theta, gradient);
  std::vector<double> column;
  auto const add = [&](double coefficient, auto const& penalty) {
    if (coefficient == 0) return;
    column.resize(theta.size());
    value += coefficient * penalty();
    for (std::size_t j = 0; j < theta.size(); ++j) gradient[j] += coefficient * column[j];
  };
  add(terms.group, [&] { return model.group_penalty(theta, terms.smooth, column); });
  add(terms.path, [&] { return model.path_penalty(theta, column); });
  add(terms.dropout, [&] { return model.dropout_penalty(theta, rows, column); });
  return value;
}

}  // namespace thresher::implicit_regularization
