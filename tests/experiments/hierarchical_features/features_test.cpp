#include "experiments/hierarchical_features/data/matrix_features.hpp"
#include "experiments/hierarchical_features/data/tensor_features.hpp"
#include "experiments/hierarchical_features/model/setting.hpp"
#include "random/stream.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <numeric>

namespace thresher::hierarchical_features {
namespace {

/// Restores the vector path that the processor has.
class VectorPathGuard {
 public:
  ~VectorPathGuard() { random::set_vector_path(path_); }

 private:
  random::VectorPath path_ = random::vector_path();
};

random::Stream stream_of(std::string_view name) {
  return {random::hash_identity("features test"), name};
}

SampleStrips::Generator normal_samples(std::int64_t d) {
  return [d](mpi::Range rows, std::span<double> out, std::int64_t leading) {
    random::fill_normals(stream_of("x"), {rows.begin, rows.end, 0, d}, random::Layout::column_major, out,
                         leading);
  };
}

std::vector<double> normals(std::string_view name, std::int64_t count) {
  std::vector<double> values(static_cast<std::size_t>(count));
  stream_of(name).normals({}, 0, values);
  return values;
}

linalg::ConstMatrixView column_of(std::vector<double> const& values) {
  return {values.data(), static_cast<std::int64_t>(values.size()), 1};
}

/// F as a matrix, a row per sample, by the recursion of Hermite polynomials.
linalg::DenseMatrix explicit_features(std::int64_t rows, std::int64_t d, std::int64_t q) {
  MultiIndex const index(d, q);
  linalg::DenseMatrix features(index.size(), rows);
  for (std::int64_t row = 0; row < rows; ++row) {
    std::vector<double> x(static_cast<std::size_t>(d));
    normal_samples(d)({row, row + 1}, x, 1);
    hermite_features(index, x, features.column(row));
  }
  return features;
}

double inner(std::span<double const> a, std::span<double const> b) {
  return std::inner_product(a.begin(), a.end(), b.begin(), 0.0);
}

struct Shape {
  std::int64_t d;
  std::int64_t q;
};

class FeaturesTest : public testing::TestWithParam<Shape> {
 protected:
  static constexpr std::int64_t kRows = 205;  // no multiple of a strip
  std::int64_t d_ = GetParam().d;
  std::int64_t q_ = GetParam().q;
  mpi::Communicator comm_ = mpi::Communicator::self();
  SampleStrips stored_{comm_, kRows, d_, Holding::stored, normal_samples(d_)};
  SampleStrips regenerated_{comm_, kRows, d_, Holding::regenerated, normal_samples(d_)};
  TensorFeatures features_{stored_, q_};
  linalg::DenseMatrix explicit_ = explicit_features(kRows, d_, q_);
};

TEST_P(FeaturesTest, ContractionIsTheProductWithThePackedFeatures) {
  auto const a = normals("a", explicit_.rows());
  auto const h = features_.times(column_of(a));
  for (std::int64_t row = 0; row < kRows; ++row)
    EXPECT_NEAR(h(row, 0), inner(explicit_.column(row), a), 1e-11) << row;
}

TEST_P(FeaturesTest, TheAdjointIsTheTransposedProduct) {
  auto const w = normals("w", kRows);
  std::vector<double> image(static_cast<std::size_t>(explicit_.rows()));
  features_.transposed_times(w, image);
  for (std::int64_t k = 0; k < explicit_.rows(); ++k) {
    double exact = 0;
    for (std::int64_t row = 0; row < kRows; ++row)
      exact += w[static_cast<std::size_t>(row)] * explicit_(k, row);
    EXPECT_NEAR(image[static_cast<std::size_t>(k)], exact, 1e-11);
  }
  auto const a = normals("a", explicit_.rows());
  double const forward = inner(features_.times(column_of(a)).values(), w);
  EXPECT_NEAR(forward, inner(a, image), 1e-12 * 100 * std::sqrt(inner(a, a) * inner(image, image)));
}

TEST_P(FeaturesTest, TheWeightedGramMatrixIsThatOfTheFeatures) {
  auto const w = normals("w", kRows);
  auto const dense = dense_weighted_gram(features_, w);
  auto const a = normals("a", explicit_.rows());
  std::vector<double> image(a.size());
  features_.weighted_gram_times(w, a, image);
  std::vector<double> by_dense(a.size());
  linalg::symv(linalg::Triangle::lower, 1, dense.view(), a, 0, by_dense);
  double largest = 0;
  for (double const value : by_dense) largest = std::max(largest, std::abs(value));
  for (std::size_t k = 0; k < a.size(); ++k) EXPECT_NEAR(image[k], by_dense[k], 1e-12 * largest);
  // Symmetric.
  auto const b = normals("b", explicit_.rows());
  std::vector<double> other(a.size());
  features_.weighted_gram_times(w, b, other);
  EXPECT_NEAR(inner(b, image), inner(a, other), 1e-10 * std::abs(inner(b, image)) + 1e-8);
}

TEST_P(FeaturesTest, RegeneratedSamplesGiveTheSameBits) {
  TensorFeatures const regenerated(regenerated_, q_);
  auto const a = normals("a", explicit_.rows());
  EXPECT_TRUE(
      std::ranges::equal(features_.times(column_of(a)).values(), regenerated.times(column_of(a)).values()));
  auto const w = normals("w", kRows);
  std::vector<double> one(a.size());
  std::vector<double> two(a.size());
  features_.weighted_gram_times(w, a, one);
  regenerated.weighted_gram_times(w, a, two);
  EXPECT_EQ(one, two);
}

TEST_P(FeaturesTest, EveryProcessorGivesTheSameValues) {
  VectorPathGuard const guard;
  auto const a = normals("a", explicit_.rows());
  auto const w = normals("w", kRows);
  auto const here = features_.times(column_of(a));
  std::vector<double> image(a.size());
  features_.weighted_gram_times(w, a, image);
  random::set_vector_path(random::VectorPath::avx2);
  auto const there = features_.times(column_of(a));
  EXPECT_TRUE(std::ranges::equal(here.values(), there.values()));
  std::vector<double> other(a.size());
  features_.weighted_gram_times(w, a, other);
  for (std::size_t k = 0; k < a.size(); ++k) EXPECT_NEAR(other[k], image[k], 1e-9);
}

TEST_P(FeaturesTest, SquaredNormsAreThoseOfTheFeatures) {
  auto const norms = features_.squared_norms();
  for (std::int64_t row = 0; row < kRows; ++row)
    EXPECT_NEAR(norms[static_cast<std::size_t>(row)], inner(explicit_.column(row), explicit_.column(row)),
                1e-9);
}

INSTANTIATE_TEST_SUITE_P(Degrees, FeaturesTest,
                         testing::Values(Shape{13, 1}, Shape{2, 2}, Shape{8, 2}, Shape{21, 2}, Shape{2, 3},
                                         Shape{9, 3}, Shape{12, 3}));

TEST(MultiIndexTest, FeaturesOfOneTwo) {
  std::vector<double> two(3);
  hermite_features({2, 2}, std::vector<double>{1, 2}, two);
  EXPECT_NEAR(two[0], 0, 1e-8);
  EXPECT_NEAR(two[1], 2, 1e-8);
  EXPECT_NEAR(two[2], 2.12132034, 1e-8);
  std::vector<double> three(4);
  hermite_features({2, 3}, std::vector<double>{1, 2}, three);
  EXPECT_NEAR(three[0], -0.81649658, 1e-8);
  EXPECT_NEAR(three[1], 0, 1e-8);
  EXPECT_NEAR(three[2], 2.12132034, 1e-8);
  EXPECT_NEAR(three[3], 0.81649658, 1e-8);
}

TEST(MultiIndexTest, CountsAndPositions) {
  EXPECT_EQ(multi_indices(100, 2), 5050);
  EXPECT_EQ(multi_indices(12, 3), 364);
  for (std::int64_t const d : {1, 2, 7}) {
    MultiIndex const pairs(d, 2);
    MultiIndex const triples(d, 3);
    std::int64_t pair = 0;
    std::int64_t triple = 0;
    for (std::int64_t i = 0; i < d; ++i)
      for (std::int64_t j = i; j < d; ++j) {
        EXPECT_EQ(pairs.at(i, j), pair++);
        for (std::int64_t k = j; k < d; ++k) EXPECT_EQ(triples.at(i, j, k), triple++);
      }
    EXPECT_EQ(pairs.size(), pair);
    EXPECT_EQ(triples.size(), triple);
  }
}

// Degree 1 is the Gaussian model: two implementations, the same normals.
TEST(MatrixFeaturesTest, AreHermiteFeaturesOfDegreeOne) {
  constexpr std::int64_t kRows = 150;
  constexpr std::int64_t kDim = 17;
  auto const comm = mpi::Communicator::self();
  SampleStrips const samples(comm, kRows, kDim, Holding::stored, normal_samples(kDim));
  TensorFeatures const tensor(samples, 1);
  MatrixFeatures const matrix(linalg::TallMatrix(
      comm, kRows, kDim, linalg::RowStorage::stored, [](mpi::Range rows, std::span<double> out) {
        random::fill_normals(stream_of("x"), {rows.begin, rows.end, 0, kDim}, random::Layout::row_major, out,
                             kDim);
      }));
  auto const a = normals("a", kDim);
  auto const w = normals("w", kRows);
  auto const h = tensor.times(column_of(a));
  auto const g = matrix.times(column_of(a));
  for (std::int64_t row = 0; row < kRows; ++row) EXPECT_NEAR(h(row, 0), g(row, 0), 1e-13);
  std::vector<double> one(a.size());
  std::vector<double> two(a.size());
  tensor.weighted_gram_times(w, a, one);
  matrix.weighted_gram_times(w, a, two);
  for (std::size_t k = 0; k < a.size(); ++k) EXPECT_NEAR(one[k], two[k], 1e-11);
  tensor.transposed_times(w, one);
  matrix.transposed_times(w, two);
  for (std::size_t k = 0; k < a.size(); ++k) EXPECT_NEAR(one[k], two[k], 1e-12);
  EXPECT_NEAR(tensor.squared_norms()[77], matrix.squared_norms()[77], 1e-12);
  auto const dense = dense_weighted_gram(matrix, w);
  auto const same = dense_weighted_gram(tensor, w);
  for (std::int64_t j = 0; j < kDim; ++j)
    for (std::int64_t i = j; i < kDim; ++i) EXPECT_NEAR(dense(i, j), same(i, j), 1e-11);
}

}  // namespace
}  // namespace thresher::hierarchical_features
