#include "experiments/linear_generative/data/data.hpp"

#include "experiments/linear_generative/estimators/convolution.hpp"
#include "experiments/linear_generative/model/field_power.hpp"
#include "linalg/column_products.hpp"
#include "linalg/fft2.hpp"
#include "trial.hpp"

#include <gtest/gtest.h>

namespace thresher::linear_generative {
namespace {

class DataTest : public testing::Test {
 protected:
  DataTest() { team_.begin_trial({"data\n", 0}); }
  /// Rows of set 0, one after the other.
  std::vector<double> rows(Parameters const& point, mpi::Range range, int set = 0) {
    DataSets const sets(std::span(&point, 1), team_);
    std::vector<double> values(static_cast<std::size_t>(range.size() * point.dim));
    sets.generator(set)(range, values);
    return values;
  }
  mpi::Communicator comm_ = mpi::Communicator::self();
  study::Team team_{comm_};
};

std::vector<Parameters> every_kind_of_data() {
  std::vector<Parameters> points;
  for (auto const entry : {Entry::gaussian, Entry::rademacher, Entry::uniform}) {
    auto canonical = spiked(30, 2, 3);
    canonical.entry = entry;
    canonical.rank = 2;
    auto random = canonical;
    random.latent_basis = LatentBasis::random;
    auto powerlaw = canonical;
    powerlaw.spectrum = Spectrum::powerlaw;
    auto image = field(25, 10, 2, Model::conv);
    image.entry = entry;
    points.insert(points.end(), {canonical, random, powerlaw, image});
  }
  return points;
}

TEST_F(DataTest, ARowDoesNotKnowThoseMadeWithIt) {
  for (auto const& point : every_kind_of_data()) {
    auto const all = rows(point, {0, 9});
    for (mpi::Range const range : {mpi::Range{0, 1}, mpi::Range{3, 8}, mpi::Range{8, 9}}) {
      auto const some = rows(point, range);
      EXPECT_TRUE(std::equal(some.begin(), some.end(), all.begin() + range.begin * point.dim));
    }
  }
}

TEST_F(DataTest, TheTwoSetsAreDisjointDraws) {
  auto const point = spiked(30, 1, 0);
  EXPECT_NE(rows(point, {0, 1}, 0), rows(point, {0, 1}, 1));
}

TEST_F(DataTest, VariancesAreThoseOfThePopulation) {
  constexpr std::int64_t kRows = 20'000;
  for (auto const& point : every_kind_of_data()) {
    if (point.spectrum == Spectrum::field) continue;
    auto const values = rows(point, {0, kRows});
    DataSets const sets(std::span(&point, 1), team_);
    auto const& population = sets.population();
    double trace = 0;
    for (double const value : values) trace += value * value / kRows;
    EXPECT_NEAR(trace / population.trace, 1, 0.02);
    for (std::int64_t k = 0; k < point.rank; ++k) {
      double variance = 0;
      for (std::size_t at = 0; at < values.size(); at += static_cast<std::size_t>(point.dim)) {
        double const score =
            linalg::inner_product(population.directions.column(k),
                                  std::span(values).subspan(at, static_cast<std::size_t>(point.dim)));
        variance += score * score / kRows;
      }
      EXPECT_NEAR(variance / population.direction_variances[static_cast<std::size_t>(k)], 1, 0.06);
    }
  }
}

TEST_F(DataTest, EntriesHaveTheirLaw) {
  auto point = spiked(30, 1, 0);
  point.rank = 0;
  point.entry = Entry::rademacher;
  for (double const value : rows(point, {0, 10})) EXPECT_EQ(std::abs(value), 1);
  point.entry = Entry::uniform;
  for (double const value : rows(point, {0, 100})) EXPECT_LT(std::abs(value), std::sqrt(3.0));
}

TEST_F(DataTest, RandomDirectionsAreOrthonormal) {
  auto point = spiked(40, 1, 2);
  point.rank = 3;
  point.latent_basis = LatentBasis::random;
  DataSets const sets(std::span(&point, 1), team_);
  auto const& directions = sets.population().directions;
  for (std::int64_t j = 0; j < 3; ++j)
    for (std::int64_t k = 0; k < 3; ++k)
      EXPECT_NEAR(linalg::inner_product(directions.column(j), directions.column(k)), j == k ? 1 : 0, 1e-14);
}

TEST_F(DataTest, RootOfThePopulationIsARoot) {
  for (auto const& point : every_kind_of_data()) {
    if (point.spectrum == Spectrum::field) continue;
    DataSets const sets(std::span(&point, 1), team_);
    auto const& population = sets.population();
    linalg::DenseMatrix root(point.dim, point.dim);
    for (std::int64_t j = 0; j < point.dim; ++j) root(j, j) = 1;
    population.apply_root(root.view());
    double trace = 0;
    for (double const value : root.values()) trace += value * value;
    EXPECT_NEAR(trace, population.trace, 1e-12 * trace);
    auto image = population.directions;
    population.apply_root(image.view());
    for (std::int64_t k = 0; k < point.rank; ++k)
      EXPECT_NEAR(linalg::inner_product(image.column(k), image.column(k)),
                  population.direction_variances[static_cast<std::size_t>(k)], 1e-12 * trace);
  }
}

TEST_F(DataTest, FieldsHaveTheirPower) {
  constexpr std::int64_t kRows = 4000;
  auto const point = field(36, kRows, 0, Model::conv);
  auto const power = power_spectra(point, DataSets(std::span(&point, 1), team_), team_);
  auto const expected = field_power(6, 1);
  linalg::Fft2 const transform(6);
  for (std::int64_t k = 0; k < transform.half_size(); ++k)
    EXPECT_NEAR(
        power[0][static_cast<std::size_t>(k)] / expected[static_cast<std::size_t>(transform.torus_index(k))],
        1, 0.12);
}

TEST_F(DataTest, TheLatentImageAddsItsVariance) {
  constexpr std::int64_t kRows = 4000;
  auto const point = field(36, kRows, 40, Model::conv);
  DataSets const sets(std::span(&point, 1), team_);
  auto const values = rows(point, {0, kRows});
  auto const& population = sets.population();
  double variance = 0;
  for (std::size_t at = 0; at < values.size(); at += 36)
    variance +=
        std::pow(linalg::inner_product(population.latent_image, std::span(values).subspan(at, 36)), 2) /
        kRows;
  EXPECT_NEAR(variance / population.direction_variances[0], 1, 0.1);
}

TEST_F(DataTest, ASpikeWithoutRankStaysInTheData) {
  auto with = field(36, 4, 40, Model::conv);
  auto without = with;
  without.rank = 0;
  EXPECT_EQ(rows(with, {0, 4}), rows(without, {0, 4}));
}

TEST_F(DataTest, SeedNoiseIsAPrefixOfMoreSeeds) {
  linalg::RowLayout const layout(comm_, 30);
  auto const few = seed_noise(layout, team_, 3);
  auto const many = seed_noise(layout, team_, 5);
  for (std::int64_t i = 0; i < 3; ++i) EXPECT_TRUE(std::ranges::equal(few.column(i), many.column(i)));
}

TEST_F(DataTest, SetsShareTheMemoryOfARank) {
  auto point = spiked(100, 10, 1);  // 0.8 MB a set
  point.method = Method::krylov;
  auto const storage_with = [&](std::uint64_t budget) {
    study::Team team(comm_, budget);
    team.begin_trial({"data\n", 0});
    DataSets const sets(std::span(&point, 1), team);
    return sets.set(0, point).storage();
  };
  EXPECT_EQ(storage_with(std::uint64_t{1} << 30), linalg::RowStorage::stored);
  EXPECT_EQ(storage_with(1'500'000), linalg::RowStorage::implicit);
}

}  // namespace
}  // namespace thresher::linear_generative
