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

/// Eigenvalues of a symmetric matrix of which the lower triangle is given, summed under a square root.
double sum_of_roots(DenseMatrix matrix) {
  std::vector<double> values(static_cast<std::size_t>(matrix.rows()));
  linalg::syevd(linalg::Eigenvectors::none, Triangle::lower, matrix.view(), values);
  double sum = 0;
  for (double const value : values) sum += std::sqrt(std::max(value, 0.0));
  return sum;
}

void scale(DenseMatrix& matrix, double factor) {
  for (double& value : matrix.values()) value *= factor;
}

void scale_columns(DenseMatrix& matrix, std::function<double(std::size_t)> const& factor) {
  for (std::int64_t j = 0; j < matrix.columns(); ++j) {
    double const by = factor(static_cast<std::size_t>(j));
    for (double& value : matrix.column(j)) value *= by;
  }
}

/// E diag(weights) E^T B.
DenseMatrix filtered(DenseMatrix const& vectors, std::vector<double> const& weights,
                     DenseMatrix const& panel) {
  DenseMatrix scores(vectors.columns(), panel.columns());
  DenseMatrix result(vectors.rows(), panel.columns());
  linalg::gemm(Transpose::yes, Transpose::no, 1, vectors.view(), panel.view(), 0, scores.view());
  for (std::int64_t j = 0; j < scores.columns(); ++j)
    for (std::size_t k = 0; k < weights.size(); ++k) scores.column(j)[k] *= weights[k];
  linalg::gemm(Transpose::no, Transpose::no, 1, vectors.view(), scores.view(), 0, result.view());
  return result;
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
  for (int set = 0; set < kSets; ++set) {
    auto const& rows = sets_.set(set, point);
    vectors_[index(set)] =
        by_examples() ? linalg::row_gram(rows, {}, owner(set)) : linalg::column_gram(rows, owner(set));
  }
  auto const size = static_cast<std::size_t>(std::min(examples_, dim_));
  for (auto& values : values_) values.resize(size);
  for_own_sets([&](int set) {
    auto& matrix = vectors_[index(set)];
    auto& values = values_[index(set)];
    scale(matrix, 1 / static_cast<double>(examples_));
    linalg::syevd(linalg::Eigenvectors::wanted, Triangle::lower, matrix.view(), values);
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
    DenseMatrix whole(owns(set) ? size : 0, count);
    if (owns(set))
      for (std::int64_t k = 0; k < count; ++k) {
        std::ranges::copy(vectors_[index(set)].column(size - 1 - k), whole.column(k).begin());
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

/// X Sigma X^T / n on the owner.
DenseMatrix DenseDecomposition::mapped_gram(Parameters const& point, int set) const {
  auto gram = linalg::row_gram(sets_.set(set, point), sets_.population().apply_root, owner(set));
  scale(gram, 1 / static_cast<double>(examples_));
  return gram;
}

void DenseDecomposition::read_population(std::span<Parameters const> points) {
  bool const forms = std::ranges::any_of(points, measures_divergence);
  bool const roots = std::ranges::any_of(
      points, [](Parameters const& point) { return measures_bulk_distance(point) && point.ridge == 0; });
  if (!forms && !roots) return;
  for (auto& values : population_forms_) values.resize(values_.front().size());
  std::array<DenseMatrix, kSets> mapped;  // X Sigma X^T / n
  if (by_examples())
    for (int set = 0; set < kSets; ++set) mapped[index(set)] = mapped_gram(points.front(), set);
  for_own_sets([&](int set) {
    auto const& vectors = vectors_[index(set)];
    auto const& values = values_[index(set)];
    auto& population_forms = population_forms_[index(set)];
    DenseMatrix image;
    if (by_examples()) {
      auto& gram = mapped[index(set)];
      linalg::symmetrize(Triangle::lower, gram.view());
      if (forms) {
        image = DenseMatrix(examples_, examples_);
        linalg::gemm(Transpose::no, Transpose::no, 1, gram.view(), vectors.view(), 0, image.view());
      }
    } else {
      image = vectors;
      sets_.population().apply_root(image.view());
    }
    for (std::size_t j = 0; forms && j < values.size(); ++j) {
      auto const column = static_cast<std::int64_t>(j);
      auto const mapped_vector = image.column(column);
      if (by_examples())
        population_forms[j] =
            values[j] > 0 ? linalg::inner_product(vectors.column(column), mapped_vector) / values[j] : 0;
      else
        population_forms[j] = linalg::inner_product(mapped_vector, mapped_vector);
    }
    if (!roots) return;
    if (by_examples()) {
      plain_root_trace_[index(set)] = sum_of_roots(std::move(mapped[index(set)]));
      return;
    }
    scale_columns(image, [&](std::size_t j) { return std::sqrt(values[j]); });
    DenseMatrix product(dim_, dim_);
    linalg::syrk(Triangle::lower, Transpose::no, 1, image.view(), 0, product.view());
    plain_root_trace_[index(set)] = sum_of_roots(std::move(product));
  });
  for (int set = 0; set < kSets; ++set) {
    mpi::broadcast(team_.communicator(), std::span(population_forms_[index(set)]), owner(set));
    plain_root_trace_[index(set)] =
        mpi::broadcast_value(team_.communicator(), plain_root_trace_[index(set)], owner(set));
  }
}

/// tr (Sigma^1/2 (C + ridge) Sigma^1/2)^1/2 on the owner.
double DenseDecomposition::root_trace(Parameters const& point, int set) const {
  auto const& apply_root = sets_.population().apply_root;
  DenseMatrix product(dim_, dim_);
  if (!by_examples()) {
    auto image = vectors_[index(set)];
    apply_root(image.view());
    scale_columns(image, [&](std::size_t j) { return std::sqrt(values_[index(set)][j] + point.ridge); });
    linalg::syrk(Triangle::lower, Transpose::no, 1, image.view(), 0, product.view());
    return sum_of_roots(std::move(product));
  }
  DenseMatrix image(dim_, examples_);
  sets_.generator(set)({0, examples_}, image.values());
  apply_root(image.view());
  linalg::syrk(Triangle::lower, Transpose::no, 1 / static_cast<double>(examples_), image.view(), 0,
               product.view());
  DenseMatrix root(dim_, dim_);
  for (std::int64_t j = 0; j < dim_; ++j) root(j, j) = 1;
  apply_root(root.view());
  linalg::syrk(Triangle::lower, Transpose::no, point.ridge, root.view(), 1, product.view());
  return sum_of_roots(std::move(product));
}

std::array<double, kSets> DenseDecomposition::bulk_distances(Parameters const& point) const {
  auto traces = plain_root_trace_;
  if (point.ridge > 0) {
    for_own_sets([&](int set) { traces[index(set)] = root_trace(point, set); });
    for (int set = 0; set < kSets; ++set)
      traces[index(set)] = mpi::broadcast_value(team_.communicator(), traces[index(set)], owner(set));
  }
  std::array<double, kSets> distances{};
  auto const dim = static_cast<double>(dim_);
  for (int set = 0; set < kSets; ++set) {
    double sample_trace = point.ridge * dim;
    for (double const value : values_[index(set)]) sample_trace += value;
    distances[index(set)] =
        std::max(0.0, sets_.population().trace + sample_trace - 2 * traces[index(set)]) / dim;
  }
  return distances;
}

std::array<double, kSets> DenseDecomposition::divergences(Parameters const& point) const {
  std::array<double, kSets> result{};
  auto const dim = static_cast<double>(dim_);
  for (int set = 0; set < kSets; ++set) {
    auto const& values = values_[index(set)];
    double inverse = 0;     // tr (C + ridge)^-1 Sigma
    double logarithm = 0;   // log det (C + ridge)
    double form_total = 0;  // of the span of the examples
    double span_size = 0;
    for (std::size_t j = 0; j < values.size(); ++j) {
      if (by_examples() && values[j] == 0) continue;
      double const form = population_forms_[index(set)][j];
      inverse += form / (values[j] + point.ridge);
      logarithm += std::log(values[j] + point.ridge);
      form_total += form;
      ++span_size;
    }
    if (span_size < dim) {
      inverse += (sets_.population().trace - form_total) / point.ridge;
      logarithm += (dim - span_size) * std::log(point.ridge);
    }
    result[index(set)] = (inverse - dim + logarithm - sets_.population().log_determinant) / (2 * dim);
  }
  return result;
}

double DenseDecomposition::bytes_per_rank(Parameters const& point, int ranks) {
  auto const n = static_cast<double>(number_of_examples(point));
  auto const d = static_cast<double>(point.dim);
  double const small = std::min(n, d);
  double const sets = ranks == 1 ? kSets : 1;  // decompositions on the busiest rank
  // Eigenvectors, syevd's two squares of workspace, an image of the eigenvectors and its product.
  double bytes = 8 * small * small * (sets + 4);
  // The exchange of rows for columns holds them three times.
  if (n < d) bytes += 8 * 3 * n * d / ranks;
  if (n < d && point.ridge > 0 && measures_bulk_distance(point)) bytes += 8 * d * (4 * d + n);
  return bytes;
}

}  // namespace thresher::linear_generative
