#include "../own_input.hpp"
#include "../stacks.hpp"
#include "../trial.hpp"
#include "experiments/federated_lora/data/adapter_data.hpp"
#include "experiments/federated_lora/estimators/adapter_solutions.hpp"
#include "experiments/federated_lora/model/sizes.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <vector>

namespace thresher::federated_lora {
namespace {

using namespace testing;

std::vector<Parameters> points() {
  std::vector<Parameters> all{small(), small(), small(), small(), small()};
  all[1].module = Module::linreg;
  all[1].n_local = 30;
  all[1].contamination_kind = ContaminationKind::shift;
  all[2].compress_rank = 6;
  all[2].heterogeneity = 0.4;
  all[2].score = Score::block;
  all[3].clients = 3;  // fewer than ranks, on 4
  all[3].rank = 1;
  all[3].contamination = 0;
  all[3].local_rank = 4;
  all.push_back(small());
  all[5].centering = Centering::none;  // on left factors
  all[5].common_norm = 0;
  all[5].local_rank = 4;
  for (auto const centering : {Centering::none, Centering::common}) {  // stored as factors
    all.push_back(small());
    all.back().d1 = 48;
    all.back().d2 = 36;
    all.back().clients = 10;
    all.back().local_rank = 4;
    all.back().centering = centering;
    all.back().common_norm = centering == Centering::none ? 0 : 1;
  }
  all[4].d1 = 300;  // by products
  all[4].contamination_kind = ContaminationKind::independent;
  all[4].huber_tau = 0.1;
  return all;
}

void expect_same(Metrics const& a, Metrics const& b) {
  for (auto const member :
       {&Metrics::mse_local, &Metrics::mse_fedavg, &Metrics::mse_geomedian, &Metrics::mse_svd,
        &Metrics::mse_spherical, &Metrics::mse_oracle_set, &Metrics::mse_oracle, &Metrics::mse_clair_convex,
        &Metrics::mse_clair, &Metrics::mse_clair_adaptive, &Metrics::lambda_used,
        &Metrics::lambda_enter_benign, &Metrics::lambda_exact_benign, &Metrics::objective,
        &Metrics::score_benign})
    EXPECT_NEAR(a.*member, b.*member, 1e-7 * std::abs(b.*member));
  for (auto const member :
       {&Metrics::mse_local, &Metrics::mse_fedavg, &Metrics::mse_oracle, &Metrics::mse_oracle_set})
    EXPECT_NEAR(a.*member, b.*member, 1e-10 * std::abs(b.*member));
  EXPECT_EQ(a.fpr, b.fpr);
  EXPECT_EQ(std::isnan(a.tpr), std::isnan(b.tpr));
  EXPECT_EQ(a.set_recovered, b.set_recovered);
  EXPECT_EQ(a.convex_rank, b.convex_rank);
}

TEST(Teams, GiveWhatOneRankGives) {
  auto const world = mpi::Communicator::duplicate(MPI_COMM_WORLD);
  auto const self = mpi::Communicator::self();
  study::Team team(world), one(self);
  for (auto const& point : points()) {
    auto const together = run_trial(point, team);
    auto const alone = run_trial(point, one);
    expect_same(together.metrics, alone.metrics);
    EXPECT_LT(together.metrics.duality_gap, 1e-6);
  }
}

TEST(Teams, DrawTheSameBits) {
  auto const world = mpi::Communicator::duplicate(MPI_COMM_WORLD);
  auto const self = mpi::Communicator::self();
  study::Team team(world), one(self);
  team.begin_trial({"test\n", 3});
  one.begin_trial({"test\n", 3});
  for (auto const& point : points()) {
    ClientData const together(point, Transformer{}, team), alone(point, Transformer{}, one);
    auto const& whole = alone.estimates();
    for (auto const& piece : together.estimates().pieces()) {
      DenseMatrix made, made_alone;
      auto const own = together.estimates().get(piece, made);
      auto const expected = whole.get(whole.pieces()[static_cast<std::size_t>(piece.client)], made_alone)
                                .block(0, piece.columns.begin, own.rows, own.columns);
      for (std::int64_t j = 0; j < own.columns; ++j)
        for (std::int64_t i = 0; i < own.rows; ++i) ASSERT_EQ(own(i, j), expected(i, j));
    }
  }
}

TEST(Teams, TrainTheSameClients) {
  auto const world = mpi::Communicator::duplicate(MPI_COMM_WORLD);
  auto const self = mpi::Communicator::self();
  study::Team team(world), one(self);
  Parameters point;
  point.module = Module::copy;
  point.vocab = 12;
  point.d_model = 16;
  point.copy_length = 4;
  point.pretrain_steps = 60;
  point.train_steps = 20;
  point.n_local = 10;
  point.test_sequences = 10;
  point.rank = 2;
  point.contamination_rank = 2;
  point.common_tokens = 2;
  for (auto const clients : {8, 3}) {
    point.clients = clients;
    auto const together = run_trial(point, team).metrics;
    auto const alone = run_trial(point, one).metrics;
    for (auto const member :
         {&Metrics::copy_accuracy_local, &Metrics::copy_accuracy_fedavg, &Metrics::copy_accuracy_clair,
          &Metrics::copy_loss_local, &Metrics::copy_loss_clair})
      EXPECT_NEAR(together.*member, alone.*member, 1e-7);
    EXPECT_EQ(together.copy_loss_local, alone.copy_loss_local);
    EXPECT_EQ(together.fpr, alone.fpr);
  }
  // Cut after some clients, and continued.
  point.clients = 8;
  point = with_shapes(point);
  team.begin_trial({"test\n", 0});
  PretrainedNetwork const base(point, team);
  ClientData const whole(point, base.network(), team);
  trials::MemoryServices services;
  services.stop_after(1);
  team.set_services(&services);
  EXPECT_THROW(ClientData(point, base.network(), team), study::Interrupted);
  services.stop_at = -1;
  ClientData const continued(point, base.network(), team);
  auto const a = whole.estimates().own(), b = continued.estimates().own();
  for (std::int64_t k = 0; k < a.rows * a.columns; ++k) ASSERT_EQ(a.data[k], b.data[k]);
}

void expect_same_bits(Solution const& continued, Solution const& whole) {
  EXPECT_EQ(continued.convex().iterations, whole.convex().iterations);
  EXPECT_EQ(continued.convex().objective, whole.convex().objective);
  EXPECT_EQ(continued.convex().duality_gap, whole.convex().duality_gap);
  EXPECT_EQ(continued.convex().block_norms, whole.convex().block_norms);
  EXPECT_TRUE(std::ranges::equal(continued.convex().frame.values(), whole.convex().frame.values()));
  EXPECT_TRUE(std::ranges::equal(continued.convex().common.values(), whole.convex().common.values()));
}

/// Solves, solves again with a cut after so many iterations, goes on: same bits.
void cut_and_continue(Parameters const& point, AdapterData const& data, study::Team& team, int after) {
  team.set_services(nullptr);
  AdapterSolutions const whole(point, data, team);
  trials::MemoryServices services;
  services.stop_after(after);
  team.set_services(&services);
  EXPECT_THROW(AdapterSolutions(point, data, team), study::Interrupted);
  ASSERT_TRUE(services.kept.has_value());
  services.stop_at = -1;
  AdapterSolutions const continued(point, data, team);
  team.set_services(nullptr);
  for (std::size_t a = 0; a < whole.adapters().size(); ++a)
    expect_same_bits(*continued.adapters()[a], *whole.adapters()[a]);
}

TEST(Teams, ACutSolveGoesOnWithTheSameBits) {
  auto const world = mpi::Communicator::duplicate(MPI_COMM_WORLD);
  study::Team team(world);
  team.begin_trial({"test\n", 1});
  Transformer const none;
  for (auto const& point : points()) {  // by the Gram matrix and by products, whole, compressed, factored
    AdapterData const data(point, none, team);
    cut_and_continue(point, data, team, 5);
  }
}

/// How often the solves ask whether the run wants to end.
int chances_to_stop(Parameters const& point, AdapterData const& data, study::Team& team) {
  trials::MemoryServices services;
  team.set_services(&services);
  AdapterSolutions const whole(point, data, team);
  team.set_services(nullptr);
  return services.asked;
}

TEST(Teams, ASolveThatIsCutAtAnyIterationGoesOnWithTheSameBits) {
  auto const self = mpi::Communicator::self();
  study::Team one(self);
  one.begin_trial({"test\n", 1});
  AdapterData const data(small(), Transformer{}, one);
  int const chances = chances_to_stop(small(), data, one);
  ASSERT_GT(chances, 12);  // the penalty is balanced at the tenth
  for (int after = 0; after < chances; ++after) cut_and_continue(small(), data, one, after);
}

TEST(Teams, ASolveByProductsThatIsCutLateGoesOnWithTheSameBits) {
  auto const world = mpi::Communicator::duplicate(MPI_COMM_WORLD);
  study::Team team(world);
  team.begin_trial({"test\n", 1});
  auto const point = points()[4];  // every search starts with the subspace that the one before it left
  AdapterData const data(point, Transformer{}, team);
  int const chances = chances_to_stop(point, data, team);
  for (int const after : {chances / 2, chances - 1}) cut_and_continue(point, data, team, after);
}

// A solve whose certificate lags goes on with a smaller tolerance than the one it was asked for: a cut there
// must not fall back to that.
TEST(Teams, ASolveThatIsCutKeepsTheToleranceItRunsWith) {
  auto const world = mpi::Communicator::duplicate(MPI_COMM_WORLD);
  auto const stack = stack_of(world, noisy_blocks(10, 3, 0.3, 7));
  ClairSettings asked, tighter;
  asked.price.lambda = tighter.price.lambda = 0.7;
  tighter.tolerance = 1e-8;
  auto const usual = solve_clair(stack, asked), whole = solve_clair(stack, tighter);
  ASSERT_GT(whole.iterations, usual.iterations + 2);
  std::vector<std::byte> left;
  std::int64_t asks = 0;
  auto const cut = [&](auto const& make_state) {
    if (++asks < usual.iterations + 1) return;
    left = make_state();
    throw study::Interrupted();
  };
  EXPECT_THROW(solve_clair(stack, tighter, std::nullopt, cut), study::Interrupted);
  auto const continued = solve_clair(stack, asked, std::span<std::byte const>(left));
  EXPECT_EQ(continued.iterations, whole.iterations);
  EXPECT_EQ(continued.objective, whole.objective);
  EXPECT_EQ(continued.block_norms, whole.block_norms);
}

TEST(Teams, SolveTheUsersAdaptersInTurnAndGoOnWhereTheyWereCut) {
  auto const world = mpi::Communicator::duplicate(MPI_COMM_WORLD);
  auto const self = mpi::Communicator::self();
  study::Team team(world), one(self);
  auto const input = two_adapters();
  auto const about = examine_estimates(input);
  auto const point = own_point(about);
  Transformer const none;
  for (auto* const each : {&team, &one}) each->set_input(&input);
  auto const together = run_trial(point, team).metrics;
  auto const alone = run_trial(point, one).metrics;
  EXPECT_EQ(together.set_recovered, 1);
  EXPECT_NEAR(together.objective, alone.objective, 1e-7 * alone.objective);
  EXPECT_NEAR(together.score_gap, alone.score_gap, 1e-6 * alone.score_gap);

  team.begin_trial({"test\n", 1});
  AdapterData const data(point, none, team);
  AdapterSolutions const whole(point, data, team);
  auto const first = static_cast<int>(whole.adapters().front()->convex().iterations);
  for (int const after : {3, first + 5}) cut_and_continue(point, data, team, after);
}

}  // namespace
}  // namespace thresher::federated_lora
