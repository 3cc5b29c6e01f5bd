#include "experiments/linear_generative/data/user_images.hpp"

#include "trial.hpp"

#include <gtest/gtest.h>

namespace thresher::linear_generative {
namespace {

constexpr std::int64_t kDim = 16;

std::vector<double> images(std::int64_t rows, double scale = 1, double shift = 3) {
  random::Stream const stream(random::hash_identity("user images"), "rows");
  std::vector<double> values(static_cast<std::size_t>(rows * kDim));
  stream.normals({}, 0, values);
  for (std::size_t k = 0; k < values.size(); ++k)
    values[k] = scale * (values[k] * std::sqrt(1.0 + 20.0 / static_cast<double>(1 + k % kDim)) + shift);
  return values;
}

Parameters point_with(std::int64_t samples) {
  Parameters point{.dim = kDim, .samples = samples, .spectrum = Spectrum::input};
  return point;
}

class UserImagesTest : public testing::Test {
 protected:
  UserImagesTest() {
    team_.set_input(&input_);
    team_.set_services(&services_);
    team_.begin_trial({"input\n", 0});
  }
  std::vector<double> set(UserImages const& user, int number, std::int64_t rows) {
    std::vector<double> values(static_cast<std::size_t>(rows * kDim));
    user.generator(number)({0, rows}, values);
    return values;
  }
  trials::MemoryInput input_ = images_input({300, kDim}, images(300));
  mpi::Communicator comm_ = mpi::Communicator::self();
  MemoryServices services_;
  study::Team team_{comm_};
};

TEST_F(UserImagesTest, SetsAreDisjointRowsOfTheFile) {
  auto point = point_with(20);
  point.center = Center::none;
  UserImages const user(point, team_);
  EXPECT_EQ(user.reference_rows(), 260);
  auto const original = images(300);
  std::set<std::int64_t> seen;
  double scale = 0;
  for (int number = 0; number < kSets; ++number) {
    auto const values = set(user, number, 20);
    for (std::int64_t row = 0; row < 20; ++row) {
      // Without centring a row is a multiple of one row of the file, the same multiple for all.
      for (std::int64_t candidate = 0; candidate < 300; ++candidate) {
        double const ratio = values[static_cast<std::size_t>(row * kDim)] /
                             original[static_cast<std::size_t>(candidate * kDim)];
        bool same = true;
        for (std::int64_t j = 0; j < kDim && same; ++j)
          same = std::abs(values[static_cast<std::size_t>(row * kDim + j)] -
                          ratio * original[static_cast<std::size_t>(candidate * kDim + j)]) < 1e-12;
        if (!same) continue;
        EXPECT_TRUE(seen.insert(candidate).second) << "row " << candidate << " is used twice";
        if (scale == 0) scale = ratio;
        EXPECT_NEAR(ratio, scale, 1e-12);
      }
    }
  }
  EXPECT_EQ(seen.size(), 40u);
}

TEST_F(UserImagesTest, NearestExamplesAreRowsOfTheFile) {
  // A model of one example generates multiples of it, up to sign.
  services_.wanted = {"generated_samples", "nearest_example"};
  auto point = point_with(1);
  point.center = Center::none;
  run_trial(point, team_);
  auto const original = images(300);
  auto const& nearest = services_.artifacts.at("nearest_example");
  auto const& samples = services_.artifacts.at("generated_samples");
  ASSERT_EQ(nearest.extents, (std::vector<std::int64_t>{kSets, point.num_generated}));
  EXPECT_NE(nearest.values.front(), nearest.values.back());
  for (std::size_t set = 0; set < kSets; ++set)
    for (std::size_t i = 0; i < 16; ++i) {
      auto const row = static_cast<std::size_t>(nearest.values[set * 16 + i]);
      auto const sample = [&](std::size_t j) { return samples.values[(j * kSets + set) * 16 + i]; };
      for (std::size_t j = 1; j < kDim; ++j)
        EXPECT_NEAR(sample(j) / sample(0), original[row * kDim + j] / original[row * kDim], 1e-9);
    }
}

TEST_F(UserImagesTest, ReferenceHasTraceD) {
  for (auto const center : {Center::none, Center::global, Center::split}) {
    auto point = point_with(20);
    point.center = center;
    UserImages const user(point, team_);
    auto const reference = user.reference(team_);
    double trace = 0;
    for (double const value : reference.eigenvalues) trace += value;
    EXPECT_NEAR(trace, static_cast<double>(kDim), 1e-10);
    EXPECT_TRUE(std::ranges::is_sorted(reference.eigenvalues, std::greater<>()));
  }
}

TEST_F(UserImagesTest, SplitCentringRemovesEachMean) {
  auto point = point_with(30);
  point.center = Center::split;
  UserImages const user(point, team_);
  for (int number = 0; number < kSets; ++number) {
    auto const values = set(user, number, 30);
    for (std::int64_t j = 0; j < kDim; ++j) {
      double sum = 0;
      for (std::int64_t row = 0; row < 30; ++row) sum += values[static_cast<std::size_t>(row * kDim + j)];
      EXPECT_NEAR(sum, 0, 1e-11);
    }
  }
}

TEST_F(UserImagesTest, UnitsOfTheFileDoNotMatter) {
  auto const bytes = images_input({300, kDim}, images(300, 255));
  auto const plain = run_trial(point_with(40), team_).metrics;
  team_.set_input(&bytes);
  expect_same(run_trial(point_with(40), team_).metrics, plain, 1e-9);
}

TEST_F(UserImagesTest, ThreeDimensionsAreImages) {
  auto const cube = images_input({300, 4, 4}, images(300));
  auto const flat = run_trial(point_with(40), team_).metrics;
  team_.set_input(&cube);
  expect_same(run_trial(point_with(40), team_).metrics, flat, 0);
  auto conv = point_with(40);
  conv.model = Model::conv;
  conv.kernel = 3;
  auto const metrics = run_trial(conv, team_).metrics;
  EXPECT_FALSE(std::isnan(metrics.latent_recovery));
  EXPECT_TRUE(std::isnan(metrics.expected_convergence_trace));
}

TEST_F(UserImagesTest, TheoryIsThatOfTheReference) {
  std::vector<Metrics> trials;
  auto point = point_with(60);
  point.num_generated = 64;
  for (int trial = 0; trial < 20; ++trial) trials.push_back(run_trial(point, team_, trial).metrics);
  auto const found = estimate(trials, &Metrics::convergence_trace);
  EXPECT_NEAR(found.value, estimate(trials, &Metrics::expected_convergence_trace).value,
              4 * found.error + 0.03);
  for (auto const& metrics : trials) {
    EXPECT_NEAR(metrics.reference_ratio, 180.0 / kDim, 1e-12);
    EXPECT_GT(metrics.expected_samples_q90, metrics.expected_samples_q50);
    EXPECT_GT(metrics.expected_samples_recovery_top, 0);
    EXPECT_FALSE(std::isnan(metrics.expected_w2_bulk));
    EXPECT_FALSE(std::isnan(metrics.w2_bulk));
    EXPECT_FALSE(std::isnan(metrics.expected_kl_per_dim));
  }
}

TEST_F(UserImagesTest, DistancesAgreeAcrossMethods) {
  for (std::int64_t const samples : {10, 60}) {
    auto point = point_with(samples);
    point.ridge = 0.2;
    point.wasserstein = Choice::yes;
    point.num_generated = 512;
    point.method = Method::dense;
    auto const dense = run_trial(point, team_).metrics;
    point.method = Method::krylov;
    point.krylov_tol = 1e-8;
    auto const krylov = run_trial(point, team_).metrics;
    EXPECT_NEAR(krylov.w2_top, dense.w2_top, 1e-6);
    EXPECT_NEAR(krylov.w2_bulk, dense.w2_bulk, 0.1);
  }
}

TEST_F(UserImagesTest, WithoutReferenceThePopulationIsUnknown) {
  auto const metrics = run_trial(point_with(150), team_).metrics;
  EXPECT_TRUE(std::isnan(metrics.latent_recovery));
  EXPECT_TRUE(std::isnan(metrics.w2_top));
  EXPECT_TRUE(std::isnan(metrics.kl_per_dim));
  EXPECT_TRUE(std::isnan(metrics.expected_convergence_trace));
  EXPECT_FALSE(std::isnan(metrics.convergence));
  EXPECT_EQ(metrics.reference_ratio, 0);
  ASSERT_EQ(services_.warnings.size(), 1u);
  EXPECT_NE(services_.warnings[0].find("no reference"), std::string::npos);
}

TEST_F(UserImagesTest, FewReferenceRowsAreWarnedOf) {
  run_trial(point_with(140), team_);  // 20 rows for 16 dimensions
  ASSERT_EQ(services_.warnings.size(), 1u);
  EXPECT_NE(services_.warnings[0].find("broadened"), std::string::npos);
}

TEST_F(UserImagesTest, TheSameRowTwiceIsFullConvergence) {
  std::vector<double> twice = images(1);
  twice.insert(twice.end(), twice.begin(), twice.begin() + kDim);
  auto const input = images_input({2, kDim}, twice);
  team_.set_input(&input);
  auto point = point_with(1);
  point.center = Center::none;
  point.rank = 0;
  auto const metrics = run_trial(point, team_).metrics;
  EXPECT_NEAR(metrics.convergence, 1, 1e-12);
  EXPECT_NEAR(metrics.memorisation, 1, 1e-12);
  EXPECT_NEAR(metrics.memorisation_null, 1, 1e-12);
}

}  // namespace
}  // namespace thresher::linear_generative
