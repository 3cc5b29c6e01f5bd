#include "prox/minimise_smooth.hpp"

#include "linalg/vector_entries.hpp"
#include "prox/tao.hpp"

#include <algorithm>
#include <cmath>
#include <exception>
#include <limits>
#include <stdexcept>

namespace thresher::prox {

namespace {

/// What rank 0 asks of the others.
enum class Request : std::int64_t { evaluate, stopping, end };

/// Values that differ by less than this part of themselves differ by rounding.
constexpr double kRounding = 1e-13;
/// How much above the last iterate a point without a value is said to be, in units of the expected descent.
constexpr double kRise = 0.1;

constexpr char const* kPairsOption = "-tao_lmvm_mat_lmvm_hist_size";

double largest_entry(std::span<double const> values) {
  double largest = 0;
  for (double const value : values) largest = std::max(largest, std::abs(value));
  return largest;
}

/// The objective as all ranks evaluate it.
class SharedObjective {
 public:
  SharedObjective(mpi::Communicator const& comm, SmoothObjective const& objective,
                  SmoothOptions const& options)
      : comm_(comm), objective_(objective), options_(options) {}

  /// For rank 0.
  double evaluate(std::span<double> x, std::span<double> gradient) {
    mpi::broadcast_value(comm_, Request::evaluate);
    mpi::broadcast(comm_, x);
    fails_everywhere_ = true;
    double const value = objective_(x, gradient);
    fails_everywhere_ = false;
    return value;
  }
  /// Whether the objective has thrown, which it does on all ranks: nobody waits for an end.
  bool fails_everywhere() const { return fails_everywhere_; }
  bool stopping() {
    if (!options_.stopping) return false;
    mpi::broadcast_value(comm_, Request::stopping);
    fails_everywhere_ = true;
    bool const stopping = options_.stopping();
    fails_everywhere_ = false;
    return stopping;
  }
  void end() { mpi::broadcast_value(comm_, Request::end); }

  /// For the others: does what rank 0 asks until it ends.
  void serve(std::size_t unknowns) {
    std::vector<double> x(unknowns), gradient(unknowns);
    while (true) {
      auto const request = mpi::broadcast_value(comm_, Request::end);
      if (request == Request::end) return;
      if (request == Request::stopping) {
        options_.stopping();
        continue;
      }
      mpi::broadcast(comm_, std::span<double>(x));
      objective_(x, gradient);
    }
  }

 private:
  mpi::Communicator const& comm_;
  SmoothObjective const& objective_;
  SmoothOptions const& options_;
  bool fails_everywhere_ = false;
};

/// The iteration, on rank 0.
class QuasiNewton {
 public:
  QuasiNewton(SharedObjective& objective, std::span<double const> start, SmoothOptions const& options)
      : objective_(objective), options_(options), base_x_(start.begin(), start.end()) {}

  SmoothMinimum operator()() {
    auto const unknowns = base_x_.size();
    if (unknowns > static_cast<std::size_t>(std::numeric_limits<PetscInt>::max()))
      throw std::length_error("smooth minimisation: more than 2^31 unknowns");
    gradient_.resize(unknowns);
    base_gradient_.resize(unknowns);
    x_ = base_x_;
    base_value_ = evaluate_at(x_, base_gradient_);
    base_told_ = base_value_;
    minimum_.converged = largest_entry(base_gradient_) <= options_.tolerance;
    if (std::isfinite(base_value_) && !minimum_.converged) solve();
    minimum_.x = std::move(base_x_);
    minimum_.value = base_value_;
    minimum_.largest_gradient = largest_entry(base_gradient_);
    return std::move(minimum_);
  }

