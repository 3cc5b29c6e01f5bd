#include "linalg/row_gram_product.hpp"

#include "linalg/weighted_gram_operator.hpp"
#include "sample_matrix.hpp"
#include "vector_paths.hpp"

#include <gtest/gtest.h>

#include <tuple>
#include <vector>

namespace thresher::linalg {
namespace {

class RowGramProductTest : public OnVectorPaths<> {
 protected:
  struct Sample {
    Sample(std::int64_t rows, std::int64_t columns) : x(columns, rows) {
      normal_rows(columns, "gram rows")({0, rows}, x.values());
      for (double const entry : x.values()) floats.push_back(static_cast<float>(entry));
      weights = normal_panel({0, rows}, 1, "weights");
      v = normal_panel({0, columns}, 1, "vector");
    }
    std::vector<double> image() const {
      std::vector<double> out(static_cast<std::size_t>(x.rows()), 0.5);
      add_row_gram_product(RowSpan<double>{x.values(), x.rows()}, weights.values(), v.values(), out);
      return out;
    }
    std::vector<double> float_image() const {
      std::vector<double> out(static_cast<std::size_t>(x.rows()), 0.5);
      add_row_gram_product(RowSpan<float>{floats, x.rows()}, weights.values(), v.values(), out);
      return out;
    }
    DenseMatrix x;  ///< a row per column
    std::vector<float> floats;
    DenseMatrix weights;
    DenseMatrix v;
  };
};

TEST_F(RowGramProductTest, IsTheProductOfBlas) {
  for (auto const& [rows, columns] : {std::tuple{1, 1}, {7, 5}, {8, 8}, {37, 19}, {300, 1003}}) {
    Sample const sample(rows, columns);
    std::vector<double> scores(static_cast<std::size_t>(rows)), image(static_cast<std::size_t>(columns), 0.5);
    gemv(Transpose::yes, 1, sample.x.view(), sample.v.values(), 0, scores);
    for (std::size_t k = 0; k < scores.size(); ++k) scores[k] *= sample.weights.values()[k];
    gemv(Transpose::no, 1, sample.x.view(), scores, 1, image);
    EXPECT_LT(relative_difference(sample.image(), image), 1e-14);
    EXPECT_LT(relative_difference(sample.float_image(), image), 1e-6);
  }
}

TEST_F(RowGramProductTest, FloatsLoseNoMoreThanTheRoundingOfTheRows) {
  Sample sample(4000, 203);
  auto const exact = sample.image(), from_floats = sample.float_image();
  for (double& entry : sample.x.values()) entry = static_cast<float>(entry);
  auto const of_rounded = sample.image();
  double const rounding = relative_difference(of_rounded, exact);
  EXPECT_LT(relative_difference(from_floats, of_rounded), 5 * rounding);
  EXPECT_LT(relative_difference(from_floats, of_rounded), 2e-7);
}

TEST_F(RowGramProductTest, FloatsLeaveNoRange) {
  Sample const sample(45, 77);
  auto const image = [&](double weight_scale, double scale) {
    auto weights = sample.weights;
    auto v = sample.v;
    for (double& weight : weights.values()) weight *= weight_scale;
    for (double& entry : v.values()) entry *= scale;
    std::vector<double> out(77);
    add_row_gram_product(RowSpan<float>{sample.floats, 77}, weights.values(), v.values(), out);
    return out;
  };
  auto expected = image(1, 1);
  for (double& entry : expected) entry *= 0x1p-700;
  EXPECT_EQ(image(0x1p-400, 0x1p-300), expected);
  EXPECT_EQ(image(0, 1), std::vector<double>(77));
}

TEST_F(RowGramProductTest, BitsDependNeitherOnTheProcessorNorOnTheCuts) {
  Sample const sample(61, 203);
  auto const whole = sample.image();
  std::vector<double> cut(203, 0.5);
  for (auto const& [begin, end] : {std::pair{0, 3}, {3, 20}, {20, 61}})
    add_row_gram_product(
        RowSpan<double>{sample.x.values().subspan(static_cast<std::size_t>(begin * 203),
                                                  static_cast<std::size_t>((end - begin) * 203)),
                        203},
        sample.weights.values().subspan(static_cast<std::size_t>(begin),
                                        static_cast<std::size_t>(end - begin)),
        sample.v.values(), cut);
  EXPECT_EQ(cut, whole);
  auto const floats = sample.float_image();
  std::vector<double> cut_floats(203, 0.5);
  for (auto const& [begin, end] : {std::pair{0, 8}, {8, 40}, {40, 61}})
    add_row_gram_product(RowSpan<float>{std::span(sample.floats)
                                            .subspan(static_cast<std::size_t>(begin * 203),
                                                     static_cast<std::size_t>((end - begin) * 203)),
                                        203},
                         sample.weights.values().subspan(static_cast<std::size_t>(begin),
                                                         static_cast<std::size_t>(end - begin)),
                         sample.v.values(), cut_floats);
  EXPECT_EQ(cut_floats, floats);
  if (best_ != random::VectorPath::avx512) GTEST_SKIP() << "this processor has one path only";
  random::set_vector_path(random::VectorPath::avx2);
  EXPECT_EQ(sample.image(), whole);
  EXPECT_EQ(sample.float_image(), floats);
}

TEST_F(RowGramProductTest, TheOperatorTakesAVectorFromAnyStorage) {
  constexpr std::int64_t kColumns = 90;
  auto const comm = mpi::Communicator::self();
  auto const weights = normal_panel({0, 700}, 1, "weights");
  auto const in = normal_panel({0, kColumns}, 3, "in");
  for (auto const storage : {RowStorage::stored, RowStorage::stored32, RowStorage::implicit}) {
    TallMatrix const rows(comm, 700, kColumns, storage, normal_rows(kColumns));
    WeightedGramOperator const op(rows, weights.column(0), 0.3);
    DenseMatrix panel(kColumns, 3), alone(kColumns, 1);
    op.apply(in.view(), panel.view());
    op.apply(in.columns_from(1, 1), alone.view());
    // A panel is made of doubles, whatever the rows are.
    double const tolerance = storage == RowStorage::stored32 ? 3e-7 : 1e-13;
    EXPECT_LT(relative_difference(alone.column(0), panel.column(1)), tolerance);
  }
}

TEST_F(RowGramProductTest, FloatsHaveTheSameBitsStoredOrMadeAnew) {
  constexpr std::int64_t kRows = 700, kColumns = 1100;  // blocks of 238 rows
  auto const comm = mpi::Communicator::self();
  auto const weights = normal_panel({0, kRows}, 1, "weights");
  auto const in = normal_panel({0, kColumns}, 1, "in");
  TallMatrix const stored(comm, kRows, kColumns, RowStorage::stored32, normal_rows(kColumns));
  TallMatrix const implicit(comm, kRows, kColumns, RowStorage::implicit, normal_rows(kColumns));
  DenseMatrix a(kColumns, 1), b(kColumns, 1);
  WeightedGramOperator(stored, weights.column(0), 0).apply(in.view(), a.view());
  WeightedGramOperator(implicit, weights.column(0), 0, WeightedGramOperator::Entries::floats)
      .apply(in.view(), b.view());
  EXPECT_TRUE(std::ranges::equal(a.values(), b.values()));
}

}  // namespace
}  // namespace thresher::linalg
