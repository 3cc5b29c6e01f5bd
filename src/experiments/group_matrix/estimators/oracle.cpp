#include "experiments/group_matrix/estimators/method.hpp"
#include "experiments/group_matrix/model/design.hpp"

#include <cmath>
#include <stdexcept>
#include <utility>

namespace thresher::group_matrix {

namespace {

using linalg::DenseMatrix;

/// Least squares is cut where directions are below this part of the largest.
constexpr double kRankTolerance = 1e-10;

/// Bayes: the bases are known, the scores of every row are estimated. A floor that no method goes below on
/// average.
class Oracle : public Method {
 public:
  void check(Parameters const& point, study::Verdict& verdict) const override {
    if (point.input != nullptr)
      verdict.refuse("method",
                     "oracle needs the truth, which own data do not tell: allowed are game, global, "
                     "separate and side_info");
  }
  std::vector<std::string_view> reads(Parameters const&) const override { return {}; }
  std::vector<double Metrics::*> measures(Parameters const&) const override { return {}; }
  study::Cost cost(Parameters const& point, int ranks) const override {
    auto const size = extents_of(point);
    Design const design(point);
    auto const k = static_cast<double>(design.components(0));
    double bases = static_cast<double>(design.shared_rank());
    for (std::int64_t g = 0; g < design.groups(); ++g) bases += static_cast<double>(design.own_rank(g));
    return {.bytes_per_rank = 24 * bases * (size.rows / ranks + size.columns) + 100 * size.columns * k,
            .flops = size.observed * k * (k + 4)};
  }
  Result run(Parameters const& point, MatrixData const& data, study::Team&) const override {
    auto const& signal = *data.signal();
    FactorTerm term{&data.whole(), signal.bases(),
                    DenseMatrix(signal.bases().columns(), data.observations().own().size())};
    mpi::agree(data.communicator(), [&] {
      for (std::int64_t i = 0; i < term.coefficients.columns(); ++i)
        row(point, data, i, term.coefficients.column(i));
    });
    Result result;
    Design const design(point);
    for (std::int64_t g = 0; g < design.groups(); ++g)
      result.mean_rank += static_cast<double>(design.group_rank(g)) / static_cast<double>(design.groups());
    result.estimate.factored.add(std::move(term));
    return result;
  }

 private:
  /// Estimates the scores of one row, with the factor sqrt(d / k) in them.
  static void row(Parameters const& point, MatrixData const& data, std::int64_t i, std::span<double> out) {
    auto const& signal = *data.signal();
    auto const& observations = data.observations();
    auto const& components = signal.components(i);
    auto const entries = observations.entries(i);
    auto const count = static_cast<std::int64_t>(components.size());
    double const scale = std::sqrt(static_cast<double>(observations.columns()) / static_cast<double>(count));
    double const s = point.score_mean;
    double const mean = s / std::sqrt(1 + s * s), deviation = 1 / std::sqrt(1 + s * s);
    // Scores are m + sqrt(v) x with standard normal x.
    std::vector<double> means, deviations;
    for (auto const c : components) {
      bool const is_shared = c < signal.shared();
      means.push_back(is_shared ? 0 : mean);
      deviations.push_back(is_shared ? 1 : deviation);
    }
    std::int64_t const rows = std::max<std::int64_t>(entries.size(), count);
    DenseMatrix design(entries.size(), count), side(rows, 1);
    for (auto k = entries.begin; k < entries.end; ++k) {
      double residual = observations.value(k);
      for (std::int64_t c = 0; c < count; ++c) {
        auto const at = static_cast<std::size_t>(c);
        double const basis = scale * signal.bases()(observations.column(k), components[at]);
        residual -= basis * means[at];
        design(k - entries.begin, c) = basis * deviations[at];
      }
      side(k - entries.begin, 0) = residual;
    }
    std::vector<double> x(static_cast<std::size_t>(count));
    if (entries.size() > 0 && point.noise_sd == 0) {
      linalg::gelsy(design.view(), side.view(), kRankTolerance);
      for (std::int64_t c = 0; c < count; ++c) x[static_cast<std::size_t>(c)] = side(c, 0);
    } else if (entries.size() > 0) {
      DenseMatrix system(count, count), solution(count, 1);
      linalg::syrk(linalg::Triangle::lower, linalg::Transpose::yes, 1, design.view(), 0, system.view());
      for (std::int64_t c = 0; c < count; ++c) system(c, c) += point.noise_sd * point.noise_sd;
      linalg::gemm(linalg::Transpose::yes, linalg::Transpose::no, 1, design.view(),
                   side.view().block(0, 0, entries.size(), 1), 0, solution.view());
      if (!linalg::potrf(linalg::Triangle::lower, system.view()))
        throw std::runtime_error("the posterior of a row's scores is not positive definite");
      linalg::potrs(linalg::Triangle::lower, system.view(), solution.view());
      for (std::int64_t c = 0; c < count; ++c) x[static_cast<std::size_t>(c)] = solution(c, 0);
    }
    for (std::size_t c = 0; c < components.size(); ++c)
      out[static_cast<std::size_t>(components[c])] = scale * (means[c] + deviations[c] * x[c]);
  }
};

}  // namespace

Method const& oracle_method() {
  static Oracle const method;
  return method;
}

}  // namespace thresher::group_matrix
