#include "experiments/group_matrix/estimators/subspaces.hpp"

#include "../trial.hpp"
#include "experiments/group_matrix/estimators/errors.hpp"
#include "experiments/group_matrix/estimators/method.hpp"
#include "linalg/singular_values.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>

namespace thresher::group_matrix {
namespace {

using namespace testing;
using linalg::DenseMatrix;

struct Analysed {
  Analysed(Parameters const& point, mpi::Communicator const& comm) : team(comm) {
    team.begin_trial({"test\n", 0});
    data = std::make_unique<MatrixData>(point, team);
    result = method_of(point).run(point, *data, team);
    readings = read_subspaces(*data, result);
  }
  DenseMatrix truth(GroupRows const& rows) const {
    DenseMatrix panel(data->observations().columns(), rows.own_count());
    for (std::int64_t t = 0; t < panel.columns(); ++t)
      data->signal()->row(rows.own[static_cast<std::size_t>(t)], panel.column(t));
    return panel;
  }
  study::Team team;
  std::unique_ptr<MatrixData> data;
  Result result;
  std::vector<GroupReading> readings;
};

struct Decomposition {
  DenseMatrix u;
  std::vector<double> values;
};
Decomposition decompose(DenseMatrix a) {
  auto const rank = std::min(a.rows(), a.columns());
  DenseMatrix u(a.rows(), rank), vt(rank, a.columns());
  std::vector<double> values(static_cast<std::size_t>(rank));
  linalg::gesdd(a.view(), values, u.view(), vt.view());
  return {std::move(u), std::move(values)};
}

double square(DenseMatrix const& a) {
  double sum = 0;
  for (double const entry : a.values()) sum += entry * entry;
  return sum;
}

std::vector<Parameters> points() {
  std::vector<Parameters> all(5, small());
  all[1].method = Estimator::global;
  all[1].solver = Solver::prox_avg;
  all[2].distinctness = 0;
  all[2].method = Estimator::separate;
  all[3].design = GroupDesign::chain;
  all[3].rank_shared = 1;
  all[4].method = Estimator::spectral_global;
  return all;
}

/// Distances, losses and values from whole decompositions, and the inequalities that hold for every estimate.
TEST(Subspaces, AreThoseOfWholeDecompositionsAndKeepTheInequalities) {
  auto const comm = mpi::Communicator::self();
  for (auto const& point : points()) {
    Analysed const analysed(point, comm);
    for (std::size_t g = 0; g < analysed.readings.size(); ++g) {
      auto const& rows = analysed.data->groups()[g];
      auto const& reading = analysed.readings[g];
      auto const truth = analysed.truth(rows);
      DenseMatrix estimate(truth.rows(), truth.columns());
      analysed.result.estimate.rows(rows.own, estimate.view());
      auto const of_truth = decompose(truth), of_estimate = decompose(estimate);
      for (std::size_t k = 0; k < reading.true_values.size(); ++k)
        EXPECT_NEAR(reading.true_values[k], of_truth.values[k], 1e-8 * of_truth.values[0]);
      EXPECT_LT(of_truth.values[static_cast<std::size_t>(reading.rank)], 1e-10 * of_truth.values[0])
          << "the rank is " << reading.rank;
      for (std::size_t k = 0; k < reading.values.size(); ++k)
        EXPECT_NEAR(reading.values[k], of_estimate.values[k], 1e-7 * of_estimate.values[0]);
      DenseMatrix overlap(reading.rank, reading.rank), outside = truth;
      auto const u = of_estimate.u.columns_from(0, reading.rank);
      linalg::gemm(linalg::Transpose::yes, linalg::Transpose::no, 1, u,
                   of_truth.u.columns_from(0, reading.rank), 0, overlap.view());
      DenseMatrix inside(reading.rank, truth.columns());
      linalg::gemm(linalg::Transpose::yes, linalg::Transpose::no, 1, u, truth.view(), 0, inside.view());
      linalg::gemm(linalg::Transpose::no, linalg::Transpose::no, -1, u, inside.view(), 1, outside.view());
      if (reading.subspace.columns() == reading.rank) {
        EXPECT_NEAR(reading.distance, std::sqrt(1 - square(overlap) / static_cast<double>(reading.rank)),
                    1e-5);
        EXPECT_NEAR(reading.energy_loss, square(outside) / square(truth), 1e-6);
      }
      DenseMatrix error = estimate;
      for (std::size_t k = 0; k < error.values().size(); ++k) error.values()[k] -= truth.values()[k];
      EXPECT_LE(std::sqrt(static_cast<double>(reading.rank)) * reading.distance,
                2 * std::sqrt(square(error)) / reading.true_values.back());
      EXPECT_LE(reading.energy_loss, 4 * square(error) / square(truth));
    }
  }
}

TEST(Errors, AreThoseOfTheWholeMatrices) {
  auto const comm = mpi::Communicator::self();
  auto point = small();
  point.block_fraction = 0.1;
  point.density_ratio = 2;
  point.density = 0.4;
  Analysed const analysed(point, comm);
  auto const& data = *analysed.data;
  auto const truth = analysed.truth(data.whole());
  DenseMatrix estimate(truth.rows(), truth.columns());
  analysed.result.estimate.rows(data.whole().own, estimate.view());
  auto const blocks = block_errors(data, analysed.result.estimate);
  ErrorPair unobserved;
  for (std::int64_t i = 0; i < truth.columns(); ++i) {
    std::vector<bool> is_observed(static_cast<std::size_t>(truth.rows()));
    auto const entries = data.observations().entries(i);
    for (auto k = entries.begin; k < entries.end; ++k)
      is_observed[static_cast<std::size_t>(data.observations().column(k))] = true;
    for (std::int64_t j = 0; j < truth.rows(); ++j)
      if (!is_observed[static_cast<std::size_t>(j)])
        unobserved += {std::pow(estimate(j, i) - truth(j, i), 2), std::pow(truth(j, i), 2)};
  }
  ErrorPair told;
  for (auto const& block : blocks) told += block.unobserved;
  EXPECT_NEAR(told.error, unobserved.error, 1e-9 * unobserved.error);
  EXPECT_NEAR(told.truth, unobserved.truth, 1e-9 * unobserved.truth);
}

TEST(Signal, HasMeanSquareOne) {
  auto const comm = mpi::Communicator::self();
  for (double const score_mean : {0.0, 1.0}) {
    double sum = 0;
    for (int trial = 0; trial < 8; ++trial) {
      study::Team team(comm);
      team.begin_trial({"test\n", trial});
      auto point = base();
      point.score_mean = score_mean;
      MatrixData const data(point, team);
      std::vector<double> row(60);
      for (std::int64_t i = 0; i < 240; ++i) {
        data.signal()->row(i, row);
        for (double const entry : row) sum += entry * entry / (8 * 240 * 60);
      }
    }
    EXPECT_NEAR(sum, 1, 4 * 0.067 / std::sqrt(8.0));
  }
}

}  // namespace
}  // namespace thresher::group_matrix
