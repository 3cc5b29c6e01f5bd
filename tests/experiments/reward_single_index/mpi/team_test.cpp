#include "../own_rows.hpp"
#include "../trial.hpp"

#include <gtest/gtest.h>

#include <bit>
#include <cmath>
#include <cstdint>
#include <string>
#include <utility>
#include <vector>

namespace thresher::reward_single_index {
namespace {

constexpr double Metrics::*kCompared[] = {
    &Metrics::overlap_mean,  &Metrics::overlap_best,  &Metrics::overlap_signed,   &Metrics::ess1_frac,
    &Metrics::signal1_hat,   &Metrics::signal1_split, &Metrics::eig_top,          &Metrics::ess2_frac,
    &Metrics::value_hat,     &Metrics::kl_hat,        &Metrics::regret,           &Metrics::net_gain,
    &Metrics::fit_var,       &Metrics::tilted_var,    &Metrics::proxy_tilted_var, &Metrics::frac_recovered,
    &Metrics::heldout_error, &Metrics::heldout_nmse,  &Metrics::offpolicy_value,  &Metrics::offpolicy_se};

/// A file of which one reading fails: that of a data set after so many good ones.
class FailingFile : public OwnRowsFile {
 public:
  using OwnRowsFile::OwnRowsFile;
  void fail(std::string set, int good_readings) {
    set_ = std::move(set);
    good_readings_ = good_readings;
  }
  std::vector<double> read(std::string const& name, mpi::Range rows, mpi::Range columns) const override {
    if (name == set_ && good_readings_-- == 0) throw study::UserError("input: cannot be read");
    return OwnRowsFile::read(name, rows, columns);
  }

