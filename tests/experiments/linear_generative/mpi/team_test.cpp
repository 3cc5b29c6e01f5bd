#include "../trial.hpp"
#include "experiments/linear_generative/data/data.hpp"

#include <gtest/gtest.h>

namespace thresher::linear_generative {
namespace {

/// Trials on the whole world against the same trials on each rank alone.
class TeamTest : public testing::Test {
 protected:
  void expect_layout_does_not_matter(Parameters const& point, double tolerance = 1e-10,
                                     study::InputReader const* input = nullptr) {
    study::Team together(world_);
    study::Team alone(self_);
    together.set_input(input);
    alone.set_input(input);
    auto const team = run_trial(point, together);
    auto const single = run_trial(point, alone);
    EXPECT_EQ(team.outcome, single.outcome);
    expect_same(team.metrics, single.metrics, tolerance);
  }
  mpi::Communicator world_ = mpi::Communicator::duplicate(MPI_COMM_WORLD);
  mpi::Communicator self_ = mpi::Communicator::self();
};

TEST_F(TeamTest, DenseTrials) {
  for (double const gamma : {0.05, 0.5, 1.0, 3.0})
    for (double const ridge : {0.0, 0.3}) {
      auto point = spiked(61, gamma, 3);
      point.ridge = ridge;
      point.rank = 2;
      point.spike_ratio = 0.6;
      point.num_generated = 5;
      expect_layout_does_not_matter(point);
    }
}

TEST_F(TeamTest, KrylovTrials) {
  for (double const gamma : {0.05, 0.5, 3.0}) {
    auto point = spiked(61, gamma, 3);
    point.method = Method::krylov;
    point.storage = gamma > 1 ? Storage::implicit : Storage::stored;
    point.wasserstein = Choice::yes;
    point.krylov_tol = 1e-10;
    point.num_generated = 5;
    expect_layout_does_not_matter(point, 1e-8);
  }
}

TEST_F(TeamTest, MfnTrials) {
  auto point = spiked(90, 1.2, 3);
  point.method = Method::mfn;
  point.num_generated = 2;
  expect_layout_does_not_matter(point, 1e-8);
}

TEST_F(TeamTest, OtherSpectraAndModels) {
  auto random = spiked(61, 0.7, 3);
  random.latent_basis = LatentBasis::random;
  random.rank = 2;
  expect_layout_does_not_matter(random);
  random.spectrum = Spectrum::powerlaw;
  random.latent_basis = LatentBasis::canonical;
  random.entry = Entry::uniform;
  expect_layout_does_not_matter(random);
  random.model = Model::diffusion;
  expect_layout_does_not_matter(random);
  expect_layout_does_not_matter(field(49, 7, 30, Model::sqrt));
  auto conv = field(49, 7, 30, Model::conv);
  expect_layout_does_not_matter(conv);
  conv.kernel = 3;
  expect_layout_does_not_matter(conv);
}

TEST_F(TeamTest, NetworksAreTrainedOnOneRankEach) {
  auto point = field(36, 5, 0, Model::patch_net);
  point.kernel = 3;
  point.hidden = 6;
  point.train_steps = 120;
  point.noise_steps = 8;
  point.num_generated = 3;
  expect_layout_does_not_matter(point, 1e-12);
}

TEST_F(TeamTest, UserImages) {
  random::Stream const stream(random::hash_identity("user images"), "rows");
  std::vector<double> values(130 * 16);
  stream.normals({}, 0, values);
  for (std::size_t k = 0; k < values.size(); ++k) values[k] *= 1 + static_cast<double>(k % 16);
  auto const input = images_input({130, 16}, values);
  for (auto const center : {Center::none, Center::global, Center::split})
    for (auto const method : {Method::dense, Method::krylov}) {
      Parameters point{.dim = 16,
                       .samples = 30,
                       .spectrum = Spectrum::input,
                       .center = center,
                       .method = method,
                       .krylov_tol = 1e-10};
      expect_layout_does_not_matter(point, 1e-8, &input);
    }
}

TEST_F(TeamTest, DataAreTheSameBitForBit) {
  std::vector<Parameters> points{spiked(33, 2, 3), spiked(33, 2, 3), field(25, 40, 3, Model::sqrt)};
  points[1].latent_basis = LatentBasis::random;
  points[1].rank = 3;
  for (auto const& point : points) {
    study::Team together(world_);
    study::Team alone(self_);
    together.begin_trial({"bits\n", 3});
    alone.begin_trial({"bits\n", 3});
    DataSets const shared(std::span(&point, 1), together);
    DataSets const single(std::span(&point, 1), alone);
    for (int set = 0; set < kSets; ++set) {
      std::vector<double> mine;
      shared.set(set, point).visit([&](mpi::Range, linalg::ConstMatrixView block) {
        for (std::int64_t j = 0; j < block.columns; ++j)
          mine.insert(mine.end(), block.column(j).begin(), block.column(j).end());
      });
      auto const own = shared.set(set, point).owned();
      std::vector<double> expected(static_cast<std::size_t>(own.size() * point.dim));
      single.generator(set)(own, expected);
      EXPECT_EQ(mine, expected);
    }
    EXPECT_TRUE(
        std::ranges::equal(shared.population().directions.values(), single.population().directions.values()));
  }
}

TEST_F(TeamTest, AllRanksHoldTheMetrics) {
  study::Team team(world_);
  auto point = spiked(61, 0.5, 3);
  point.method = Method::krylov;
  auto const metrics = run_trial(point, team).metrics;
  for (auto const& [name, metric] : measured()) {
    if (std::isnan(metrics.*metric)) continue;
    EXPECT_EQ(metrics.*metric, mpi::broadcast_value(world_, metrics.*metric)) << name;
  }
}

TEST_F(TeamTest, AnInterruptedTeamContinues) {
  auto point = spiked(61, 1, 3);
  point.method = Method::krylov;
  study::Team plain(world_);
  auto const expected = run_trial(point, plain).metrics;
  MemoryServices services;
  study::Team team(world_);
  team.set_services(&services);
  services.stop_at = 20;
  EXPECT_THROW(run_trial(point, team), study::Interrupted);
  EXPECT_TRUE(services.kept);
  services.stop_at = -1;
  expect_same(run_trial(point, team).metrics, expected, 0);
}

}  // namespace
}  // namespace thresher::linear_generative
