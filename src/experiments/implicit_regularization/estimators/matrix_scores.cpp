#include "experiments/implicit_regularization/estimators/matrix_scores.hpp"

#include "experiments/implicit_regularization/estimators/entry_routes.hpp"
#include "experiments/implicit_regularization/estimators/fits/matrix_fit.hpp"

#include <algorithm>

namespace thresher::implicit_regularization {

namespace {

/// Leaves a symmetric matrix: its columns are its rows. From rank 0.
void store_matrix(study::Team& team, std::string const& name, linalg::DenseMatrix const& matrix) {
  if (!team.wants(name)) return;
  study::Artifact artifact{name, {matrix.rows(), matrix.columns()}, {}};
  artifact.values.assign(matrix.values().begin(), matrix.values().end());
  team.store(std::move(artifact));
}

}  // namespace

void score_matrix(Observed const& observed, study::Team& team, Metrics& metrics) {
  auto const& point = observed.point;
  auto const to_root = EntryRoutes::to_root(observed.entries, observed.comm);
  auto const runs = static_cast<std::int64_t>(observed.blocks.size());
  bool const is_root = observed.comm.rank() == 0;
  linalg::DenseMatrix theta(is_root ? point.d : 0, is_root ? runs : 0);
  linalg::DenseMatrix b(theta.rows(), theta.columns());
  for (std::int64_t k = 0; k < runs; ++k) {
    auto const& block = observed.blocks[static_cast<std::size_t>(k)];
    auto const weights = to_root(block.theta), deviation = to_root(block.b);
    if (!is_root) continue;
    std::ranges::copy(weights, theta.column(k).begin());
    std::ranges::copy(deviation, b.column(k).begin());
  }
  linalg::DenseMatrix q, lambda;
  mpi::agree(observed.comm, [&] {
    if (!is_root) return;
    auto const& facts = observed.facts;
    q = point.matrix_fit == MatrixFit::full ? symmetric_quadratic(theta.view(), b.view())
                                            : diagonal_quadratic(theta.view(), b.view());
    lambda = stopping_penalty({point.eta, observed.stop_step()}, facts.eigenvalues, facts.eigenvectors);
    metrics.lambda_rel_error = relative_distance(q.view(), lambda.view());
    metrics.lambda_r2 = explained_share(q.view(), theta.view(), b.view());
    auto const again = retrained(facts.first_gram.view(), facts.first_moment, q.view(), theta.column(0));
    metrics.retrain_error = again.error;
    metrics.retrain_pd = again.is_definite ? 1 : 0;
  });
  store_matrix(team, "penalty_fitted", q);
  store_matrix(team, "penalty_true", lambda);
}

}  // namespace thresher::implicit_regularization
