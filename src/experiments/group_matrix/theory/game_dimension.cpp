#include "experiments/group_matrix/theory/game_dimension.hpp"

#include "experiments/group_matrix/data/dense_products.hpp"
#include "experiments/group_matrix/data/row_groups.hpp"
#include "experiments/group_matrix/model/design.hpp"
#include "experiments/group_matrix/model/group_weights.hpp"
#include "linalg/singular_values.hpp"

#include <algorithm>
#include <cmath>
#include <numbers>
#include <utility>
#include <vector>

namespace thresher::group_matrix {

namespace {

using linalg::DenseMatrix;
using linalg::Transpose;

constexpr double kLeastScale = 0.1, kLargestScale = 2, kScaleTolerance = 0.02;
constexpr double kDecrease = 1e-4;

void subtract(DenseMatrix& a, DenseMatrix const& b) {
  for (std::size_t k = 0; k < a.values().size(); ++k) a.values()[k] -= b.values()[k];
}

struct Triplets {
  DenseMatrix u, vt;
  std::vector<double> values;
};
Triplets decompose(DenseMatrix a) {
  auto const rank = std::min(a.rows(), a.columns());
  Triplets result{DenseMatrix(a.rows(), rank), DenseMatrix(rank, a.columns()),
                  std::vector<double>(static_cast<std::size_t>(rank))};
  linalg::gesdd(a.view(), result.values, result.u.view(), result.vt.view());
  return result;
}

/// One penalised group, transposed (a column per row): its tangent space and noise size.
struct TangentGroup {
  std::vector<std::int32_t> rows;
  DenseMatrix left, right;  ///< columns x q, rows x q
  DenseMatrix sign;         ///< left right^T
  double size = 0;          ///< w_g

  DenseMatrix gather(DenseMatrix const& whole) const {
    DenseMatrix part(whole.rows(), static_cast<std::int64_t>(rows.size()));
    for (std::size_t t = 0; t < rows.size(); ++t)
      std::ranges::copy(whole.column(rows[t]), part.column(static_cast<std::int64_t>(t)).begin());
    return part;
  }
  void scatter(DenseMatrix const& part, DenseMatrix& whole) const {
    for (std::size_t t = 0; t < rows.size(); ++t)
      std::ranges::copy(part.column(static_cast<std::int64_t>(t)), whole.column(rows[t]).begin());
  }
  /// scale sign + the part of T orthogonal to the tangent space with singular values cut at scale.
  DenseMatrix nearest(DenseMatrix t, double scale) const {
    subtract(t, product(Transpose::no, left.view(), Transpose::no,
                        product(Transpose::yes, left.view(), Transpose::no, t.view()).view()));
    subtract(t, product(Transpose::no, product(Transpose::no, t.view(), Transpose::no, right.view()).view(),
                        Transpose::yes, right.view()));
    auto triplets = decompose(std::move(t));
    for (std::int64_t k = 0; k < triplets.u.columns(); ++k)
      for (double& entry : triplets.u.column(k))
        entry *= std::min(triplets.values[static_cast<std::size_t>(k)], scale);
    auto result = product(Transpose::no, triplets.u.view(), Transpose::no, triplets.vt.view());
    for (std::size_t k = 0; k < result.values().size(); ++k) result.values()[k] += scale * sign.values()[k];
    return result;
  }
};

/// Squared distance of the Gaussian matrix to t times the subdifferential.
double squared_distance(DenseMatrix residual, std::vector<TangentGroup> const& groups, double t) {
  std::vector<DenseMatrix> parts;
  for (auto const& group : groups) {
    auto& part = parts.emplace_back(group.sign);
    for (double& entry : part.values()) entry *= t * group.size;
    auto rows = group.gather(residual);
    subtract(rows, part);
    group.scatter(rows, residual);
  }
  double before = squared_norm(residual);
  for (;;) {
    for (std::size_t g = 0; g < groups.size(); ++g) {
      auto target = groups[g].gather(residual);
      for (std::size_t k = 0; k < target.values().size(); ++k) target.values()[k] += parts[g].values()[k];
      parts[g] = groups[g].nearest(target, t * groups[g].size);
      subtract(target, parts[g]);
      groups[g].scatter(target, residual);
    }
    double const after = squared_norm(residual);
    if (before - after <= kDecrease * before) return after;
    before = after;
  }
}

/// Golden-section search for the least value on an interval, to a tolerance in the argument.
template <class Function>
double least_value(Function const& f, double a, double b, double tolerance) {
  double const part = 1 / std::numbers::phi;
  double left = b - part * (b - a), right = a + part * (b - a);
  double at_left = f(left), at_right = f(right);
  while (b - a > tolerance) {
    if (at_left < at_right) {
      b = right;
      right = std::exchange(left, 0);
      at_right = at_left;
      left = b - part * (b - a);
      at_left = f(left);
    } else {
      a = left;
      left = std::exchange(right, 0);
      at_left = at_right;
      right = a + part * (b - a);
      at_right = f(right);
    }
  }
  return std::min(at_left, at_right);
}

}  // namespace

double game_dimension(Parameters const& point, StreamOf const& stream) {
  Design const design(point);
  auto const self = mpi::Communicator::self();
  mpi::Range const all{0, design.rows()};
  Signal const signal(point, self, all, stream);
  DenseMatrix truth(design.columns(), design.rows()), noise(design.columns(), design.rows());
  auto const normals = stream("statistical_dimension");
  for (std::int64_t i = 0; i < design.rows(); ++i) {
    signal.row(i, truth.column(i));
    normals.normals({static_cast<std::uint64_t>(i)}, 0, noise.column(i));
  }
  auto rows = design_groups(design, all);
  auto weights = group_weights(point);
  rows.push_back(all_rows(design.rows(), all));
  weights.push_back(point.weight_root);
  std::vector<double> total(static_cast<std::size_t>(design.rows()));
  for (std::size_t g = 0; g < rows.size(); ++g)
    for (auto const i : rows[g].own) total[static_cast<std::size_t>(i)] += weights[g];
  std::vector<TangentGroup> groups;
  for (std::size_t g = 0; g < rows.size(); ++g) {
    if (weights[g] == 0) continue;
    auto& group = groups.emplace_back();
    group.rows = rows[g].own;
    double square = 0;
    for (auto const i : group.rows) {
      double const share = weights[g] / total[static_cast<std::size_t>(i)];
      square += share * share;
    }
    group.size =
        std::sqrt(square) *
        (1 + std::sqrt(static_cast<double>(design.columns()) / static_cast<double>(group.rows.size())));
    auto const rank =
        g + 1 < rows.size() ? design.group_rank(static_cast<std::int64_t>(g)) : design.whole_rank();
    auto const triplets = decompose(group.gather(truth));
    auto const kept = std::min(rank, triplets.u.columns());
    group.left = DenseMatrix(design.columns(), kept);
    group.right = DenseMatrix(static_cast<std::int64_t>(group.rows.size()), kept);
    for (std::int64_t k = 0; k < kept; ++k) {
      std::ranges::copy(triplets.u.column(k), group.left.column(k).begin());
      for (std::int64_t t = 0; t < group.right.rows(); ++t) group.right(t, k) = triplets.vt(k, t);
    }
    group.sign = product(Transpose::no, group.left.view(), Transpose::yes, group.right.view());
  }
  double const least = least_value([&](double t) { return squared_distance(noise, groups, t); }, kLeastScale,
                                   kLargestScale, kScaleTolerance);
  return least / static_cast<double>(design.rows() * design.columns());
}

}  // namespace thresher::group_matrix
