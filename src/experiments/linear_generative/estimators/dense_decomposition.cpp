#include "experiments/linear_generative/estimators/dense_decomposition.hpp"

#include "experiments/linear_generative/model/setting.hpp"
#include "linalg/column_products.hpp"
#include "linalg/gram_matrix.hpp"
#include "linalg/row_products.hpp"

#include <algorithm>
#include <cmath>

namespace thresher::linear_generative {

namespace {

using linalg::DenseMatrix;
using linalg::Transpose;
using linalg::Triangle;

/// Gram eigenvalues below this times the largest are round-off: v_j = X^T g_j / sqrt(n w_j) would divide by
/// it.
constexpr double kNull = 1e-12;

void scale(DenseMatrix& matrix, double factor) {
  for (double& value : matrix.values()) value *= factor;
}

/// E diag(weights) E^T B.
DenseMatrix filtered(linalg::FactoredEigenvectors const& vectors, std::vector<double> const& weights,
                     DenseMatrix const& panel) {
  auto scores = vectors.scores(panel.view());
  for (std::int64_t j = 0; j < scores.columns(); ++j)
    for (std::size_t k = 0; k < weights.size(); ++k) scores.column(j)[k] *= weights[k];
  return vectors.combine(scores.view());
}

}  // namespace

DenseDecomposition::DenseDecomposition(std::span<Parameters const> points, DataSets const& sets,
                                       study::Team& team)
    : sets_(sets),
      team_(team),
      layout_(team.communicator(), points.front().dim),
      examples_(number_of_examples(points.front())),
      dim_(points.front().dim) {
  decompose(points.front());
  find_leading(points.front());
  if (sets.population_is_known() && points.front().spectrum != Spectrum::field) read_population(points);
}

int DenseDecomposition::owner(int set) const {
  return set * (team_.communicator().size() / kSets);
}

void DenseDecomposition::for_own_sets(std::function<void(int set)> const& work) const {
  mpi::agree(team_.communicator(), [&] {
    for (int set = 0; set < kSets; ++set)
      if (owns(set)) work(set);
  });
}

void DenseDecomposition::decompose(Parameters const& point) {
  std::array<DenseMatrix, kSets> matrices;
  for (int set = 0; set < kSets; ++set) {
    auto const& rows = sets_.set(set, point);
    matrices[index(set)] =
        by_examples() ? linalg::row_gram(rows, {}, owner(set)) : linalg::column_gram(rows, owner(set));
  }
  auto const size = static_cast<std::size_t>(std::min(examples_, dim_));
  for (auto& values : values_) values.resize(size);
  for_own_sets([&](int set) {
    auto& values = values_[index(set)];
    scale(matrices[index(set)], 1 / static_cast<double>(examples_));
    vectors_[index(set)] = linalg::FactoredEigenvectors(std::move(matrices[index(set)]));
    values = vectors_[index(set)].values();
    double const null = by_examples() ? kNull * values.back() : 0;
    for (double& value : values) value = value > null ? value : 0;
  });
  for (int set = 0; set < kSets; ++set)
    mpi::broadcast(team_.communicator(), std::span(values_[index(set)]), owner(set));
}

void DenseDecomposition::find_leading(Parameters const& point) {
  auto const count = leading_vectors(point);
  linalg::RowLayout const examples(team_.communicator(), examples_);
  for (int set = 0; set < kSets; ++set) {
    auto const& values = values_[index(set)];
    auto const size = static_cast<std::int64_t>(values.size());
    auto& found = leading_[index(set)];
    for (std::int64_t k = 0; k < count; ++k)
      found.values.push_back(values[static_cast<std::size_t>(size - 1 - k)]);
    auto const& layout = by_examples() ? examples : layout_;
    auto whole = owns(set) ? vectors_[index(set)].leading(count) : DenseMatrix(0, count);
    if (owns(set))
      for (std::int64_t k = 0; k < count; ++k) {
        // A null direction of the Gram matrix belongs to no eigenvector of C: it stays 0.
        double const value = found.values[static_cast<std::size_t>(k)];
        double const length =
            by_examples() ? (value > 0 ? 1 / std::sqrt(static_cast<double>(examples_) * value) : 0) : 1;
        for (double& entry : whole.column(k)) entry *= length;
      }
    DenseMatrix own(layout.owned().size(), count);
    linalg::scatter_rows_from(layout, owner(set), whole.view(), own.view());
    found.own_vectors = by_examples()
                            ? linalg::transposed_rows_times_panel(sets_.set(set, point), layout_, own.view())
                            : std::move(own);
  }
}

PanelPair DenseDecomposition::apply(Parameters const& point, std::function<double(double)> const& f,
                                    linalg::ConstMatrixView own_seeds) const {
  linalg::RowLayout const examples(team_.communicator(), examples_);
  auto const& layout = by_examples() ? examples : layout_;
  auto const seeds = own_seeds.columns;
  double const at_null = f(0);
  PanelPair whole;
  for (int set = 0; set < kSets; ++set) {
    whole[index(set)] = DenseMatrix(owns(set) ? layout.rows() : 0, seeds);
    if (by_examples()) {
      auto const scores = linalg::rows_times_panel(sets_.set(set, point), layout_, own_seeds);
      linalg::gather_rows_to(layout, owner(set), scores.view(), whole[index(set)].view());
    } else {
      linalg::gather_rows_to(layout, owner(set), own_seeds, whole[index(set)].view());
    }
  }
  for_own_sets([&](int set) {
    std::vector<double> weights;
    for (double const value : values_[index(set)]) {
      if (!by_examples())
        weights.push_back(f(value));
      else
        weights.push_back(value > 0 ? (f(value) - at_null) / (static_cast<double>(examples_) * value) : 0);
    }
    whole[index(set)] = filtered(vectors_[index(set)], weights, whole[index(set)]);
  });
  PanelPair result;
  for (int set = kSets - 1; set >= 0; --set) {
    DenseMatrix own(layout.owned().size(), seeds);
    linalg::scatter_rows_from(layout, owner(set), whole[index(set)].view(), own.view());
    if (!by_examples()) {
      result[index(set)] = std::move(own);
      continue;
    }
    auto& panel = result[index(set)];
    panel = linalg::transposed_rows_times_panel(sets_.set(set, point), layout_, own.view());
    for (std::int64_t i = 0; i < seeds; ++i)
      for (std::int64_t j = 0; j < panel.rows(); ++j) panel(j, i) += at_null * own_seeds(j, i);
  }
  return result;
}

double DenseDecomposition::bytes_per_rank(Parameters const& point, int ranks) {
  auto const n = static_cast<double>(number_of_examples(point));
  auto const d = static_cast<double>(point.dim);
  double const small = std::min(n, d);
  double const sets = ranks == 1 ? kSets : 1;  // decompositions on the busiest rank
  // Two factors of the eigenvectors and a square of workspace; of other than spiked populations the
  // eigenvectors themselves, their image and its product, which come after that workspace.
  double bytes = 8 * small * small * (2 * sets + 3);
  // The exchange of rows for columns holds them three times.
  if (n < d) bytes += 8 * 3 * n * d / ranks;
  if (n < d && point.ridge > 0 && measures_bulk_distance(point)) bytes += 8 * d * (4 * d + n);
  return bytes;
}

}  // namespace thresher::linear_generative
