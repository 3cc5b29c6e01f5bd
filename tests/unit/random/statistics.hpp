#pragma once

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

// Statistics with bounds at about five standard deviations (a probability of 6e-7 under the null hypothesis):
// with its fixed seed a test either always passes or always fails, and a wrong distribution fails by far.

namespace thresher::random::test {

struct Moments {
  double mean = 0;
  double variance = 0;
  double skewness = 0;
  double kurtosis = 0;
};

inline Moments moments(std::span<double const> values) {
  auto const count = static_cast<double>(values.size());
  double sum = 0;
  for (double value : values) sum += value;
  double const mean = sum / count;
  std::array<double, 3> central{};
  for (double value : values) {
    double const d = value - mean;
    central[0] += d * d;
    central[1] += d * d * d;
    central[2] += d * d * d * d;
  }
  for (double& moment : central) moment /= count;
  return {mean, central[0], central[1] / std::pow(central[0], 1.5), central[2] / (central[0] * central[0])};
}

/// Largest difference between the uniform distribution and that of `probabilities`, on a grid of 2^-14.
class KolmogorovDistance {
 public:
  void add(double probability) {
    auto const cell = static_cast<std::size_t>(probability * cells);
    ++counts_[cell < cells ? cell : cells - 1];
    ++total_;
  }

  double value() const {
    double largest = 0;
    double below = 0;
    for (std::size_t cell = 0; cell < cells; ++cell) {
      below += counts_[cell];
      double const expected = static_cast<double>(cell + 1) / cells;
      largest = std::max(largest, std::abs(below / total_ - expected));
    }
    return largest;
  }

  /// Kolmogorov's law exceeds 2.8 with probability 3e-7.
  double bound() const { return 2.8 / std::sqrt(total_); }

 private:
  static constexpr std::size_t cells = 1 << 14;
  std::vector<double> counts_ = std::vector<double>(cells, 0.0);
  double total_ = 0;
};

struct ChiSquare {
  double value = 0;
  double degrees = 0;

  /// Wilson and Hilferty's approximation of the quantile five standard deviations out.
  double bound() const {
    double const spread = 2 / (9 * degrees);
    return degrees * std::pow(1 - spread + 5 * std::sqrt(spread), 3);
  }
};

inline ChiSquare chi_square(std::span<double const> counts, std::span<double const> expected) {
  ChiSquare result{0, static_cast<double>(counts.size()) - 1};
  for (std::size_t k = 0; k < counts.size(); ++k) {
    double const difference = counts[k] - expected[k];
    result.value += difference * difference / expected[k];
  }
  return result;
}

inline ChiSquare chi_square_uniform(std::span<double const> counts) {
  double total = 0;
  for (double count : counts) total += count;
  std::vector<double> const expected(counts.size(), total / static_cast<double>(counts.size()));
  return chi_square(counts, expected);
}

/// Standard deviations between a sum of `count` independent 0/1 variables of the given probability and its
/// mean.
inline double binomial_deviations(double sum, double count, double probability) {
  return (sum - count * probability) / std::sqrt(count * probability * (1 - probability));
}

inline double normal_probability(double x) {
  return 0.5 * std::erfc(-x / std::sqrt(2.0));
}

/// P(X <= x) for a gamma variable of scale 1: series below the mode, continued fraction (Lentz) above.
inline double gamma_probability(double shape, double x) {
  if (x <= 0) return 0;
  double const scale = std::exp(shape * std::log(x) - x - std::lgamma(shape));
  if (x < shape + 1) {
    double term = 1 / shape;
    double sum = term;
    for (double k = shape + 1; term > 1e-16 * sum; ++k) sum += term *= x / k;
    return scale * sum;
  }
  double b = x + 1 - shape;
  double c = 1e300;
  double d = 1 / b;
  double fraction = d;
  for (double k = 1; k < 500; ++k) {
    double const a = -k * (k - shape);
    b += 2;
    d = 1 / (a * d + b);
    c = b + a / c;
    fraction *= d * c;
    if (std::abs(d * c - 1) < 1e-15) break;
  }
  return 1 - scale * fraction;
}

inline double correlation(std::span<double const> a, std::span<double const> b) {
  Moments const of_a = moments(a);
  Moments const of_b = moments(b);
  double sum = 0;
  for (std::size_t k = 0; k < a.size(); ++k) sum += (a[k] - of_a.mean) * (b[k] - of_b.mean);
  return sum / static_cast<double>(a.size()) / std::sqrt(of_a.variance * of_b.variance);
}

}  // namespace thresher::random::test
