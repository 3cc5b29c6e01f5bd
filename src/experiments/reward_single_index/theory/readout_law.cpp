#include "experiments/reward_single_index/theory/readout_law.hpp"

#include "experiments/reward_single_index/model/label_noise.hpp"
#include "experiments/reward_single_index/model/setting.hpp"
#include "experiments/reward_single_index/theory/optimum.hpp"
#include "linalg/dense_matrix.hpp"
#include "numerics/normal.hpp"
#include "numerics/quadrature.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <stdexcept>
#include <vector>

namespace thresher::reward_single_index {

namespace {

constexpr std::int64_t kGrid = 801;
constexpr double kEnd = 10;

/// Averages over noise of e^{c t / beta} t^k, k = 0, 1, 2.
struct NoiseMoments {
  double zeroth = 1;
  double first = 0;
  double second = 0;
};
NoiseMoments tilted_noise(Parameters const& point, double rate) {
  auto const rule = noise_rule(point);
  NoiseMoments moments{0, 0, 0};
  for (std::size_t node = 0; node < rule.nodes.size(); ++node) {
    double const t = rule.nodes[node];
    double const weight = rule.weights[node] * std::exp(rate * t);
    moments.zeroth += weight;
    moments.first += weight * t;
    moments.second += weight * t * t;
  }
  return moments;
}

/// Everything in u = <w, x>, on which features depend alone: z | u is N(m u, 1 - m^2).
class ReadoutLaw {
 public:
  ReadoutLaw(Parameters const& point, RewardLink const& link, double overlap)
      : point_(point),
        link_(link),
        overlap_(overlap),
        z_rule_(overlap < 1 ? numerics::gauss_hermite(61) : numerics::QuadratureRule{{0.0}, {1.0}}),
        features_(point.n_neurons + 1, kGrid) {
    double total = 0;
    for (std::int64_t k = 0; k < kGrid; ++k) {
      double const u = u_at(k);
      probability_.push_back(std::exp(-u * u / 2));
      total += probability_.back();
      features_(0, k) = 1;
      for (std::int64_t j = 0; j < point.n_neurons; ++j)
        features_(j + 1, k) = std::max(neuron_sign(j) * u + readout_bias(point, j), 0.0);
    }
    for (double& each : probability_) each /= total;
  }

  ReadoutPrediction operator()() {
    std::vector<double> proxy;
    if (point_.weighting == Weighting::surrogate) {
      weigh_equally();
      fit();
      proxy = clipped_fit();
      weigh_by(proxy);
    } else {
      weigh();
    }
    fit();
    ReadoutPrediction made;
    double const mean_square = average(square0_);
    made.weight_efficiency = mean_weight_ * mean_weight_ / mean_square;
    auto const best = optimum(link_, deployment_temperature(point_));
    made.regret_bias = bias(best);
    made.regret_variance = variance();
    if (!proxy.empty()) made.proxy_coverage = coverage_of(proxy);
    double outside = 0;
    for (std::int64_t k = 0; k < kGrid; ++k)
      if (std::abs(u_at(k)) > reach()) outside += probability_[at(k)] * weight0_[at(k)];
    made.valid = made.weight_efficiency * static_cast<double>(final_rows(point_)) >=
                     10 * static_cast<double>(point_.n_neurons) &&
                 outside <= 0.005 * mean_weight_;
    return made;
  }

 private:
  static double u_at(std::int64_t k) { return -kEnd + 2 * kEnd * static_cast<double>(k) / (kGrid - 1); }
  static std::size_t at(std::int64_t k) { return static_cast<std::size_t>(k); }
  double reach() const { return -numerics::normal_quantile(1 / (2 * static_cast<double>(point_.n2))); }
  double average(std::vector<double> const& values) const {
    double sum = 0;
    for (std::size_t k = 0; k < values.size(); ++k) sum += probability_[k] * values[k];
    return sum;
  }
  /// E[f(r*(z)) | u].
  template <class F>
  double given(std::int64_t k, F f) const {
    double const c = std::sqrt(std::max(0.0, 1 - overlap_ * overlap_));
    return z_rule_.average([&](double x) { return f(link_(overlap_ * u_at(k) + c * x)); });
  }

