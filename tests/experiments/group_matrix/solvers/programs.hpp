#pragma once

#include "experiments/group_matrix/data/observations.hpp"
#include "experiments/group_matrix/data/row_groups.hpp"
#include "experiments/group_matrix/solvers/penalised_fit.hpp"
#include "linalg/dense_matrix.hpp"
#include "linalg/singular_values.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <memory>
#include <random>
#include <vector>

// Programs that tests make themselves. Matrices are transposed: a column per row.

namespace thresher::group_matrix::testing {

using linalg::DenseMatrix;
inline double const kMissing = std::numeric_limits<double>::quiet_NaN();

/// Rows of numbers, NaN where nothing is observed.
struct SmallProgram {
  explicit SmallProgram(std::vector<std::vector<double>> const& y,
                        std::vector<std::vector<std::int32_t>> const& lists)
      : observations(static_cast<std::int64_t>(y.size()), static_cast<std::int64_t>(y.front().size()),
                     {0, static_cast<std::int64_t>(y.size())}) {
    for (auto const& row : y) {
      for (std::size_t j = 0; j < row.size(); ++j)
        if (!std::isnan(row[j])) observations.add(static_cast<std::int64_t>(j), row[j]);
      observations.end_row();
    }
    for (auto const& list : lists) groups.push_back({static_cast<std::int64_t>(list.size()), list});
    std::vector<PenalisedGroup> penalised;
    for (auto const& group : groups) penalised.push_back({&group, 1});
    penalty = std::make_unique<GroupPenalty>(comm, penalised, observations);
  }

  mpi::Communicator comm = mpi::Communicator::self();
  Observations observations;
  std::vector<GroupRows> groups;
  std::unique_ptr<GroupPenalty> penalty;
};

struct Solved {
  FitOutcome outcome;
  FitSummary summary;
  DenseMatrix m;
};
inline Solved solve(SmallProgram const& program, decltype(consensus_admm) make,
                    std::vector<double> const& levels,
                    FitSettings settings = {.tolerance = 1e-9, .max_iterations = 20000}) {
  auto const fit = make(program.comm, program.observations, *program.penalty, settings);
  Solved solved;
  solved.outcome = fit->solve(levels, settings.tolerance, {});
  solved.summary = fit->summary();
  solved.m = DenseMatrix(program.observations.columns(), program.observations.rows());
  fit->estimate().rows(all_rows(program.observations.rows(), program.observations.own()).own,
                       solved.m.view());
  return solved;
}

/// Rows and columns of a random matrix of rank 2 with noise, of which about so many entries are observed.
inline std::vector<std::vector<double>> random_rows(int rows, int columns, double density, unsigned seed) {
  std::mt19937_64 generator(seed);
  std::normal_distribution<double> normal;
  std::uniform_real_distribution<double> uniform;
  std::vector<std::vector<double>> u(static_cast<std::size_t>(rows)), v(static_cast<std::size_t>(columns)),
      y(u.size());
  for (auto* side : {&u, &v})
    for (auto& row : *side) row = {normal(generator), normal(generator)};
  for (std::size_t i = 0; i < u.size(); ++i)
    for (auto const& column : v) {
      double const value = u[i][0] * column[0] + u[i][1] * column[1] + 0.3 * normal(generator);
      y[i].push_back(uniform(generator) < density ? value : kMissing);
    }
  return y;
}

/// 0, 1, ..., n - 1 from `begin` in steps.
inline std::vector<std::int32_t> rows_from(int begin, int end, int step = 1) {
  std::vector<std::int32_t> rows;
  for (int i = begin; i < end; i += step) rows.push_back(i);
  return rows;
}

inline double norm(DenseMatrix const& a) {
  double sum = 0;
  for (double const entry : a.values()) sum += entry * entry;
  return std::sqrt(sum);
}

inline double distance(DenseMatrix a, DenseMatrix const& b) {
  for (std::size_t k = 0; k < a.values().size(); ++k) a.values()[k] -= b.values()[k];
  return norm(a);
}

/// Singular value thresholding of the whole by LAPACK.
inline DenseMatrix thresholded(DenseMatrix a, double threshold) {
  auto const rank = std::min(a.rows(), a.columns());
  DenseMatrix u(a.rows(), rank), vt(rank, a.columns()), result(a.rows(), a.columns());
  std::vector<double> values(static_cast<std::size_t>(rank));
  linalg::gesdd(a.view(), values, u.view(), vt.view());
  for (std::int64_t k = 0; k < rank; ++k)
    for (double& entry : u.column(k)) entry *= std::max(values[static_cast<std::size_t>(k)] - threshold, 0.0);
  linalg::gemm(linalg::Transpose::no, linalg::Transpose::no, 1, u.view(), vt.view(), 0, result.view());
  return result;
}

}  // namespace thresher::group_matrix::testing
