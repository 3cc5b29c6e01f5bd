#include "experiments/group_matrix/theory/masked_spectrum.hpp"

#include "numerics/root.hpp"

#include <algorithm>
#include <cmath>
#include <numeric>
#include <optional>
#include <utility>

namespace thresher::group_matrix {

namespace {

using linalg::DenseMatrix;
using Vector = std::vector<double>;

/// The equivalents are found to this relative change; next to the edge that takes 1 / sqrt(distance) steps.
constexpr double kChange = 1e-12;
constexpr int kMostSteps = 20000;
/// Where the upper bound is the edge itself, the equivalent is asked a little above it.
constexpr double kBoundMargin = 1e-4;
constexpr int kEdgeHalvings = 24;
constexpr double kRootTolerance = 1e-10;

/// Products of pairs of columns, k <= l, those of different columns with the weight sqrt(2): the squared
/// entries of A B^T are the entries of pairs(A) pairs(B)^T.
DenseMatrix pairs(DenseMatrix const& a) {
  auto const r = a.columns();
  DenseMatrix result(a.rows(), r * (r + 1) / 2);
  std::int64_t to = 0;
  for (std::int64_t k = 0; k < r; ++k)
    for (std::int64_t l = k; l < r; ++l, ++to)
      for (std::int64_t i = 0; i < a.rows(); ++i)
        result(i, to) = (k == l ? 1 : std::sqrt(2.0)) * a(i, k) * a(i, l);
  return result;
}

/// S, the variances, by products.
class VarianceProfile {
 public:
  explicit VarianceProfile(MaskedSpikes const& spikes)
      : floor_(spikes.floor), slope_(spikes.slope), right_(pairs(spikes.right)) {
    auto scaled = spikes.left;
    for (std::int64_t k = 0; k < scaled.columns(); ++k)
      for (double& entry : scaled.column(k)) entry *= spikes.strength[static_cast<std::size_t>(k)];
    left_ = pairs(scaled);
  }
  Vector rows(Vector const& b) const { return product(left_, right_, b); }
  Vector columns(Vector const& a) const { return product(right_, left_, a); }
  std::size_t row_count() const { return static_cast<std::size_t>(left_.rows()); }
  std::size_t column_count() const { return static_cast<std::size_t>(right_.rows()); }

 private:
  Vector product(DenseMatrix const& to, DenseMatrix const& from, Vector const& x) const {
    Vector inner(static_cast<std::size_t>(from.columns()));
    linalg::gemv(linalg::Transpose::yes, slope_, from.view(), x, 0, inner);
    Vector result(static_cast<std::size_t>(to.rows()), floor_ * std::accumulate(x.begin(), x.end(), 0.0));
    linalg::gemv(linalg::Transpose::no, 1, to.view(), inner, 1, result);
    return result;
  }

