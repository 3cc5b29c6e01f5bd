#include "experiments/implicit_regularization/estimators/fits/column_factor.hpp"

#include "linalg/lapack.hpp"
#include "linalg/singular_values.hpp"

#include <algorithm>
#include <cassert>
#include <cmath>
#include <limits>
#include <stdexcept>

namespace thresher::implicit_regularization {

namespace {

constexpr double kMostCondition = 1e16;
constexpr double kRankTolerance = 1e-15;
constexpr std::size_t kMostBoundMembers = 12;

/// Of entries whose squares may leave the range of doubles.
double length(std::span<double const> a) {
  double largest = 0;
  for (double const each : a) largest = std::max(largest, std::abs(each));
  if (largest == 0) return 0;
  double sum = 0;
  for (double const each : a) sum += each / largest * (each / largest);
  return largest * std::sqrt(sum);
}

}  // namespace

ColumnFactor::ColumnFactor(linalg::DenseMatrix factor) : factor_(std::move(factor)) {
  for (std::int64_t k = 0; k < factor_.columns(); ++k) norms_.push_back(length(factor_.column(k)));
}

double ColumnFactor::target_norm() const {
  return norms_.back();
}

SingleFit ColumnFactor::single(std::size_t column, Sign sign) const {
  double const norm = norms_[column];
  if (norm == 0 || target_norm() == 0) return {};
  // By the column at unit length: squares of tiny or huge ones would leave the range of doubles.
  double along = 0;
  auto const c = factor_.column(static_cast<std::int64_t>(column));
  auto const b = factor_.column(factor_.columns() - 1);
  for (std::size_t i = 0; i < c.size(); ++i) along += c[i] / norm * b[i];
  if (sign == Sign::nonnegative && along <= 0) return {};
  double const coefficient = along / norm;
  double const left = length(remainder(std::span(&column, 1), std::span(&coefficient, 1))) / target_norm();
  return {coefficient, std::max(0.0, 1 - left * left)};
}

JointFit ColumnFactor::joint(std::span<std::size_t const> of_columns, Sign sign) const {
  auto const count = of_columns.size();
  JointFit fit;
  fit.coefficients.assign(count, 0);
  auto unit = unit_columns(of_columns);
  std::vector<double> spectrum(count);
  linalg::singular_values(unit.view(), spectrum);
  fit.condition =
      spectrum.back() > 0 ? std::min(kMostCondition, spectrum.front() / spectrum.back()) : kMostCondition;
  if (target_norm() == 0) return fit;

  auto const target = factor_.column(factor_.columns() - 1);
  auto const free = free_fit(of_columns, {target.begin(), target.end()});
  auto const is_allowed = [](std::vector<double> const& coefficients) {
    return std::ranges::all_of(coefficients, [](double each) { return each >= 0; });
  };
  if (sign == Sign::free || is_allowed(free)) {
    fit.coefficients = free;
  } else {
    if (count > kMostBoundMembers) throw std::logic_error("too many members for active sets");
    double least = target_norm();
    for (std::size_t set = 1; set + 1 < (std::size_t{1} << count); ++set) {
      std::vector<std::size_t> active, places;
      for (std::size_t k = 0; k < count; ++k)
        if ((set >> k & 1) != 0) {
          active.push_back(of_columns[k]);
          places.push_back(k);
        }
      auto const part = free_fit(active, {target.begin(), target.end()});
      if (!is_allowed(part)) continue;
      double const left = length(remainder(active, part));
      if (left >= least) continue;
      least = left;
      std::ranges::fill(fit.coefficients, 0);
      for (std::size_t k = 0; k < places.size(); ++k) fit.coefficients[places[k]] = part[k];
    }
  }
  double const left = length(remainder(of_columns, fit.coefficients)) / target_norm();
  fit.r2 = std::max(0.0, 1 - left * left);
  return fit;
}

double ColumnFactor::cosine(std::size_t a, std::size_t b) const {
  if (norms_[a] == 0 || norms_[b] == 0) return 0;
  auto const first = factor_.column(static_cast<std::int64_t>(a));
  auto const second = factor_.column(static_cast<std::int64_t>(b));
  double sum = 0;
  for (std::size_t i = 0; i < first.size(); ++i) sum += first[i] / norms_[a] * (second[i] / norms_[b]);
  return sum;
}

double ColumnFactor::stationarity(std::span<std::size_t const> of_columns,
                                  std::span<double const> truth) const {
  return length(remainder(of_columns, truth)) / target_norm();
}

double ColumnFactor::error_of_truth(std::span<std::size_t const> of_columns,
                                    std::span<double const> truth) const {
  auto const errors = free_fit(of_columns, remainder(of_columns, truth));
  double most = 0;
  for (std::size_t k = 0; k < truth.size(); ++k) most = std::max(most, std::abs(errors[k]) / truth[k]);
  return most;
}

std::vector<double> ColumnFactor::remainder(std::span<std::size_t const> of_columns,
                                            std::span<double const> coefficients) const {
  auto const target = factor_.column(factor_.columns() - 1);
  std::vector<double> left(target.begin(), target.end());
  for (std::size_t k = 0; k < of_columns.size(); ++k) {
    auto const column = factor_.column(static_cast<std::int64_t>(of_columns[k]));
    for (std::size_t i = 0; i < left.size(); ++i) left[i] -= coefficients[k] * column[i];
  }
  return left;
}

linalg::DenseMatrix ColumnFactor::unit_columns(std::span<std::size_t const> of_columns) const {
  linalg::DenseMatrix unit(factor_.rows(), static_cast<std::int64_t>(of_columns.size()));
  for (std::size_t k = 0; k < of_columns.size(); ++k) {
    double const norm = norms_[of_columns[k]];
    if (norm == 0) continue;
    auto const from = factor_.column(static_cast<std::int64_t>(of_columns[k]));
    std::ranges::transform(from, unit.column(static_cast<std::int64_t>(k)).begin(),
                           [norm](double entry) { return entry / norm; });
  }
  return unit;
}

std::vector<double> ColumnFactor::free_fit(std::span<std::size_t const> of_columns,
                                           std::vector<double> target) const {
  auto unit = unit_columns(of_columns);
  linalg::gelsy(unit.view(), {target.data(), static_cast<std::int64_t>(target.size()), 1}, kRankTolerance);
  std::vector<double> coefficients(of_columns.size(), 0);
  for (std::size_t k = 0; k < of_columns.size(); ++k)
    if (norms_[of_columns[k]] > 0) coefficients[k] = target[k] / norms_[of_columns[k]];
  return coefficients;
}

}  // namespace thresher::implicit_regularization
