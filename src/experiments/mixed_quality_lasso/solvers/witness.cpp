#include "experiments/mixed_quality_lasso/solvers/witness.hpp"

#include "linalg/column_products.hpp"
#include "linalg/tiled_matrix.hpp"
#include "numerics/normal.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <vector>

namespace thresher::mixed_quality_lasso {

namespace {

/// Solutions of the weighted normal equations on the support, by rank 0 or the team and then on all ranks.
struct SupportSolve {
  bool regular = false;
  std::vector<double> noise;  ///< g1 = G^{-1} X_S^T D z
  std::vector<double> sign;   ///< g2 = G^{-1} sign
};

SupportSolve solve_on_support(DataSet const& data, Setting const& setting, std::span<double const> weights) {
  auto const& comm = data.communicator();
  auto const s = static_cast<std::int64_t>(data.support().size());
  auto const& high = data.high_moments(setting.n1);
  auto const& low = data.low_moments(setting.n2);
  std::int64_t const rows = (weights[0] > 0 ? setting.n1 : 0) + (weights[1] > 0 ? setting.n2 : 0);
  SupportSolve solved;
  std::vector<double> solutions(static_cast<std::size_t>(2 * s), 0.0);
  if (comm.rank() == 0) {
    for (std::size_t j = 0; j < static_cast<std::size_t>(s); ++j) {
      solutions[j] = weights[0] * setting.sigma1 * high.noise[j] + weights[1] * setting.sigma2 * low.noise[j];
      solutions[static_cast<std::size_t>(s) + j] = data.signs()[j];
    }
  }
  linalg::MatrixView const right_hand_sides(solutions.data(), s, 2);
  if (data.tiles_gram()) {
    mpi::broadcast(comm, std::span(solutions));
    linalg::TiledMatrix factor(comm, s);
    factor.set_combination(weights[0], *high.tiled_gram, weights[1], *low.tiled_gram);
    solved.regular = rows >= s && factor.factor();
    if (solved.regular) factor.solve(right_hand_sides);
  } else {
    if (comm.rank() == 0) {
      std::vector<double> gram(static_cast<std::size_t>(s * s));
      for (std::size_t k = 0; k < gram.size(); ++k)
        gram[k] = weights[0] * high.gram[k] + weights[1] * low.gram[k];
      linalg::MatrixView const factor(gram.data(), s, s);
      solved.regular = rows >= s && linalg::potrf(linalg::Triangle::lower, factor);
      if (solved.regular) linalg::potrs(linalg::Triangle::lower, factor, right_hand_sides);
    }
    solved.regular = mpi::broadcast_value(comm, solved.regular);
    mpi::broadcast(comm, std::span(solutions));
  }
  solved.noise.assign(solutions.begin(), solutions.begin() + s);
  solved.sign.assign(solutions.begin() + s, solutions.end());
  return solved;
}

}  // namespace

Witness primal_dual_witness(DataSet const& data, Setting const& setting, double rho, Tuning const& tuning) {
  auto const& comm = data.communicator();
  Witness witness;
  auto const solved = solve_on_support(data, setting, tuning.weights);
  if (!solved.regular) {
    witness.dual_variance = std::numeric_limits<double>::infinity();
    return witness;
  }
  double const n = static_cast<double>(setting.n());
  witness.sign_ok = true;
  for (std::size_t j = 0; j < data.signs().size(); ++j) {
    double const error = solved.noise[j] - n * tuning.lambda * solved.sign[j];
    witness.sign_ok &= data.signs()[j] * (rho * data.signs()[j] + error) > 0;
  }

  // u = D X_S g2 + D (z - X_S g1)/(lambda n), this rank's rows.
  std::vector<double> slope(solved.sign);
  for (std::size_t j = 0; j < slope.size(); ++j) slope[j] -= solved.noise[j] / (tuning.lambda * n);
  auto const z = data.noise(setting);
  double sum = 0;
  auto const add_rows = [&](linalg::ConstMatrixView all, std::int64_t rows, std::int64_t first,
                            double weight) {
    std::int64_t const held = data.rows().held(rows);
    std::vector<double> u(static_cast<std::size_t>(held), 0.0);
    std::vector<double const*> columns;
    for (std::int64_t j = 0; j < all.columns; ++j) columns.push_back(all.column(j).data());
    linalg::add_combination(columns, slope, u);
    data.rows().for_each_run(rows, [&](std::int64_t begin, std::int64_t end, std::int64_t at) {
      for (std::int64_t i = begin; i < end; ++i)
        u[static_cast<std::size_t>(at + i - begin)] +=
            z[static_cast<std::size_t>(first + i)] / (tuning.lambda * n);
    });
    sum += weight * weight * linalg::inner_product(u, u);
  };
  if (tuning.weights[0] > 0) add_rows(data.high_support_rows(), setting.n1, 0, tuning.weights[0]);
  if (tuning.weights[1] > 0) add_rows(data.low_support_rows(), setting.n2, setting.n1, tuning.weights[1]);
  witness.dual_variance = mpi::sum(comm, sum);

  double const null_count = static_cast<double>(data.p() - static_cast<std::int64_t>(data.support().size()));
  if (witness.sign_ok)
    witness.success_probability =
        std::exp(null_count * numerics::log_normal_central(1 / std::sqrt(witness.dual_variance)));
  return witness;
}

}  // namespace thresher::mixed_quality_lasso
