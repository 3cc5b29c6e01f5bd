#include "linalg/extreme_eigenpairs.hpp"

#include "linalg/dense_extremes.hpp"
#include "linalg/weighted_gram_operator.hpp"
#include "sample_matrix.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <numeric>

namespace thresher::linalg {
namespace {

/// diag(values) in the basis that a reflection makes of the unit vectors: its eigenvectors are known.
class ReflectedDiagonal : public PanelOperator {
 public:
  ReflectedDiagonal(mpi::Communicator const& comm, std::vector<double> values)
      : layout_(comm, static_cast<std::int64_t>(values.size())), values_(std::move(values)) {
    normal_ = normal_panel({0, layout_.rows()}, 1, "normal");
    double const norm = std::sqrt(inner(normal_.column(0), normal_.column(0)));
    for (double& entry : normal_.values()) entry /= norm;
  }
  RowLayout const& layout() const override { return layout_; }
  void apply(ConstMatrixView own_in, MatrixView own_out) const override {
    for (std::int64_t j = 0; j < own_in.columns; ++j) {
      auto vector = reflected(own_in.column(j));
      for (std::size_t i = 0; i < vector.size(); ++i) vector[i] *= values_[i];
      std::ranges::copy(reflected(vector), own_out.column(j).begin());
    }
  }
  std::vector<double> reflected(std::span<double const> in) const {
    double const along = inner(normal_.column(0), in);
    std::vector<double> out(in.begin(), in.end());
    for (std::size_t i = 0; i < out.size(); ++i) out[i] -= 2 * along * normal_.values()[i];
    return out;
  }

