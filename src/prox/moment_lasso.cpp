#include "prox/moment_lasso.hpp"

#include "linalg/leading_eigenpairs.hpp"
#include "linalg/vector_entries.hpp"
#include "prox/operators.hpp"
#include "prox/tao.hpp"
#include "prox/tao_fista.hpp"

#include <algorithm>
#include <cassert>
#include <cmath>
#include <limits>
#include <stdexcept>

namespace thresher::prox {

namespace {

constexpr PetscInt kIterationsPerGap = 10;

/// A matrix of one rank as an operator.
class WholeMatrix : public linalg::PanelOperator {
 public:
  explicit WholeMatrix(linalg::ConstMatrixView matrix)
      : self_(mpi::Communicator::self()), layout_(self_, matrix.rows), matrix_(matrix) {}
  linalg::RowLayout const& layout() const override { return layout_; }
  void apply(linalg::ConstMatrixView in, linalg::MatrixView out) const override {
    for (std::int64_t k = 0; k < in.columns; ++k)
      linalg::symv(linalg::Triangle::lower, 1, matrix_, in.column(k), 0, out.column(k));
  }

 private:
  mpi::Communicator self_;
  linalg::RowLayout layout_;
  linalg::ConstMatrixView matrix_;
};

double largest_row_sum(linalg::ConstMatrixView matrix) {
  double largest = 0;
  for (std::int64_t j = 0; j < matrix.columns; ++j) {
    double sum = 0;
    for (double const entry : matrix.column(j)) sum += std::abs(entry);
    largest = std::max(largest, sum);
  }
  return largest;
}

/// One run of the solver.
class Run {
 public:
  Run(mpi::Communicator const& comm, MomentLasso const& problem, MomentLassoOptions const& options)
      : comm_(comm), problem_(problem), options_(options) {
    double largest = 0;
    for (std::int64_t k = 0; k < problem.h.columns; ++k)
      for (double const entry : problem.h.column(k)) largest = std::max(largest, std::abs(entry));
    scale_ = mpi::max(comm, largest);
  }

  MomentLassoSolution operator()() {
    auto const n = problem_.gram.rows;
    auto const own = n * problem_.h.columns;
    if (own > std::numeric_limits<PetscInt>::max())
      throw std::length_error("LASSO from moments: more than 2^31 coefficients on a rank");
    solution_.own_coefficients = linalg::DenseMatrix(n, problem_.h.columns);
    double const curvature = largest_eigenvalue_bound(comm_, problem_.gram) + problem_.ridge;
    if (!(curvature > 0) || scale_ == 0) {  // nothing to fit, or nothing to fit with
      solution_.converged = true;
      return std::move(solution_);
    }
    register_fista();
    linalg::Vector x;
    TaoSolver tao;
    linalg::check(VecCreateMPI(comm_.get(), static_cast<PetscInt>(own), PETSC_DETERMINE, x.out()));
    linalg::check(VecSet(x.get(), 0));
    linalg::check(TaoCreate(comm_.get(), tao.out()));
    linalg::check(TaoSetType(tao.get(), kTaoFista));
    linalg::check(TaoSetSolution(tao.get(), x.get()));
    linalg::check(TaoSetObjectiveAndGradient(tao.get(), nullptr, evaluate, this));
    linalg::check(TaoSetConvergenceTest(tao.get(), test, this));
    linalg::check(set_proximal_operator(tao.get(), shrink, this));
    linalg::check(set_lipschitz_constant(tao.get(), curvature));
    linalg::check(TaoSetMaximumIterations(
        tao.get(), static_cast<PetscInt>(std::min<std::int64_t>(options_.max_iterations, PETSC_MAX_INT))));
    linalg::check(TaoSetTolerances(tao.get(), 0, 0, options_.tolerance));
    set_from_options(tao.get(), options_.prefix);
    linalg::check(TaoSolve(tao.get()));

    PetscInt iterations = 0;
    TaoConvergedReason reason = TAO_CONTINUE_ITERATING;
    linalg::check(TaoGetIterationNumber(tao.get(), &iterations));
    linalg::check(TaoGetConvergedReason(tao.get(), &reason));
    solution_.iterations = iterations;
    solution_.converged = reason > 0;
    linalg::ReadEntries const entries(x.get());
    std::ranges::copy(entries.get(), solution_.own_coefficients.values().begin());
    return std::move(solution_);
  }

 private:
  linalg::ConstMatrixView as_matrix(std::span<double const> entries) const {
    return {entries.data(), problem_.gram.rows, problem_.h.columns};
  }

  /// G x - h + ridge x of every problem.
  void gradient(std::span<double const> x, std::span<double> result) const {
    linalg::MatrixView const out(result.data(), problem_.gram.rows, problem_.h.columns);
    for (std::int64_t k = 0; k < out.columns; ++k)
      for (std::int64_t j = 0; j < out.rows; ++j)
        out(j, k) = problem_.ridge * as_matrix(x)(j, k) - problem_.h(j, k);
    if (out.columns > 0)
      linalg::gemm(linalg::Transpose::no, linalg::Transpose::no, 1, problem_.gram, as_matrix(x), 1, out);
  }

