#include "experiments/hierarchical_features/model/setting.hpp"

#include <algorithm>
#include <cmath>

namespace thresher::hierarchical_features {

namespace {

/// floor(d^epsilon), forgiving a power that rounding left just below an integer.
std::int64_t hidden_features(Parameters const& point) {
  if (point.d1 > 0) return point.d1;
  return static_cast<std::int64_t>(std::floor(std::pow(static_cast<double>(point.d), point.epsilon) + 1e-12));
}

/// Rounded; what no computer holds stays above all limits.
std::int64_t rounded(double rows) {
  return rows < 9e15 ? std::llround(rows) : std::int64_t{9'000'000'000'000'000};
}

std::int64_t spectral_rows(Parameters const& point, std::int64_t features) {
  if (point.n > 0) return point.n;
  if (point.alpha > 0) return rounded(std::pow(static_cast<double>(point.d), point.alpha));
  return rounded(point.n_ratio * static_cast<double>(features));
}

/// The user's rows are split by halves: 1/2, 1/4, 1/8, and the rest for the test, which the user may bring.
void split_user_rows(UserFacts const& facts, Sizes& sizes) {
  sizes.rows[0] = facts.rows / 2;
  sizes.rows[1] = facts.rows / 4;
  sizes.rows[2] = facts.rows / 8;
  sizes.rows[3] = facts.rows - sizes.rows[0] - sizes.rows[1] - sizes.rows[2];
  if (facts.test_rows == 0) return;
  sizes.rows[2] += sizes.rows[3];
  sizes.rows[3] = facts.test_rows;
}

}  // namespace

std::int64_t multi_indices(std::int64_t d, std::int64_t q) {
  std::int64_t count = 1;
  for (std::int64_t j = 1; j <= q; ++j) count = count * (d + j - 1) / j;
  return count;
}

bool has_feature_matrix(Parameters const& point) {
  return point.input != nullptr ? point.input->gives_features : point.feature_model == FeatureModel::gaussian;
}

Sizes sizes_of(Parameters const& point) {
  Sizes sizes;
  sizes.inputs = point.d;
  sizes.features = multi_indices(point.d, point.q);
  if (point.input != nullptr) {
    sizes.inputs = point.input->columns;
    sizes.features = point.input->gives_features ? sizes.inputs : multi_indices(sizes.inputs, point.q);
    sizes.learned = point.num_directions;
    split_user_rows(*point.input, sizes);
    return sizes;
  }
  sizes.hidden = hidden_features(point);
  sizes.learned = point.num_directions > 0 ? point.num_directions : sizes.hidden;
  sizes.rows[0] = spectral_rows(point, sizes.features);
  constexpr double kFewestSecondRows = 500;
  sizes.rows[1] = rounded(
      std::max(std::ceil(point.second_ratio * static_cast<double>(sizes.rows[0])), kFewestSecondRows));
  sizes.rows[2] = point.n_readout;
  sizes.rows[3] = point.n_test;
  return sizes;
}

std::vector<double> strengths(double gamma, std::vector<double> const& signs) {
  std::vector<double> lambda;
  double squares = 0;
  for (std::size_t k = 0; k < signs.size(); ++k) {
    lambda.push_back(signs[k] * std::pow(static_cast<double>(k + 1), -gamma));
    squares += lambda.back() * lambda.back();
  }
  for (double& value : lambda) value /= std::sqrt(squares);
  return lambda;
}

std::vector<double> typical_signs(Signs signs, std::int64_t hidden) {
  std::vector<double> z(static_cast<std::size_t>(hidden), 1.0);
  if (signs != Signs::positive)
    for (std::size_t k = 1; k < z.size(); k += 2) z[k] = -1;
  return z;
}

double link_value(Link link, double h2) {
  switch (link) {
    case Link::tanh:
      return std::tanh(h2);
    case Link::sign:
      return h2 < 0 ? -1 : 1;
    case Link::he2:
      return (h2 * h2 - 1) / std::sqrt(2.0);
    case Link::identity:
      break;
  }
  return h2;
}

bool has_bounded_weights(Parameters const& point) {
  if (point.preprocess != Preprocess::identity) return true;
  // What is known of a user's labels is their sample.
  bool const bounded_labels = point.link == Link::tanh || point.link == Link::sign;
  return point.input == nullptr && bounded_labels && point.noise_sigma == 0 &&
         point.residualize == Residualize::none;
}

bool is_dense(Sizes const& sizes) {
  return sizes.features <= kLargestDense && sizes.rows_of(Fold::spectral) > sizes.features;
}

std::int64_t kernel_rows(Parameters const& point) {
  return std::min(sizes_of(point).rows_of(Fold::spectral), point.krr_n_max);
}

}  // namespace thresher::hierarchical_features
