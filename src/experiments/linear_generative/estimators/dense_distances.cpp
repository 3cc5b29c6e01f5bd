#include "experiments/linear_generative/estimators/dense_decomposition.hpp"
#include "experiments/linear_generative/estimators/spiked_root_trace.hpp"
#include "experiments/linear_generative/model/setting.hpp"
#include "linalg/column_products.hpp"
#include "linalg/gram_matrix.hpp"
#include "linalg/row_products.hpp"

#include <algorithm>
#include <cmath>
#include <utility>

// What the decompositions tell of the population: distance and divergence.

namespace thresher::linear_generative {

namespace {

using linalg::DenseMatrix;
using linalg::Transpose;
using linalg::Triangle;

/// Eigenvalues of a symmetric matrix of which the lower triangle is given, summed under a square root.
double sum_of_roots(DenseMatrix matrix) {
  std::vector<double> values(static_cast<std::size_t>(matrix.rows()));
  linalg::syevd(linalg::Eigenvectors::none, Triangle::lower, matrix.view(), values);
  double sum = 0;
  for (double const value : values) sum += std::sqrt(std::max(value, 0.0));
  return sum;
}

void scale_columns(DenseMatrix& matrix, std::function<double(std::size_t)> const& factor) {
  for (std::int64_t j = 0; j < matrix.columns(); ++j) {
    double const by = factor(static_cast<std::size_t>(j));
    for (double& value : matrix.column(j)) value *= by;
  }
}

void divide(DenseMatrix& matrix, double by) {
  for (double& value : matrix.values()) value /= by;
}

}  // namespace

/// X Sigma X^T / n on the owner.
DenseMatrix DenseDecomposition::mapped_gram(Parameters const& point, int set) const {
  auto gram = linalg::row_gram(sets_.set(set, point), sets_.population().apply_root, owner(set));
  divide(gram, static_cast<double>(examples_));
  return gram;
}

void DenseDecomposition::read_population(std::span<Parameters const> points) {
  bool const forms = std::ranges::any_of(points, measures_divergence);
  for (auto& values : population_forms_) values.resize(values_.front().size());
  if (has_few_spikes(points.front())) {
    if (forms || std::ranges::any_of(points, measures_bulk_distance)) read_directions(points.front());
  } else {
    bool const roots = std::ranges::any_of(
        points, [](Parameters const& point) { return measures_bulk_distance(point) && point.ridge == 0; });
    if (forms || roots) read_whole_population(points.front(), forms, roots);
  }
  for (int set = 0; set < kSets; ++set) {
    mpi::broadcast(team_.communicator(), std::span(population_forms_[index(set)]), owner(set));
    plain_root_trace_[index(set)] =
        mpi::broadcast_value(team_.communicator(), plain_root_trace_[index(set)], owner(set));
  }
}

/// A spiked population is the identity but for its directions: what these have in common with the
/// eigenvectors tells all.
void DenseDecomposition::read_directions(Parameters const& point) {
  auto const& population = sets_.population();
  auto const& directions = population.directions;
  auto const rank = directions.columns();
  spikes_.clear();
  for (double const variance : population.direction_variances) spikes_.push_back(variance - 1);
  std::array<DenseMatrix, kSets> panels;
  if (by_examples() && rank > 0) {
    linalg::RowLayout const examples(team_.communicator(), examples_);
    DenseMatrix own(layout_.owned().size(), rank);
    linalg::copy_own_rows(layout_, directions.view(), own.view());
    for (int set = 0; set < kSets; ++set) {
      auto const products = linalg::rows_times_panel(sets_.set(set, point), layout_, own.view());
      panels[index(set)] = DenseMatrix(owns(set) ? examples_ : 0, rank);
      linalg::gather_rows_to(examples, owner(set), products.view(), panels[index(set)].view());
    }
  }
  for_own_sets([&](int set) {
    auto const& values = values_[index(set)];
    auto& scores = direction_scores_[index(set)];
    auto& forms = population_forms_[index(set)];
    scores = rank == 0
                 ? DenseMatrix(static_cast<std::int64_t>(values.size()), 0)
                 : vectors_[index(set)].scores(by_examples() ? panels[index(set)].view() : directions.view());
    std::ranges::fill(forms, 1.0);
    for (std::int64_t k = 0; k < rank; ++k)
      for (std::size_t j = 0; j < values.size(); ++j) {
        double& score = scores.column(k)[j];
        if (by_examples())
          score *= values[j] > 0 ? 1 / std::sqrt(static_cast<double>(examples_) * values[j]) : 0;
        forms[j] += spikes_[static_cast<std::size_t>(k)] * score * score;
      }
  });
}

void DenseDecomposition::read_whole_population(Parameters const& point, bool forms, bool roots) {
  std::array<DenseMatrix, kSets> mapped;  // X Sigma X^T / n
  if (by_examples())
    for (int set = 0; set < kSets; ++set) mapped[index(set)] = mapped_gram(point, set);
  for_own_sets([&](int set) {
    auto const vectors = forms || !by_examples() ? vectors_[index(set)].whole() : DenseMatrix();
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
}

/// tr (Sigma^1/2 (C + ridge) Sigma^1/2)^1/2 on the owner.
double DenseDecomposition::root_trace(Parameters const& point, int set) const {
  if (has_few_spikes(point))
    return spiked_root_trace({dim_, values_[index(set)], direction_scores_[index(set)].view(), spikes_},
                             point.ridge);
  auto const& apply_root = sets_.population().apply_root;
  DenseMatrix product(dim_, dim_);
  if (!by_examples()) {
    auto image = vectors_[index(set)].whole();
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
  if (point.ridge > 0 || has_few_spikes(point)) {
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

}  // namespace thresher::linear_generative