  static PetscErrorCode evaluate(Tao tao, Vec v, PetscReal* objective, Vec g, void* context) {
    return guarded(tao, [&] {
      auto const& run = *static_cast<Run const*>(context);
      linalg::ReadEntries const x(v);
      linalg::WriteEntries const out(g);
      run.gradient(x.get(), out.get());
      // x'(G x + ridge x)/2 - h'x = x'(gradient - h)/2.
      double value = 0;
      for (std::int64_t k = 0, at = 0; k < run.problem_.h.columns; ++k)
        for (std::int64_t j = 0; j < run.problem_.gram.rows; ++j, ++at)
          value += x.get()[static_cast<std::size_t>(at)] *
                   (out.get()[static_cast<std::size_t>(at)] - run.problem_.h(j, k)) / 2;
      *objective = mpi::sum(run.comm_, value);
    });
  }

  static PetscErrorCode shrink(Tao tao, PetscReal step, Vec in, Vec out, void* context) {
    return guarded(tao, [&] {
      auto const& run = *static_cast<Run const*>(context);
      linalg::ReadEntries const from(in);
      linalg::WriteEntries const to(out);
      for (std::int64_t k = 0, at = 0; k < run.problem_.h.columns; ++k)
        for (std::int64_t j = 0; j < run.problem_.gram.rows; ++j, ++at)
          to.get()[static_cast<std::size_t>(at)] =
              soft_threshold(from.get()[static_cast<std::size_t>(at)], step * run.problem_.weights(j, k));
    });
  }

  /// Largest violation of the optimality conditions at x, over all ranks.
  double violation(std::span<double const> x) {
    gradient_.resize(x.size());
    gradient(x, gradient_);
    double largest = 0;
    for (std::int64_t k = 0, at = 0; k < problem_.h.columns; ++k)
      for (std::int64_t j = 0; j < problem_.gram.rows; ++j, ++at) {
        double const value = x[static_cast<std::size_t>(at)];
        double const slope = gradient_[static_cast<std::size_t>(at)];
        double const weight = problem_.weights(j, k);
        double const excess =
            value != 0 ? std::abs(slope + std::copysign(weight, value)) : std::abs(slope) - weight;
        largest = std::max(largest, excess);
      }
    return mpi::max(comm_, largest);
  }

  static PetscErrorCode test(Tao tao, void* context) {
    return guarded(tao, [&] {
      auto& run = *static_cast<Run*>(context);
      PetscInt iteration = 0;
      PetscInt most = 0;
      linalg::check(TaoGetIterationNumber(tao, &iteration));
      linalg::check(TaoGetMaximumIterations(tao, &most));
      bool const last = iteration >= most;
      if (!last && iteration % kIterationsPerGap != 0) return;
      Vec x = nullptr;
      PetscReal tolerance = 0;
      linalg::check(TaoGetSolution(tao, &x));
      linalg::check(TaoGetTolerances(tao, nullptr, nullptr, &tolerance));
      run.solution_.residual = run.violation(linalg::ReadEntries(x).get());
      TaoConvergedReason reason = TAO_CONTINUE_ITERATING;
      if (run.solution_.residual <= tolerance * run.scale_)
        reason = TAO_CONVERGED_GTTOL;
      else if (last)
        reason = TAO_DIVERGED_MAXITS;
      else if (run.options_.stopping && run.options_.stopping())
        reason = TAO_DIVERGED_USER;
      run.solution_.stopped = reason == TAO_DIVERGED_USER;
      linalg::check(TaoSetConvergedReason(tao, reason));
    });
  }

  mpi::Communicator const& comm_;
  MomentLasso const& problem_;
  MomentLassoOptions const& options_;
  double scale_ = 0;  ///< largest |h|
  std::vector<double> gradient_;
  MomentLassoSolution solution_;
};

}  // namespace

double largest_eigenvalue_bound(mpi::Communicator const& comm, linalg::ConstMatrixView matrix) {
  double bound = 0;
  mpi::agree(comm, [&] {
    if (comm.rank() != 0) return;
    bound = largest_row_sum(matrix);
    if (bound == 0) return;
    WholeMatrix const op(matrix);
    linalg::Eigenpairs start{{}, linalg::DenseMatrix(matrix.rows, 1)};
    std::ranges::fill(start.own_vectors.column(0), 1.0);
    start.own_vectors(0, 0) = 1.5;  // not an eigenvector of what has equal row sums only
    auto const found = linalg::leading_eigenpairs(op, std::move(start),
                                                  {.tolerance = 1e-9, .prefix = "largest_eigenvalue_"});
    if (found.convergence == linalg::Convergence::reached)
      bound = std::min(bound, found.pairs.values.front() * (1 + 1e-8));
  });
  return mpi::broadcast_value(comm, bound);
}

MomentLassoSolution solve(mpi::Communicator const& comm, MomentLasso const& problem,
                          MomentLassoOptions const& options) {
  assert(problem.gram.rows == problem.gram.columns && problem.h.rows == problem.gram.rows &&
         problem.weights.rows == problem.h.rows && problem.weights.columns == problem.h.columns);
  return Run(comm, problem, options)();
}

}  // namespace thresher::prox