  /// Moments of w and w^2 with y given u, for weights e^{rate (r + t) } (t the noise where it is weighed
  /// too).
  void weigh(double rate, NoiseMoments const& noise, NoiseMoments const& squared, double shift) {
    resize();
    for (std::int64_t k = 0; k < kGrid; ++k) {
      weight0_[at(k)] = given(k, [&](double r) { return std::exp(rate * r - shift) * noise.zeroth; });
      weight1_[at(k)] =
          given(k, [&](double r) { return std::exp(rate * r - shift) * (r * noise.zeroth + noise.first); });
      square0_[at(k)] = given(k, [&](double r) { return std::exp(2 * (rate * r - shift)) * squared.zeroth; });
      square1_[at(k)] = given(k, [&](double r) {
        return std::exp(2 * (rate * r - shift)) * (r * squared.zeroth + squared.first);
      });
      square2_[at(k)] = given(k, [&](double r) {
        return std::exp(2 * (rate * r - shift)) *
               (r * r * squared.zeroth + 2 * r * squared.first + squared.second);
      });
    }
    mean_weight_ = average(weight0_);
  }
  void weigh() {
    if (point_.weighting == Weighting::none) return weigh_equally();
    double const rate = 1 / point_.beta2;
    bool const noisy = point_.weighting == Weighting::label;
    double shift = -std::numeric_limits<double>::infinity();
    for (std::int64_t k = 0; k < kGrid; ++k)
      shift = std::max(shift, std::log(probability_[at(k)]) + rate * link_(u_at(k)));
    weigh(rate, tilted_noise(point_, noisy ? rate : 0), tilted_noise(point_, noisy ? 2 * rate : 0), shift);
  }
  void weigh_equally() { weigh(0, tilted_noise(point_, 0), tilted_noise(point_, 0), 0); }
  /// Weights e^{r0(u) / beta2}.
  void weigh_by(std::vector<double> const& proxy) {
    double const top = *std::ranges::max_element(proxy);
    for (std::size_t k = 0; k < proxy.size(); ++k) {
      double const weight = std::exp((proxy[k] - top) / point_.beta2);
      weight0_[k] *= weight;
      weight1_[k] *= weight;
      for (auto* squares : {&square0_, &square1_, &square2_}) (*squares)[k] *= weight * weight;
    }
    mean_weight_ = average(weight0_);
  }
  void resize() {
    for (auto* values : {&weight0_, &weight1_, &square0_, &square1_, &square2_}) values->assign(kGrid, 0.0);
  }

  /// The sum over u of coefficient(u) psi psi^T, lower triangle.
  linalg::DenseMatrix moment(std::vector<double> const& coefficients) const {
    linalg::DenseMatrix scaled(features_.rows(), kGrid), sum(features_.rows(), features_.rows());
    for (std::int64_t k = 0; k < kGrid; ++k)
      for (std::int64_t j = 0; j < scaled.rows(); ++j) scaled(j, k) = coefficients[at(k)] * features_(j, k);
    linalg::gemm(linalg::Transpose::no, linalg::Transpose::yes, 1, scaled.view(), features_.view(), 0,
                 sum.view());
    return sum;
  }
  std::vector<double> times_features(std::vector<double> const& coefficients) const {
    std::vector<double> sum(static_cast<std::size_t>(features_.rows()), 0.0);
    linalg::gemv(linalg::Transpose::no, 1, features_.view(), coefficients, 0, sum);
    return sum;
  }

  void fit() {
    std::vector<double> left(kGrid), right(kGrid);
    for (std::size_t k = 0; k < left.size(); ++k) {
      left[k] = probability_[k] * weight0_[k] / mean_weight_;
      right[k] = probability_[k] * weight1_[k] / mean_weight_;
    }
    factor_ = moment(left);
    for (std::int64_t j = 1; j < factor_.rows(); ++j) factor_(j, j) += point_.ridge;
    if (!linalg::potrf(linalg::Triangle::lower, factor_.view()))
      throw std::runtime_error("the readout's theory is singular: ridge is too small");
    coefficients_ = times_features(right);
    linalg::potrs(linalg::Triangle::lower, factor_.view(), {coefficients_.data(), factor_.rows(), 1});
    fitted_.assign(kGrid, 0.0);
    linalg::gemv(linalg::Transpose::yes, 1, features_.view(), coefficients_, 0, fitted_);
  }
  std::vector<double> clipped_fit() const {
    auto clipped = fitted_;
    for (double& value : clipped) value = std::clamp(value, -point_.reward_clip, point_.reward_clip);
    return clipped;
  }

  double bias(Optimum const& best) const {
    double const beta = deployment_temperature(point_);
    auto const reward = clipped_fit();
    double const top = *std::ranges::max_element(reward);
    double mass = 0, gap = 0;
    for (std::int64_t k = 0; k < kGrid; ++k) {
      double const weight = probability_[at(k)] * std::exp((reward[at(k)] - top) / beta);
      mass += weight;
      gap += weight * (reward[at(k)] - given(k, [](double r) { return r; }));
    }
    return gap / mass + beta * best.log_partition - top - beta * std::log(mass);
  }