 private:
  void solve() {
    linalg::Vector solution;
    TaoSolver tao;
    linalg::check(VecCreateSeq(PETSC_COMM_SELF, static_cast<PetscInt>(base_x_.size()), solution.out()));
    std::ranges::copy(base_x_, linalg::WriteEntries(solution.get()).get().begin());
    linalg::check(TaoCreate(PETSC_COMM_SELF, tao.out()));
    linalg::check(TaoSetType(tao.get(), TAOLMVM));
    linalg::check(TaoSetSolution(tao.get(), solution.get()));
    linalg::check(TaoSetObjectiveAndGradient(tao.get(), nullptr, evaluate, this));
    linalg::check(TaoSetConvergenceTest(tao.get(), test, this));
    linalg::check(TaoSetMaximumIterations(
        tao.get(), static_cast<PetscInt>(std::min<std::int64_t>(options_.max_iterations, PETSC_MAX_INT))));
    linalg::check(TaoSetTolerances(tao.get(), options_.tolerance, 0, 0));
    set_options(tao.get());
    auto const code = TaoSolve(tao.get());
    if (thrown_) std::rethrow_exception(thrown_);
    linalg::check(code);
    PetscInt iterations = 0;
    linalg::check(TaoGetIterationNumber(tao.get(), &iterations));
    minimum_.iterations = iterations;
  }

  /// The number of pairs has no function in TAO, only an option, which the user's own overrules.
  void set_options(Tao tao) {
    PetscBool given = PETSC_FALSE;
    linalg::check(PetscOptionsHasName(nullptr, nullptr, kPairsOption, &given));
    if (given == PETSC_FALSE)
      linalg::check(PetscOptionsSetValue(nullptr, kPairsOption, std::to_string(options_.pairs).c_str()));
    set_from_options(tao, options_.prefix);
    if (given == PETSC_FALSE) linalg::check(PetscOptionsClearValue(nullptr, kPairsOption));
  }

  double evaluate_at(std::span<double> x, std::span<double> gradient) {
    ++minimum_.evaluations;
    return objective_.evaluate(x, gradient);
  }

  /// What the line search is told of a trial point whose value is `value`; x_ and gradient_ belong to it.
  double told(double value) {
    double slope_before = 0;
    double slope = 0;
    for (std::size_t j = 0; j < x_.size(); ++j) {
      double const step = x_[j] - base_x_[j];
      slope_before += base_gradient_[j] * step;
      slope += gradient_[j] * step;
    }
    if (!std::isfinite(value) || !std::isfinite(slope)) {
      for (std::size_t j = 0; j < x_.size(); ++j) gradient_[j] = -base_gradient_[j];
      return base_told_ + kRise * std::abs(slope_before);
    }
    double const difference = value - base_value_;
    double const from_slopes = (slope_before + slope) / 2;
    bool const rounding = std::abs(difference - from_slopes) <= kRounding * std::abs(base_value_);
    return base_told_ + (rounding ? from_slopes : difference);
  }

  static PetscErrorCode evaluate(Tao, Vec v, PetscReal* value, Vec g, void* context) {
    PetscFunctionBegin;
    auto& run = *static_cast<QuasiNewton*>(context);
    try {
      linalg::ReadEntries const x(v);
      linalg::WriteEntries const out(g);
      if (std::ranges::equal(x.get(), run.base_x_)) {
        *value = run.base_told_;
        std::ranges::copy(run.base_gradient_, out.get().begin());
        PetscFunctionReturn(0);
      }
      std::ranges::copy(x.get(), run.x_.begin());
      run.value_ = run.evaluate_at(run.x_, run.gradient_);
      run.told_ = run.told(run.value_);
      *value = run.told_;
      std::ranges::copy(run.gradient_, out.get().begin());
    } catch (...) {
      run.thrown_ = std::current_exception();
      SETERRQ(PETSC_COMM_SELF, PETSC_ERR_LIB, "the objective has thrown");
    }
    PetscFunctionReturn(0);
  }

