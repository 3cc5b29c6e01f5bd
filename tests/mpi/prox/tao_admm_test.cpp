#include "prox/tao_admm.hpp"

#include "linalg/petsc.hpp"
#include "prox/operators.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <stdexcept>
#include <vector>

namespace {

using namespace thresher;

/// min |x - a|^2 / 2 + |z|_1 subject to x = z: z is a, shrunk by 1. Each rank holds some of the numbers.
class Shrinkage : public prox::AdmmProblem {
 public:
  Shrinkage(mpi::Communicator const& comm, double scale) : comm_(comm), scale_(scale) {
    for (int k = comm.rank(); k < 13; k += comm.size()) a_.push_back(scale * (0.7 * k - 4));
    z_.resize(a_.size());
    scaled_.resize(a_.size());
  }

  prox::AdmmStep iterate(double penalty) override {
    if (++iterations == fail_at) throw std::domain_error("told to fail");
    double sums[5] = {};
    for (std::size_t k = 0; k < a_.size(); ++k) {
      double const x = (a_[k] + penalty * (z_[k] - scaled_[k])) / (1 + penalty);
      double const before = z_[k];
      z_[k] = prox::soft_threshold(x + scaled_[k], scale_ / penalty);
      scaled_[k] += x - z_[k];
      sums[0] += (x - z_[k]) * (x - z_[k]);
      sums[1] += penalty * penalty * (z_[k] - before) * (z_[k] - before);
      sums[2] += a_[k] * a_[k];
      sums[3] += penalty * penalty * scaled_[k] * scaled_[k];
      sums[4] += (z_[k] - a_[k]) * (z_[k] - a_[k]) / 2 + scale_ * std::abs(z_[k]);
    }
    mpi::sum_in_place(comm_, sums);
    return {sums[4], std::sqrt(sums[0] / sums[2]), std::sqrt(sums[1] / sums[3])};
  }
  void change_penalty(double from, double to) override {
    for (double& value : scaled_) value *= from / to;
    ++changes;
  }

  void expect_solved(double tolerance) const {
    for (std::size_t k = 0; k < a_.size(); ++k)
      EXPECT_NEAR(z_[k], prox::soft_threshold(a_[k], scale_), tolerance * scale_);
  }

  int iterations = 0;
  int changes = 0;
  int fail_at = -1;

 private:
  mpi::Communicator const& comm_;
  double scale_;
  std::vector<double> a_, z_, scaled_;
};

TEST(TaoAdmm, BalancesABadPenaltyAndReachesTheSolution) {
  auto const comm = mpi::Communicator::duplicate(MPI_COMM_WORLD);
  for (double const scale : {1.0, 1e6}) {
    Shrinkage problem(comm, scale);
    auto const outcome = prox::solve_by_admm(comm, problem, {.penalty = 300, .tolerance = 1e-9});
    EXPECT_TRUE(outcome.converged);
    EXPECT_GT(problem.changes, 0);
    EXPECT_LT(outcome.penalty, 300);
    problem.expect_solved(1e-7);
  }
}

TEST(TaoAdmm, StopsAtTheCapAndAtOptions) {
  auto const comm = mpi::Communicator::duplicate(MPI_COMM_WORLD);
  Shrinkage problem(comm, 1);
  auto const outcome =
      prox::solve_by_admm(comm, problem, {.penalty = 300, .tolerance = 1e-12, .max_iterations = 7});
  EXPECT_FALSE(outcome.converged);
  EXPECT_EQ(outcome.iterations, 7);
  EXPECT_EQ(problem.iterations, 7);
  linalg::check(PetscOptionsSetValue(nullptr, "-shrinkage_tao_max_it", "3"));
  Shrinkage again(comm, 1);
  EXPECT_EQ(prox::solve_by_admm(comm, again, {.tolerance = 1e-12, .prefix = "shrinkage_"}).iterations, 3);
}

TEST(TaoAdmm, ThrowsOnWhatTheProblemThrows) {
  auto const comm = mpi::Communicator::duplicate(MPI_COMM_WORLD);
  Shrinkage problem(comm, 1);
  problem.fail_at = 4;
  EXPECT_THROW(prox::solve_by_admm(comm, problem, {.tolerance = 1e-12}), std::domain_error);
  Shrinkage again(comm, 1);
  EXPECT_TRUE(prox::solve_by_admm(comm, again, {.tolerance = 1e-9}).converged);
}

}  // namespace
