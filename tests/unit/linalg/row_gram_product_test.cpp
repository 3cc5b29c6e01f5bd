#include "linalg/row_gram_product.hpp"

#include "linalg/weighted_gram_operator.hpp"
#include "sample_matrix.hpp"

#include <gtest/gtest.h>

#include <tuple>
#include <vector>

namespace thresher::linalg {
namespace {

class RowGramProductTest : public testing::Test {
 protected:
  void TearDown() override { random::set_vector_path(best_); }

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

  random::VectorPath best_ = random::vector_path();
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

TEST_F(RowGramProductTest, FloatsAreMultipliedAsDoubles) {
  Sample sample(45, 77);
  auto const from_floats = sample.float_image();
  for (double& entry : sample.x.values()) entry = static_cast<float>(entry);
  EXPECT_EQ(sample.image(), from_floats);
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
  if (best_ != random::VectorPath::avx512) GTEST_SKIP() << "this processor has one path only";
  auto const floats = sample.float_image();
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
    EXPECT_LT(relative_difference(alone.column(0), panel.column(1)), 1e-13);
  }
}

}  // namespace
}  // namespace thresher::linalg
