#include "experiments/implicit_regularization/solvers/exact_linear.hpp"

#include "experiments/implicit_regularization/solvers/moments.hpp"
#include "linalg/dense_matrix.hpp"
#include "prox/gram_lasso.hpp"

#include <algorithm>
#include <stdexcept>

namespace thresher::implicit_regularization {

namespace {
constexpr double kGap = 1e-14;
constexpr std::int64_t kMostSweeps = 100000;
}  // namespace

std::vector<double> ridge_solution(mpi::Communicator const& comm, Rows const& rows, double rho, double l2) {
  auto gram = gram_matrix(comm, rows);
  auto theta = moment(comm, rows);
  mpi::agree(comm, [&] {
    if (comm.rank() != 0) return;
    for (std::int64_t j = 0; j < gram.rows(); ++j)
      gram(j, j) = gram(j, j) * (1 + rho) + l2;  // kappa: diagonal of S
    if (!linalg::potrf(linalg::Triangle::lower, gram.view()))
      throw std::runtime_error(
          "the penalised Gram matrix is singular: without a penalty there must be "
          "more rows than inputs");
    linalg::potrs(linalg::Triangle::lower, gram.view(),
                  {theta.data(), static_cast<std::int64_t>(theta.size()), 1});
  });
  mpi::broadcast(comm, std::span<double>(theta));
  return theta;
}

std::vector<double> elastic_net(mpi::Communicator const& comm, Rows const& rows, double l1, double l2,
                                bool& converged) {
  auto gram = gram_matrix(comm, rows);
  auto const moments = moment(comm, rows);
  double const square = mean_square(comm, rows);
  std::vector<double> theta(moments.size());
  mpi::agree(comm, [&] {
    if (comm.rank() != 0) return;
    auto const d = gram.rows();
    for (std::int64_t j = 0; j < d; ++j) gram(j, j) += l2;  // a ridge is a lasso with this Gram matrix
    auto const outcome = prox::solve({.gram = gram.view(),
                                      .h = moments,
                                      .data_sq_over_n = square,
                                      .lambda = l1,
                                      .largest_rank = l2 > 0 ? d : std::min(d, rows.count)},
                                     {.gap = kGap * square, .max_sweeps = kMostSweeps}, theta);
    converged = outcome.exact || outcome.gap <= kGap * square;
  });
  converged = mpi::broadcast_value(comm, converged);
  mpi::broadcast(comm, std::span<double>(theta));
  return theta;
}

}  // namespace thresher::implicit_regularization
