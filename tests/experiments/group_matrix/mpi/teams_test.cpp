#include "../trial.hpp"
#include "experiments/group_matrix/data/matrix_data.hpp"
#include "experiments/group_matrix/estimators/penalised_method.hpp"
#include "experiments/group_matrix/estimators/tuning.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <vector>

namespace thresher::group_matrix {
namespace {

using namespace testing;

std::vector<Parameters> points() {
  std::vector<Parameters> all(8, small());
  all[1].method = Estimator::separate;
  all[1].solver = Solver::prox_avg;
  all[1].tol = 1e-8;
  all[1].tuning = Tuning::fixed;
  all[1].max_iterations = 20000;
  all[2].design = GroupDesign::chain;
  all[2].density_ratio = 2;
  all[2].density = 0.4;
  all[3].method = Estimator::side_info;
  all[3].score_mean = 1;
  all[4].method = Estimator::spectral_group;
  all[5].method = Estimator::oracle;
  all[5].block_fraction = 0.1;
  all[6].solver = Solver::prox_avg;
  all[6].tuning = Tuning::universal;
  all[7].method = Estimator::global;  // by products
  all[7].n_rows = 400;
  all[7].n_cols = 200;
  all[7].density = 0.3;
  all[7].tuning = Tuning::fixed;
  all[7].lambda_fraction = 0.4;
  all[7].tol = 1e-7;
  all.push_back(all[7]);  // steps of block power iteration
  all[8].solver = Solver::prox_avg;
  all[8].method = Estimator::game;
  all.push_back(all[8]);
  all[9].method = Estimator::global;
  all.push_back(all[7]);  // by products, blocks of some ranks beside residues of all
  all[10].method = Estimator::game;
  all[10].n_rows = 600;
  all[10].levels_1 = 3;
  all[10].levels_2 = 2;
  all.push_back(all[10]);
  all[11].solver = Solver::prox_avg;
  return all;
}

TEST(Teams, GiveWhatOneRankGives) {
  auto const world = mpi::Communicator::duplicate(MPI_COMM_WORLD);
  auto const self = mpi::Communicator::self();
  study::Team team(world), one(self);
  int number = 0;
  for (auto const& point : points()) {
    auto const together = run_trial(point, team), alone = run_trial(point, one);
    // What one step of a proximal average stops at is known to its tolerance only.
    double const tolerance =
        point.solver == Solver::prox_avg || point.method == Estimator::side_info ? 1e-6 : 1e-8;
    for (auto const member : {&Metrics::test_error, &Metrics::full_error, &Metrics::energy_loss,
                              &Metrics::objective, &Metrics::test_error_worst, &Metrics::val_error})
      if (!std::isnan(alone.*member)) {
        EXPECT_NEAR(together.*member, alone.*member, tolerance * std::max(1.0, std::abs(alone.*member)))
            << number;
      }
    EXPECT_EQ(together.obs_fraction, alone.obs_fraction);
    EXPECT_NEAR(together.iterations, alone.iterations, 0.1 * alone.iterations + 1) << number;
    ++number;
  }
}

TEST(Teams, DrawTheSameBits) {
  auto const world = mpi::Communicator::duplicate(MPI_COMM_WORLD);
  auto const self = mpi::Communicator::self();
  study::Team team(world), one(self);
  team.begin_trial({"test\n", 3});
  one.begin_trial({"test\n", 3});
  for (auto const& point : points()) {
    MatrixData const together(point, team), alone(point, one);
    auto const own = together.observations().own();
    std::vector<double> row(static_cast<std::size_t>(point.n_cols)), other(row.size());
    for (auto i = own.begin; i < own.end; ++i) {
      auto const here = together.observations().entries(i - own.begin),
                 there = alone.observations().entries(i);
      ASSERT_EQ(here.size(), there.size());
      for (std::int64_t k = 0; k < here.size(); ++k) {
        ASSERT_EQ(together.observations().column(here.begin + k),
                  alone.observations().column(there.begin + k));
        ASSERT_EQ(together.observations().value(here.begin + k), alone.observations().value(there.begin + k));
      }
      together.signal()->row(i - own.begin, row);
      alone.signal()->row(i, other);
      ASSERT_EQ(row, other);
    }
  }
}

TEST(Teams, ACutFitGoesOnWithTheSameBits) {
  auto const world = mpi::Communicator::duplicate(MPI_COMM_WORLD);
  study::Team team(world);
  auto all = points();
  all.push_back(small());
  all.back().solver = Solver::prox_avg;
  for (std::size_t const at : {std::size_t{0}, std::size_t{3}, std::size_t{7}, std::size_t{8}, std::size_t{9},
                               std::size_t{10}, all.size() - 1}) {
    auto const& point = all[at];
    team.set_services(nullptr);
    team.begin_trial({"test\n", 1});
    MatrixData const data(point, team);
    auto const program = static_cast<PenalisedMethod const&>(method_of(point)).program(point, data);
    auto const fit = [&] {
      study::KeptWork work(team, study::Length::lengthy, "test");
      return tuned_fit(point, data, program, work);
    };
    auto const whole = fit();
    trials::MemoryServices services;
    team.set_services(&services);
    // Within the first fit and, of paths, in one behind it.
    bool const walks = point.tuning == Tuning::validation;
    for (int const answers : {3, walks ? 25 : 2, 2}) {
      services.stop_after(answers);
      EXPECT_THROW(fit(), study::Interrupted) << at;
      ASSERT_TRUE(services.kept.has_value());
    }
    services.stop_at = -1;
    auto const continued = fit();
    EXPECT_EQ(continued.iterations, whole.iterations);
    EXPECT_EQ(continued.objective, whole.objective);
    EXPECT_EQ(continued.path.size(), whole.path.size());
    // A residual that does not apply is NaN: compared as what is stored.
    ASSERT_EQ(continued.history.size(), static_cast<std::size_t>(whole.iterations));
    for (std::size_t k = 0; k < whole.history.size(); ++k)
      EXPECT_EQ(continued.history[k].dual, whole.history[k].dual) << k;
    EXPECT_EQ(whole.history.back().dual <= program.settings.tolerance, whole.converged);
    EXPECT_EQ(continued.estimate.at(data.observations()), whole.estimate.at(data.observations()));
  }
}

}  // namespace
}  // namespace thresher::group_matrix