 private:
  std::string set_;
  mutable int good_readings_ = 0;
};

/// Trials on the whole world against the same trials on each rank alone.
class TeamTest : public testing::Test {
 protected:
  struct Both {
    Metrics team;
    Metrics single;
  };
  Both run(Parameters const& point) {
    study::Team together(world_);
    study::Team alone(self_);
    together.set_input(input_);
    alone.set_input(input_);
    return {trials::run_trial(experiment(), point, together, 0),
            trials::run_trial(experiment(), point, alone, 0)};
  }
  void expect_same_bits(Parameters const& point) {
    auto const both = run(point);
    for (auto member : kCompared)
      EXPECT_EQ(std::bit_cast<std::uint64_t>(both.team.*member),
                std::bit_cast<std::uint64_t>(both.single.*member))
          << both.team.*member << " and " << both.single.*member;
  }
  void expect_close(Parameters const& point, double tolerance) {
    auto const both = run(point);
    for (auto member : kCompared) {
      if (std::isnan(both.single.*member))
        EXPECT_TRUE(std::isnan(both.team.*member));
      else
        EXPECT_NEAR(both.team.*member, both.single.*member, tolerance * (1 + std::abs(both.single.*member)));
    }
  }
  mpi::Communicator world_ = mpi::Communicator::duplicate(MPI_COMM_WORLD);
  mpi::Communicator self_ = mpi::Communicator::self();
  study::InputReader const* input_ = nullptr;
};

TEST_F(TeamTest, OnlineHasTheSameBits) {
  auto point = first_stage(FirstStage::online, Link::tanh, 330, 3);  // five blocks of coordinates
  point.n2 = 3000;
  point.batch = 40;  // sums of a step that are wide, too
  for (auto const weighting : {Weighting::label, Weighting::surrogate}) {
    point.weighting = weighting;
    expect_same_bits(point);
  }
  point.batch = 3;
  point.n_neurons = 6;
  point.activation1 = Activation::tanh;
  point.init_overlap = 0.1;
  expect_same_bits(point);
  point.precision = Precision::single;
  point.n_neurons = 21;
  expect_same_bits(point);
  point = first_stage(FirstStage::online, Link::tanh, 4400, 0.1);  // seventeen wide blocks
  point.batch = 50;
  point.n_neurons = 50;
  for (auto const precision : {Precision::full, Precision::single}) {
    point.precision = precision;
    expect_same_bits(point);
  }
}

TEST_F(TeamTest, BatchHasTheSameBits) {
  auto point = first_stage(FirstStage::batch, Link::wave3, 70, 8);
  point.n2 = 2000;
  point.batch_iters = 4;
  point.n_neurons = 9;
  for (auto const storage : {Storage::stored, Storage::stream}) {
    point.storage = storage;
    expect_same_bits(point);
  }
}

TEST_F(TeamTest, ChainsRandomFeaturesAndTheOracleHaveTheSameBits) {
  auto point = first_stage(FirstStage::online, Link::wave3, 5000, 1);
  point.engine = Engine::projected;
  point.n_neurons = 7;
  expect_same_bits(point);
  for (auto const stage : {FirstStage::random, FirstStage::oracle}) {
    point = first_stage(stage, Link::tanh, 200, 1);
    point.n2 = 1500;
    point.n_neurons = 10;
    expect_same_bits(point);
  }
}

TEST_F(TeamTest, AveragesAgree) {
  for (auto const stage : {FirstStage::moment1, FirstStage::sir, FirstStage::spectral}) {
    auto point = first_stage(stage, Link::tanh, 60, 20);
    point.n2 = 2000;
    point.weighting = Weighting::surrogate;
    point.eig_tol = 1e-10;
    for (auto const storage : {Storage::stored, Storage::stream}) {
      point.storage = storage;
      expect_close(point, stage == FirstStage::spectral ? 1e-6 : 1e-9);
    }
  }
}

TEST_F(TeamTest, OwnRowsAreSharedByTheRanks) {
  auto const input = own_rows(700, 130);  // two blocks of coordinates
  input_ = &input;
  for (auto const weighting : {Weighting::label, Weighting::surrogate}) {
    for (auto const stage : {FirstStage::online, FirstStage::batch, FirstStage::random, FirstStage::oracle}) {
      auto point = own_point(stage, 130);
      point.weighting = weighting;
      expect_same_bits(point);
    }
    for (auto const stage : {FirstStage::moment1, FirstStage::sir, FirstStage::spectral}) {
      auto point = own_point(stage, 130);
      point.weighting = weighting;
      point.eig_tol = 1e-11;
      expect_close(point, stage == FirstStage::spectral ? 1e-6 : 1e-9);
    }
  }
}

TEST_F(TeamTest, AReadingThatFailsOnOneRankStopsAll) {
  constexpr int kNever = -1;
  struct Case {
    FirstStage stage;
    char const* set;
    int good_readings;
  };
  // Slabs of a million numbers: five of the inputs, one of the labels, which the examination reads before.
  // Then `online` reads its half for its calibration and again for its steps. Of few ranks each has more than
  // one slab, so that `batch` reads again at every pass.
  std::vector<Case> cases{{FirstStage::online, "y", 1},  {FirstStage::online, "X", 5},
                          {FirstStage::online, "X", 8},  {FirstStage::online, "X", 9},
                          {FirstStage::batch, "X", 5},   {FirstStage::moment1, "X", 5},
                          {FirstStage::moment1, "y", 1}, {FirstStage::spectral, "X", 5}};
  if (world_.size() <= 2) cases.push_back({FirstStage::batch, "X", 9});
  FailingFile input(1600, 3200);
  for (auto const& [stage, set, good_readings] : cases) {
    input.fail(set, world_.rank() == world_.size() - 1 ? good_readings : kNever);
    auto point = own_point(stage, 3200);
    point.storage = Storage::stream;
    point.batch_iters = 3;
    point.batch = 100;
    point.n2 = 0;
    study::Team team(world_);
    team.set_input(&input);
    try {
      trials::run_trial(experiment(), point, team, 0);
      ADD_FAILURE() << static_cast<int>(stage) << " " << set << " " << good_readings << " did not fail";
    } catch (std::exception const& error) {
      EXPECT_NE(std::string(error.what()).find("input: cannot be read"), std::string::npos) << error.what();
    }
  }
}

}  // namespace
}  // namespace thresher::reward_single_index
