#include "experiments/federated_lora/data/copy/copy_clients.hpp"
#include "experiments/federated_lora/data/copy/pretraining.hpp"
#include "experiments/federated_lora/model/sizes.hpp"
#include "stacks.hpp"
#include "trial.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <memory>
#include <set>
#include <vector>

namespace thresher::federated_lora {
namespace {

using namespace testing;

Parameters tiny() {
  Parameters point;
  point.module = Module::copy;
  point.clients = 8;
  point.contamination = 0.25;
  point.vocab = 12;
  point.d_model = 16;
  point.copy_length = 4;
  point.pretrain_steps = 150;
  point.train_steps = 40;
  point.n_local = 20;
  point.test_sequences = 20;
  point.rank = 2;
  point.contamination_rank = 2;
  point.contamination_scale = 3;
  point.common_tokens = 2;
  return point;
}

Transformer random_network() {
  std::mt19937_64 generator(3);
  return {gaussian(8, 6, generator), gaussian(6, 6, generator), gaussian(7, 6, generator),
          gaussian(6, 6, generator), gaussian(6, 6, generator)};
}

TEST(Transformer, GradientsAreThoseOfCentralDifferences) {
  auto network = random_network();
  for (double& entry : network.attention.values()) entry *= 0.3;
  Text const source{1, 4, 6, 0, 2, 2};
  Text const targets{3, 4, 6, 1, 0, 5};
  auto const slopes = gradients(network, source, targets);
  auto const check = [&](DenseMatrix& weights, DenseMatrix const& slope) {
    double largest = 0;
    for (double const value : slope.values()) largest = std::max(largest, std::abs(value));
    for (std::size_t k = 0; k < weights.values().size(); k += 5) {
      double const step = 1e-5, at = weights.values()[k];
      weights.values()[k] = at + step;
      double const above = gradients(network, source, targets).loss;
      weights.values()[k] = at - step;
      double const below = gradients(network, source, targets).loss;
      weights.values()[k] = at;
      EXPECT_NEAR((above - below) / (2 * step), slope.values()[k], 1e-5 * largest);
    }
  };
  check(network.attention, slopes.attention);
  check(network.value, slopes.value);
}

TEST(Transformer, EqualLogitsCostTheLogarithmOfTheVocabulary) {
  auto network = random_network();
  std::ranges::fill(network.readout.values(), 0.0);
  EXPECT_NEAR(gradients(network, Text{1, 4, 6}, Text{3, 4, 6}).loss, std::log(7.0), 1e-14);
}

TEST(Transformer, DoesNotLookAhead) {
  auto const network = random_network();
  auto const plain = attend(network, Text{1, 4, 6});
  auto const other =
      attend(network, Text{1, 4, 2});  // x_3 is seen in the source, and never as an earlier output
  for (std::int64_t j = 0; j < 6; ++j) {
    EXPECT_EQ(plain.outputs(2, j), other.outputs(2, j));
    EXPECT_EQ(plain.weights(0, 4), 0);
    EXPECT_EQ(plain.weights(1, 5), 0);
  }
}

TEST(CopyTask, RedirectsTheTokensOfItsKind) {
  auto const comm = mpi::Communicator::self();
  study::Team team(comm);
  team.begin_trial({"test\n", 0});
  auto point = tiny();
  auto const changed = [&](ContaminationKind kind, std::int64_t client, bool contaminated) {
    point.contamination_kind = kind;
    auto const targets = CopyTask(point, team).targets(client, contaminated);
    std::set<std::int32_t> tokens;
    for (std::int32_t a = 0; a < 12; ++a)
      if (targets[static_cast<std::size_t>(a)] != a) tokens.insert(a);
    return tokens;
  };
  CopyTask const task(point, team);
  std::set<std::int32_t> const dialect(task.dialect().begin(), task.dialect().end());
  auto const benign = changed(ContaminationKind::collude, 0, false);
  EXPECT_EQ(benign.size(), 4);
  EXPECT_EQ(benign, changed(ContaminationKind::collude, 1, false));
  for (auto const token : dialect) EXPECT_TRUE(benign.contains(token) && token < 6);
  auto const colluding = changed(ContaminationKind::collude, 2, true);
  EXPECT_EQ(colluding.size(), 4);
  for (auto const token : dialect) EXPECT_FALSE(colluding.contains(token));
  EXPECT_EQ(changed(ContaminationKind::dense, 2, true).size(), 12);
  EXPECT_NE(task.targets(2, true), task.targets(3, true));
  point.contamination_kind = ContaminationKind::shift;
  CopyTask const shifted(point, team);
  EXPECT_EQ(shifted.targets(2, true), shifted.targets(3, true));
}

TEST(CopyClients, TheFirstStepLeavesTheLeftFactor) {
  auto const comm = mpi::Communicator::self();
  study::Team team(comm);
  auto point = tiny();
  point.train_steps = 1;
  point.lora_rank = 3;
  point = with_shapes(point);
  team.begin_trial({"test\n", 0});
  PretrainedNetwork const base(point, team);
  CopyClients const clients(point, base.network(), team);
  DenseMatrix update(16, 16), left(16, 3);
  clients.train(1, false, update.view());
  team.stream("factor").normals({1}, 0, left.values());
  linalg::orthonormalize_columns(left.view());
  auto const inside = product(left, product(left, update, Transpose::yes));
  EXPECT_GT(norm(update.view()), 1e-3);
  EXPECT_LT(distance(inside, update), 1e-13);
}

TEST(CopyClients, BoostedAndWholeUpdates) {
  auto const comm = mpi::Communicator::self();
  study::Team team(comm);
  auto point = with_shapes(tiny());
  team.begin_trial({"test\n", 0});
  PretrainedNetwork const base(point, team);
  EXPECT_LT(base.loss(), 1.2);
  DenseMatrix boosted(16, 16), plain(16, 16);
  CopyClients(point, base.network(), team).train(2, true, boosted.view());
  point.contamination_scale = 1;
  CopyClients(point, base.network(), team).train(2, true, plain.view());
  for (double& entry : plain.values()) entry *= 3;
  EXPECT_LT(distance(boosted, plain), 1e-12);
  point.lora_rank = 0;
  CopyClients const whole(point, base.network(), team);
  DenseMatrix update(16, 16);
  whole.train(0, false, update.view());
  std::vector<DenseMatrix> const updates{update, DenseMatrix(16, 16)};
  auto const readings = whole.test(0, updates);
  EXPECT_GT(readings[0].accuracy, readings[1].accuracy);
  EXPECT_LT(readings[0].loss, readings[1].loss);
}

TEST(Copy, ReferenceValues) {
  Parameters point;
  point.module = Module::copy;
  point.clients = 24;
  point.contamination = 0.25;
  point.contamination_scale = 3;
  point.n_local = 30;
  auto const comm = mpi::Communicator::self();
  study::Team team(comm);
  Experiment const experiment;
  team.begin_trial({"test\n", 0});
  std::vector<Parameters> const points{point};
  auto const base = experiment.run_stage(0, nullptr, points, team);
  EXPECT_LT(dynamic_cast<PretrainedNetwork const&>(*base).loss(), 0.05);
  constexpr int kTrials = 5;
  std::vector<Metrics> measured(kTrials);
  for (int trial = 0; trial < kTrials; ++trial) {
    team.begin_trial({"test\n", trial});
    auto const data = experiment.run_stage(1, base.get(), points, team);
    auto const solution = experiment.run_stage(2, data.get(), points, team);
    experiment.measure(solution.get(), point, team, measured[static_cast<std::size_t>(trial)]);
  }
  // One network and few token draws: most numbers move with the frequency of the tokens drawn, so that the
  // spread over trials is taken to be at least the given one.
  auto const agrees = [&](double Metrics::*metric, double reference, double least_spread, char const* name) {
    auto const ours = mean(measured, metric);
    double const spread = std::max(ours.error * std::sqrt(kTrials), least_spread);
    double const error = spread * std::sqrt(1.0 / kTrials + 1.0 / 10);
    EXPECT_LT(std::abs(ours.value - reference), 4.5 * error) << name << " " << ours.value;
  };
  agrees(&Metrics::copy_accuracy_base, 0.752, 0.05, "base");
  agrees(&Metrics::copy_accuracy_local, 0.950, 0.01, "local");
  agrees(&Metrics::copy_accuracy_fedavg, 0.673, 0.05, "fedavg");
  agrees(&Metrics::copy_accuracy_geomedian, 0.832, 0.05, "geomedian");
  agrees(&Metrics::copy_accuracy_svd, 0.849, 0.05, "svd");
  agrees(&Metrics::copy_accuracy_clair, 0.990, 0.01, "clair");
  agrees(&Metrics::copy_accuracy_oracle_set, 0.990, 0.01, "oracle_set");
  EXPECT_EQ(mean(measured, &Metrics::tpr).value, 1);
  EXPECT_EQ(mean(measured, &Metrics::fpr).value, 0);
  EXPECT_NEAR(mean(measured, &Metrics::subspace_error_clair).value, 0.331, 0.12);
  EXPECT_GT(mean(measured, &Metrics::subspace_error_svd).value, 0.8);
  for (auto const& each : measured) {
    EXPECT_LT(each.copy_accuracy_local, each.copy_accuracy_clair);
    EXPECT_LT(each.copy_accuracy_base, each.copy_accuracy_local);
    EXPECT_TRUE(std::isnan(each.mse_clair));
    EXPECT_LT(each.duality_gap, 1e-6);
  }
}

}  // namespace
}  // namespace thresher::federated_lora