  /// Called at every iterate: the point evaluated last, if it has a value.
  static PetscErrorCode test(Tao tao, void* context) {
    PetscFunctionBegin;
    auto& run = *static_cast<QuasiNewton*>(context);
    try {
      Vec x = nullptr;
      linalg::check(TaoGetSolution(tao, &x));
      run.move_to(linalg::ReadEntries(x).get());
      PetscInt iteration = 0;
      PetscInt most = 0;
      PetscReal tolerance = 0;
      linalg::check(TaoGetIterationNumber(tao, &iteration));
      linalg::check(TaoGetMaximumIterations(tao, &most));
      linalg::check(TaoGetTolerances(tao, &tolerance, nullptr, nullptr));
      TaoConvergedReason reason = TAO_CONTINUE_ITERATING;
      if (largest_entry(run.base_gradient_) <= tolerance) {
        reason = TAO_CONVERGED_GATOL;
      } else if (iteration >= most) {
        reason = TAO_DIVERGED_MAXITS;
      } else if (run.objective_.stopping()) {
        reason = TAO_DIVERGED_USER;
      }
      run.minimum_.converged = reason == TAO_CONVERGED_GATOL;
      run.minimum_.stopped = reason == TAO_DIVERGED_USER;
      if (reason != TAO_CONTINUE_ITERATING) linalg::check(TaoSetConvergedReason(tao, reason));
    } catch (...) {
      run.thrown_ = std::current_exception();
      SETERRQ(PETSC_COMM_SELF, PETSC_ERR_LIB, "the objective has thrown");
    }
    PetscFunctionReturn(0);
  }

  /// Makes the iterate `x` the point that trials are compared with. A failed line search may have put TAO
  /// back to where it was.
  void move_to(std::span<double const> x) {
    if (std::ranges::equal(x, base_x_)) return;
    if (!std::ranges::equal(x, x_)) {
      std::ranges::copy(x, x_.begin());
      value_ = evaluate_at(x_, gradient_);
      told_ = told(value_);
    }
    if (!std::isfinite(value_)) return;
    base_x_ = x_;
    base_gradient_ = gradient_;
    base_value_ = value_;
    base_told_ = told_;
  }

  SharedObjective& objective_;
  SmoothOptions const& options_;
  std::vector<double> x_, gradient_;  ///< of the point evaluated last
  double value_ = 0, told_ = 0;
  std::vector<double> base_x_, base_gradient_;  ///< of the last iterate
  double base_value_ = 0, base_told_ = 0;
  SmoothMinimum minimum_;
  std::exception_ptr thrown_;
};

void broadcast_minimum(mpi::Communicator const& comm, SmoothMinimum& minimum) {
  mpi::broadcast_vector(comm, minimum.x);
  minimum.value = mpi::broadcast_value(comm, minimum.value);
  minimum.largest_gradient = mpi::broadcast_value(comm, minimum.largest_gradient);
  minimum.iterations = mpi::broadcast_value(comm, minimum.iterations);
  minimum.evaluations = mpi::broadcast_value(comm, minimum.evaluations);
  minimum.converged = mpi::broadcast_value(comm, minimum.converged);
  minimum.stopped = mpi::broadcast_value(comm, minimum.stopped);
}

}  // namespace

SmoothMinimum minimise_smooth(mpi::Communicator const& comm, std::span<double const> start,
                              SmoothObjective const& objective, SmoothOptions const& options) {
  SharedObjective shared(comm, objective, options);
  SmoothMinimum minimum;
  // What the objective throws, it throws on all ranks; what rank 0 throws by itself ends the others' service.
  mpi::agree(comm, [&] {
    if (comm.rank() != 0) return shared.serve(start.size());
    try {
      minimum = QuasiNewton(shared, start, options)();
    } catch (...) {
      if (!shared.fails_everywhere()) shared.end();
      throw;
    }
    shared.end();
  });
  broadcast_minimum(comm, minimum);
  if (!std::isfinite(minimum.value))
    throw std::invalid_argument("smooth minimisation: the objective is not finite at the start");
  return minimum;
}

}  // namespace thresher::prox