 private:
  static double inner(std::span<double const> a, std::span<double const> b) {
    return std::inner_product(a.begin(), a.end(), b.begin(), 0.0);
  }
  RowLayout layout_;
  std::vector<double> values_;
  DenseMatrix normal_;
};

constexpr std::int64_t kDim = 200;

std::vector<double> bulk_with_outliers(std::vector<double> const& outliers) {
  std::vector<double> values(kDim);
  for (std::size_t i = 0; i < values.size(); ++i)
    values[i] = -1 + 2 * (static_cast<double>(i) + 0.5) / static_cast<double>(kDim);
  std::ranges::copy(outliers, values.begin() + 40);
  return values;
}

class ExtremeEigenpairsTest : public testing::Test {
 protected:
  DenseMatrix start(std::int64_t columns = 1, std::string_view name = "start") const {
    return normal_panel({0, kDim}, columns, name);
  }
  void expect_pairs(PanelOperator const& op, ExtremeEigenpairs const& pairs, double tolerance) const {
    DenseMatrix image(kDim, pairs.own_vectors.columns());
    op.apply(pairs.own_vectors.view(), image.view());
    for (std::int64_t k = 0; k < image.columns(); ++k) {
      double square = 0;
      for (std::int64_t i = 0; i < kDim; ++i)
        square +=
            std::pow(image(i, k) - pairs.values[static_cast<std::size_t>(k)] * pairs.own_vectors(i, k), 2);
      EXPECT_NEAR(std::sqrt(square), pairs.residuals[static_cast<std::size_t>(k)], tolerance) << k;
    }
  }
  mpi::Communicator comm_ = mpi::Communicator::self();
};

TEST_F(ExtremeEigenpairsTest, BothEndsByMagnitudeOrOneOfThem) {
  ReflectedDiagonal const op(comm_, bulk_with_outliers({3, -4, 1.5}));
  auto const from = start();
  auto const both = extreme_eigenpairs(op, from.column(0), {.count = 3, .tolerance = 1e-9});
  ASSERT_EQ(both.values.size(), 3u);
  EXPECT_NEAR(both.values[0], -4, 1e-9);
  EXPECT_NEAR(both.values[1], 3, 1e-9);
  EXPECT_NEAR(both.values[2], 1.5, 1e-9);
  EXPECT_EQ(both.converged(3, 1e-9), 3);
  EXPECT_NEAR(both.highest, 3, 1e-9);
  EXPECT_NEAR(both.lowest, -4, 1e-9);
  expect_pairs(op, both, 1e-9);
  std::vector<double> unit(kDim);
  unit[41] = 1;
  auto const exact = op.reflected(unit);
  EXPECT_NEAR(
      std::abs(std::inner_product(exact.begin(), exact.end(), both.own_vectors.column(0).begin(), 0.0)), 1,
      1e-12);

  auto const largest =
      extreme_eigenpairs(op, from.column(0), {.count = 2, .extreme = Extreme::largest, .tolerance = 1e-9});
  EXPECT_NEAR(largest.values[0], 3, 1e-9);
  EXPECT_NEAR(largest.values[1], 1.5, 1e-9);
  EXPECT_NEAR(largest.lowest, -4, 1e-3);
  auto const smallest =
      extreme_eigenpairs(op, from.column(0), {.count = 1, .extreme = Extreme::smallest, .tolerance = 1e-9});
  EXPECT_NEAR(smallest.values[0], -4, 1e-9);
}

TEST_F(ExtremeEigenpairsTest, EndsComeFromOneKrylovSpace) {
  auto const from = start();
  // Outliers on both sides, on one side, on none: the ends of the bulk are -0.995 and 0.995.
  for (auto const& outliers : {std::vector<double>{3, -4, 1.5}, {9}, {-2, -3}, {}}) {
    auto values = bulk_with_outliers(outliers);
    ReflectedDiagonal const op(comm_, values);
    std::ranges::sort(values);
    auto const ends = spectrum_ends(op, from.column(0), {.count = 2, .tolerance = 1e-9});
    ASSERT_EQ(ends.largest.values.size(), 2u);
    ASSERT_EQ(ends.smallest.values.size(), 2u);
    for (std::size_t k = 0; k < 2; ++k) {
      EXPECT_NEAR(ends.largest.values[k], values[values.size() - 1 - k], 1e-8);
      EXPECT_NEAR(ends.smallest.values[k], values[k], 1e-8);
    }
    expect_pairs(op, ends.largest, 1e-7);
    expect_pairs(op, ends.smallest, 1e-7);
    std::int64_t apart = 0;
    for (auto const extreme : {Extreme::largest, Extreme::smallest})
      apart += extreme_eigenpairs(op, from.column(0), {.count = 2, .extreme = extreme, .tolerance = 1e-9})
                   .products;
    EXPECT_LT(ends.largest.products, apart);
    EXPECT_EQ(ends.smallest.products, ends.largest.products);
  }
}

TEST_F(ExtremeEigenpairsTest, ValuesInsideABulkComeBeforeTheirVectors) {
  ReflectedDiagonal const op(comm_, bulk_with_outliers({1.4, -1.3}));  // then 0.995, 0.985 and so on
  auto const from = start();
  ExtremeOptions options{.count = 2, .extreme = Extreme::largest, .basis_size = 30, .tolerance = 1e-9};
  auto const pairs = extreme_eigenpairs(op, from.column(0), options);
  auto const both = spectrum_ends(op, from.column(0), options);
  options.vectors = 1;
  auto const values = extreme_eigenpairs(op, from.column(0), options);
  auto const ends = spectrum_ends(op, from.column(0), options);
  EXPECT_LT(values.products, pairs.products);
  EXPECT_LT(ends.largest.products, both.largest.products);
  for (auto const* found : {&values, &ends.largest, &ends.smallest}) {
    ASSERT_EQ(found->values.size(), 2U);
    double const sign = found == &ends.smallest ? -1 : 1;
    EXPECT_NEAR(found->values[0], found == &ends.smallest ? -1.3 : 1.4, 1e-12);
    EXPECT_NEAR(found->values[1], sign * 0.995, 1.4e-9);
    EXPECT_LT(found->residuals[0], 1.4e-9);
    EXPECT_GT(found->residuals[1], 1.4e-9);  // that vector has not converged
    expect_pairs(op, *found, 1e-8);
  }
}

TEST_F(ExtremeEigenpairsTest, TheEndWithTheWiderGapNeedsNoOtherEnd) {
  auto const from = start();
  // Gaps of 0.4 and 0.1, of 0.4 and an edge, the other way round; the edges alone; two that are all but
  // equal.
  for (auto const& outliers :
       {std::vector<double>{1.4, 1.0, -1.1}, {1.4}, {-1.4}, {}, {1.4 + 1e-5, 1.0, -1.4, -1.0}}) {
    auto values = bulk_with_outliers(outliers);
    ReflectedDiagonal const op(comm_, values);
    std::ranges::sort(values);
    auto const size = values.size();
    bool const left = values[1] - values[0] > values[size - 1] - values[size - 2];
    for (std::int64_t const vectors : {0, 1}) {
      ExtremeOptions const options{
          .count = 2, .basis_size = 40, .kept = 0.75, .tolerance = 1e-9, .vectors = vectors};
      auto const end = wider_gap_end(op, from.column(0), options);
      ASSERT_EQ(end.values.size(), 2U);
      // The edges of the bulk lie equally far from their neighbours.
      bool const found_left = outliers.empty() ? end.values[0] < 0 : left;
      for (std::size_t k = 0; k < 2; ++k)
        EXPECT_NEAR(end.values[k], found_left ? values[k] : values[size - 1 - k], 1e-8);
      EXPECT_LT(end.residuals[0], 2e-9);
      expect_pairs(op, end, 1e-8);
      auto const both = spectrum_ends(op, from.column(0), options);
      EXPECT_LE(end.products, both.largest.products);
      if (outliers.size() == 1 && vectors == 1) {
        EXPECT_LT(end.products, both.largest.products);
      }
    }
  }
}

TEST_F(ExtremeEigenpairsTest, TheCapHandsBackWhatThereIsWithItsResiduals) {
  ReflectedDiagonal const op(comm_, bulk_with_outliers({3, -4}));
  auto const from = start();
  for (std::int64_t const cap : {10, 25, 31, 60}) {
    auto const pairs =
        extreme_eigenpairs(op, from.column(0), {.count = 8, .tolerance = 1e-12, .max_products = cap});
    EXPECT_LE(pairs.products, cap);
    EXPECT_GT(pairs.products, cap / 2);
    ASSERT_EQ(pairs.values.size(), 8u) << cap;
    EXPECT_LT(pairs.converged(8, 1e-12), 8);
    expect_pairs(op, pairs, 1e-9);
    EXPECT_NEAR(pairs.values[0], -4, cap < 20 ? 0.2 : 1e-6);
    EXPECT_GT(pairs.residuals[7], 1e-6);
    for (std::size_t k = 1; k < 8; ++k) EXPECT_GE(std::abs(pairs.values[k - 1]), std::abs(pairs.values[k]));
  }
}

TEST_F(ExtremeEigenpairsTest, FewerPairsThanAskedForInASmallSpace) {
  ReflectedDiagonal const op(comm_, {5, 1, 0.5});
  auto const from = normal_panel({0, 3}, 1, "start");
  auto const pairs = extreme_eigenpairs(op, from.column(0), {.count = 3});
  ASSERT_EQ(pairs.values.size(), 3u);
  EXPECT_NEAR(pairs.values[2], 0.5, 1e-10);
}

TEST_F(ExtremeEigenpairsTest, ASecondStartFindsTheTwinOfAnEigenvalue) {
  ReflectedDiagonal const op(comm_, bulk_with_outliers({3, 3, 3, -2}));
  auto const starts = start(6);
  ExtremeOptions const options{.count = 2, .tolerance = 1e-6};
  // One start sees one of three equal eigenvalues, and says that all is well.
  auto const single = extreme_eigenpairs(op, starts.column(0), options);
  EXPECT_NEAR(single.values[1], -2, 1e-5);
  EXPECT_EQ(single.converged(2, 1e-6), 2);
  auto const all = completed_eigenpairs(op, starts.view(), options);
  ASSERT_EQ(all.values.size(), 2u);
  for (std::size_t k = 0; k < 2; ++k) EXPECT_NEAR(all.values[k], 3, 1e-5) << k;
  EXPECT_GT(all.products, single.products);
  expect_pairs(op, all, 1e-5);
  DenseMatrix gram(2, 2);
  gemm(Transpose::yes, Transpose::no, 1, all.own_vectors.view(), all.own_vectors.view(), 0, gram.view());
  for (std::int64_t i = 0; i < 2; ++i)
    for (std::int64_t j = 0; j < 2; ++j) EXPECT_NEAR(gram(i, j), i == j ? 1 : 0, 1e-6);
}

TEST_F(ExtremeEigenpairsTest, WeightedGramAgreesWithItsMatrix) {
  constexpr std::int64_t kRows = 333;
  constexpr std::int64_t kColumns = 41;
  for (auto const storage : {RowStorage::stored, RowStorage::implicit}) {
    TallMatrix const rows(comm_, kRows, kColumns, storage, normal_rows(kColumns));
    auto const weights = normal_panel({0, kRows}, 1, "weights");
    WeightedGramOperator const op(rows, weights.column(0), -0.7);
    DenseMatrix x(kColumns, kRows);
    normal_rows(kColumns)({0, kRows}, x.values());
    DenseMatrix weighted = x;
    for (std::int64_t i = 0; i < kRows; ++i)
      for (double& entry : weighted.column(i)) entry *= weights(i, 0);
    DenseMatrix dense(kColumns, kColumns);
    gemm(Transpose::no, Transpose::yes, 1, x.view(), weighted.view(), 0, dense.view());
    for (std::int64_t j = 0; j < kColumns; ++j) dense(j, j) -= 0.7;
    auto const in = normal_panel({0, kColumns}, 3, "in");
    DenseMatrix out(kColumns, 3);
    op.apply(in.view(), out.view());
    EXPECT_LT(relative_difference(out.values(), product(dense, in).values()), 1e-13);
  }
}

TEST_F(ExtremeEigenpairsTest, DenseExtremesAgreeWithTheWholeDecomposition) {
  for (std::int64_t const order : {1, 2, 37, 120}) {
    DenseMatrix matrix = normal_panel({0, order}, order, "symmetric");
    for (std::int64_t j = 0; j < order; ++j)
      for (std::int64_t i = 0; i < j; ++i) matrix(i, j) = matrix(j, i);
    auto const kept = matrix;
    for (std::int64_t const count : {std::int64_t{0}, std::min<std::int64_t>(order, 9), order}) {
      matrix = kept;
      auto const found = dense_extremes(matrix.view(), count);
      auto all = kept;
      std::vector<double> values(static_cast<std::size_t>(order));
      syevd(Eigenvectors::none, Triangle::lower, all.view(), values);
      for (std::size_t k = 0; k < values.size(); ++k) EXPECT_NEAR(found.spectrum[k], values[k], 1e-12 * 30);
      std::ranges::sort(values, [](double a, double b) { return std::abs(a) > std::abs(b); });
      ASSERT_EQ(found.values.size(), static_cast<std::size_t>(count));
      SCOPED_TRACE(testing::Message() << "order " << order << " count " << count);
      auto const image = product(kept, found.vectors);
      for (std::int64_t k = 0; k < count; ++k) {
        EXPECT_NEAR(found.values[static_cast<std::size_t>(k)], values[static_cast<std::size_t>(k)], 1e-11);
        for (std::int64_t i = 0; i < order; ++i)
          EXPECT_NEAR(image(i, k), found.values[static_cast<std::size_t>(k)] * found.vectors(i, k), 1e-10);
      }
      DenseMatrix gram(count, count);
      gemm(Transpose::yes, Transpose::no, 1, found.vectors.view(), found.vectors.view(), 0, gram.view());
      for (std::int64_t i = 0; i < count; ++i)
        for (std::int64_t j = 0; j < count; ++j) EXPECT_NEAR(gram(i, j), i == j ? 1 : 0, 1e-11);
    }
  }
}

}  // namespace
}  // namespace thresher::linalg