  double floor_;
  double slope_;
  DenseMatrix left_, right_;
};

/// -g and -h at a point outside the bulk; both are positive.
struct Equivalent {
  Vector rows;
  Vector columns;
};

/// From below: the iterates rise, to the solution outside the bulk and without bound inside it.
std::optional<Equivalent> equivalent(VarianceProfile const& variance, double z) {
  Equivalent at{Vector(variance.row_count(), 0), Vector(variance.column_count(), 0)};
  auto const moves = [&](Vector& values, Vector const& sums, double& change) {
    for (std::size_t i = 0; i < values.size(); ++i) {
      double const below = z - sums[i];
      if (!(below > 0)) return false;
      change = std::max(change, std::abs(1 / below - values[i]) * below);
      values[i] = 1 / below;
    }
    return true;
  };
  for (int step = 0; step < kMostSteps; ++step) {
    double change = 0;
    if (!moves(at.rows, variance.rows(at.columns), change) ||
        !moves(at.columns, variance.columns(at.rows), change))
      return std::nullopt;
    if (change < kChange) return at;
  }
  return std::nullopt;
}

/// g' and h': g'_i = g_i^2 (1 + sum_j S_ij h'_j), and alike.
Equivalent derivative(VarianceProfile const& variance, Equivalent const& at) {
  Equivalent slope{Vector(at.rows.size(), 0), Vector(at.columns.size(), 0)};
  auto const moves = [](Vector& slopes, Vector const& values, Vector const& sums) {
    double change = 0;
    for (std::size_t i = 0; i < slopes.size(); ++i) {
      double const next = values[i] * values[i] * (1 + sums[i]);
      change = std::max(change, std::abs(next - slopes[i]) / next);
      slopes[i] = next;
    }
    return change;
  };
  for (int step = 0; step < kMostSteps; ++step) {
    double const change = std::max(moves(slope.rows, at.rows, variance.rows(slope.columns)),
                                   moves(slope.columns, at.columns, variance.columns(slope.rows)));
    if (change < kChange) break;
  }
  return slope;
}

/// to += scale B^T diag(weights) B, a block of a symmetric matrix.
void add_weighted_gram(DenseMatrix const& basis, Vector const& weights, double scale, linalg::MatrixView to) {
  for (std::int64_t k = 0; k < basis.columns(); ++k)
    for (std::int64_t l = 0; l < basis.columns(); ++l) {
      double sum = 0;
      for (std::int64_t i = 0; i < basis.rows(); ++i)
        sum += basis(i, k) * weights[static_cast<std::size_t>(i)] * basis(i, l);
      to(k, l) += scale * sum;
    }
}

/// [[U^T g U, 1/s], [1/s, V^T h V]]; its eigenvalues rise with z.
DenseMatrix outlier_matrix(MaskedSpikes const& spikes, Equivalent const& at) {
  auto const r = static_cast<std::int64_t>(spikes.strength.size());
  DenseMatrix matrix(2 * r, 2 * r);
  add_weighted_gram(spikes.left, at.rows, -1, matrix.view().block(0, 0, r, r));
  add_weighted_gram(spikes.right, at.columns, -1, matrix.view().block(r, r, r, r));
  for (std::int64_t k = 0; k < r; ++k)
    matrix(k, r + k) = matrix(r + k, k) = 1 / spikes.strength[static_cast<std::size_t>(k)];
  return matrix;
}

/// The null vector's part of the captured squared cosines: twice |w_U / s|^2 with w^T diag(U^T g' U, V^T h'
/// V) w = 1.
double captured_by(MaskedSpikes const& spikes, VarianceProfile const& variance, Equivalent const& at,
                   std::size_t which) {
  auto const r = static_cast<std::int64_t>(spikes.strength.size());
  auto vectors = outlier_matrix(spikes, at);
  Vector values(static_cast<std::size_t>(2 * r));
  linalg::syevd(linalg::Eigenvectors::wanted, linalg::Triangle::upper, vectors.view(), values);
  auto const w = vectors.column(static_cast<std::int64_t>(which));
  auto const slope = derivative(variance, at);
  DenseMatrix weight(2 * r, 2 * r);
  add_weighted_gram(spikes.left, slope.rows, 1, weight.view().block(0, 0, r, r));
  add_weighted_gram(spikes.right, slope.columns, 1, weight.view().block(r, r, r, r));
  Vector weighted(w.size());
  linalg::gemv(linalg::Transpose::no, 1, weight.view(), w, 0, weighted);
  double const norm = std::inner_product(w.begin(), w.end(), weighted.begin(), 0.0);
  double sum = 0;
  for (std::size_t k = 0; k < spikes.strength.size(); ++k)
    sum += w[k] * w[k] / (spikes.strength[k] * spikes.strength[k]);
  return 2 * sum / norm;
}

}  // namespace

double captured_direction_part(MaskedSpikes const& spikes) {
  VarianceProfile const variance(spikes);
  auto const r = spikes.strength.size();
  // Constant variances of the largest row and column sums have their edge above this one's.
  auto const largest = [](Vector const& sums) { return *std::ranges::max_element(sums); };
  double const bound = std::sqrt(largest(variance.rows(Vector(variance.column_count(), 1)))) +
                       std::sqrt(largest(variance.columns(Vector(variance.row_count(), 1))));
  if (bound == 0) return 1;
  double const edge = numerics::bisect([&](double z) { return equivalent(variance, z).has_value(); },
                                       {0, bound * (1 + kBoundMargin)}, kEdgeHalvings)
                          .upper;
  // The k-th eigenvalue from above is positive far out and crosses 0 at the k-th outlier.
  auto const eigenvalue = [&](double z, std::size_t which) {
    auto matrix = outlier_matrix(spikes, *equivalent(variance, z));
    Vector values(2 * r);
    linalg::syevd(linalg::Eigenvectors::none, linalg::Triangle::upper, matrix.view(), values);
    return values[which];
  };
  double sum = 0;
  for (std::size_t which = r; which < 2 * r; ++which) {
    if (eigenvalue(edge, which) >= 0) continue;
    double far = edge + spikes.strength.front();
    while (eigenvalue(far, which) <= 0) far *= 2;
    double const outlier = numerics::bracketed_root([&](double z) { return eigenvalue(z, which); }, edge, far,
                                                    kRootTolerance * far);
    sum += captured_by(spikes, variance, *equivalent(variance, outlier), which);
  }
  return sum / static_cast<double>(r);
}

}  // namespace thresher::group_matrix
