#include "experiments/mixed_quality_lasso/solvers/lasso_path.hpp"

#include "prox/kept_fista.hpp"
#include "prox/working_set.hpp"

#include <algorithm>
#include <cmath>

namespace thresher::mixed_quality_lasso {

namespace {

/// Solutions for falling lambda by the solver of the point, each started at the one before.
class PathSolver {
 public:
  PathSolver(prox::Design const& design, std::span<double const> b, Solver solver,
             prox::LassoOptions const& options)
      : design_(design), b_(b), solver_(solver), options_(options), working_set_(design, b, options) {}

  double largest_lambda() { return working_set_.largest_lambda(); }

  void solve(double lambda) {
    last_ = solver_ == Solver::fista ? fista().solve(design_, b_, lambda, options_, last_.coefficients)
                                     : working_set_.solve(lambda);
  }
  prox::LassoSolution const& solution() const { return last_; }

  /// State of a solve that was stopped; `finish` ends it.
  void save(bytes::Writer& state) const {
    if (solver_ == Solver::fista)
      fista().save(state);
    else
      working_set_.save(state);
  }
  void finish(double lambda, bytes::Reader& state) {
    if (solver_ == Solver::fista) {
      last_ = fista().finish(design_, b_, lambda, options_, state);
    } else {
      working_set_.load(state);
      last_ = working_set_.finish();
    }
  }

 private:
  prox::FistaLasso& fista() const { return prox::kept_fista(design_); }

  prox::Design const& design_;
  std::span<double const> b_;
  Solver solver_;
  prox::LassoOptions options_;
  prox::WorkingSet working_set_;
  prox::LassoSolution last_;
};

}  // namespace

void follow_path(prox::Design const& design, std::span<double const> b, Parameters const& point,
                 study::KeptWork& work, bytes::Reader* left, PathVisitor& visitor) {
  bool stopped = false;
  auto const stopping = [&](double) { return stopped = work.stopping(); };
  PathSolver solver(design, b, point.solver, {point.tol, point.max_iter, stopping});
  std::int64_t k = 1;
  double largest = 0;
  if (left != nullptr) {
    left->read(k, largest);
    visitor.load(*left);
  } else {
    largest = solver.largest_lambda();
  }
  for (; k < point.n_lambda; ++k) {
    double const exponent = static_cast<double>(k) / static_cast<double>(point.n_lambda - 1);
    double const lambda =
        mpi::broadcast_value(design.communicator(), largest * std::pow(point.lambda_min_ratio, exponent));
    if (!(lambda > 0)) return;  // b is orthogonal to every column
    if (left != nullptr)
      solver.finish(lambda, *left);
    else
      solver.solve(lambda);
    left = nullptr;
    auto const save = [&](bytes::Writer& state) {
      state.put(k, largest);
      visitor.save(state);
      solver.save(state);
    };
    if (stopped) work.interrupt(save);
    work.tell(exponent);
    if (!visitor.visit(lambda, solver.solution())) return;
  }
}

PathPoint path_point(double lambda, prox::LassoSolution const& solution,
                     std::span<std::int64_t const> truth) {
  PathPoint made{.lambda = lambda,
                 .support_size = static_cast<double>(solution.coefficients.indices.size()),
                 .relative_gap = solution.relative_gap};
  for (auto const index : solution.coefficients.indices)
    (std::binary_search(truth.begin(), truth.end(), index) ? made.true_positives : made.false_positives) += 1;
  return made;
}

void store_path(study::Team& team, std::span<PathPoint const> path) {
  if (!team.wants("path")) return;
  std::vector<double> values;
  for (auto const& at : path)
    values.insert(values.end(),
                  {at.lambda, at.support_size, at.true_positives, at.false_positives, at.relative_gap});
  team.store({"path", {static_cast<std::int64_t>(path.size()), 5}, std::move(values)});
}

}  // namespace thresher::mixed_quality_lasso