  double variance() const {
    double const beta = deployment_temperature(point_);
    // Cov of the coefficients times the number of rows: A^-1 C A^-1.
    std::vector<double> penalty = coefficients_;
    for (double& value : penalty) value *= point_.ridge;
    penalty[0] = 0;
    std::vector<double> outer(kGrid, 0.0), crossed(kGrid, 0.0);
    double squares = 0;
    for (std::int64_t k = 0; k < kGrid; ++k) {
      if (std::abs(u_at(k)) > reach()) continue;
      auto const i = at(k);
      double const scale = probability_[i] / (mean_weight_ * mean_weight_);
      outer[i] = scale * (square2_[i] - 2 * fitted_[i] * square1_[i] + fitted_[i] * fitted_[i] * square0_[i]);
      crossed[i] = scale * (square1_[i] - fitted_[i] * square0_[i]);
      squares += scale * square0_[i];
    }
    auto covariance = moment(outer);
    auto const cross = times_features(crossed);
    for (std::int64_t j = 0; j < covariance.columns(); ++j)
      for (std::int64_t i = 0; i < covariance.rows(); ++i)
        covariance(i, j) += squares * penalty[at(i)] * penalty[at(j)] - cross[at(i)] * penalty[at(j)] -
                            penalty[at(i)] * cross[at(j)];
    linalg::potrs(linalg::Triangle::lower, factor_.view(), covariance.view());
    linalg::DenseMatrix transposed(covariance.rows(), covariance.columns());
    for (std::int64_t j = 0; j < covariance.columns(); ++j)
      for (std::int64_t i = 0; i < covariance.rows(); ++i) transposed(j, i) = covariance(i, j);
    linalg::potrs(linalg::Triangle::lower, factor_.view(), transposed.view());
    // Cov of the features under pi*.
    std::vector<double> tilt(kGrid);
    double shift = -std::numeric_limits<double>::infinity(), total = 0;
    for (std::int64_t k = 0; k < kGrid; ++k)
      shift = std::max(shift, std::log(probability_[at(k)]) + link_(u_at(k)) / beta);
    for (std::int64_t k = 0; k < kGrid; ++k) {
      tilt[at(k)] = probability_[at(k)] * given(k, [&](double r) { return std::exp(r / beta - shift); });
      total += tilt[at(k)];
    }
    for (double& weight : tilt) weight /= total;
    auto const second = moment(tilt);
    auto const mean = times_features(tilt);
    double trace = 0;
    for (std::int64_t j = 0; j < second.columns(); ++j)
      for (std::int64_t i = 0; i < second.rows(); ++i)
        trace += transposed(i, j) * (second(i, j) - mean[at(i)] * mean[at(j)]);
    return trace / (2 * beta * static_cast<double>(final_rows(point_)));
  }

  /// E e^{(2 r* - r0)/beta2} E e^{r0/beta2} / (E e^{r*/beta2})^2.
  double coverage_of(std::vector<double> const& proxy) const {
    double const rate = 1 / point_.beta2;
    double const top = optimum(link_, point_.beta2).log_partition;
    double against = 0, along = 0;
    for (std::int64_t k = 0; k < kGrid; ++k) {
      double const p = probability_[at(k)], r0 = proxy[at(k)];
      against += p * given(k, [&](double r) { return std::exp(rate * (2 * r - r0) - 2 * top); });
      along += p * std::exp(rate * r0);
    }
    return against * along;
  }

  Parameters const& point_;
  RewardLink const& link_;
  double overlap_;
  numerics::QuadratureRule z_rule_;
  linalg::DenseMatrix features_;  ///< psi = (1, phi), a column per u
  std::vector<double> probability_;
  std::vector<double> weight0_, weight1_;            ///< E[w | u], E[w y | u]
  std::vector<double> square0_, square1_, square2_;  ///< E[w^2 | u], E[w^2 y | u], E[w^2 y^2 | u]
  double mean_weight_ = 1;
  linalg::DenseMatrix factor_;  ///< Cholesky factor of A
  std::vector<double> coefficients_;
  std::vector<double> fitted_;
};

}  // namespace

ReadoutPrediction readout_prediction(Parameters const& point, RewardLink const& link, double overlap) {
  return ReadoutLaw(point, link, overlap)();
}

}  // namespace thresher::reward_single_index
