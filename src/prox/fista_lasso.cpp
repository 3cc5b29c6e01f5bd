#include "prox/fista_lasso.hpp"

#include "linalg/column_products.hpp"
#include "linalg/vector_entries.hpp"
#include "prox/operators.hpp"
#include "prox/polish.hpp"
#include "prox/sparse_gather.hpp"
#include "prox/spectral_norm.hpp"
#include "prox/tao.hpp"
#include "prox/tao_fista.hpp"

#include <algorithm>
#include <cmath>
#include <numeric>
#include <vector>

namespace thresher::prox {

namespace {

constexpr std::int64_t kIterationsPerCheck = 25;
constexpr int kLanczosSteps = 20;
/// The Lanczos value approaches the largest eigenvalue from below.
constexpr double kLipschitzMargin = 1.02;
/// Checks within the tolerance that are spent on reaching the exact solution of the signed support.
constexpr int kPolishChecks = 40;
constexpr double kBoundSlack = 1e-9;

}  // namespace

struct FistaLasso::State {
  MPI_Comm team;
  std::int64_t local_columns;
  std::string prefix;
  linalg::Vector beta;
  TaoSolver tao;

  // The problem being solved.
  Design const* design = nullptr;
  std::span<double const> b;
  double lambda = 0;
  double scale = 0;  ///< ||b||^2/(2n)
  std::function<bool(double)> stopping;
  std::int64_t largest_local_gram = 0;
  std::vector<std::int64_t> candidates;
  std::vector<double> norms;  ///< ||A_j||/sqrt(n) of local columns
  double lipschitz = 0;
  SparseVector checked;  ///< signed support at the last check
  int checks_within_tolerance = 0;
  LassoSolution solution;

  State(mpi::Communicator const& comm, std::int64_t columns, std::string name)
      : team(comm.get()), local_columns(columns), prefix(std::move(name)) {
    register_fista();
    linalg::check(VecCreateMPI(comm.get(), static_cast<PetscInt>(columns), PETSC_DETERMINE, beta.out()));
    linalg::check(TaoCreate(comm.get(), tao.out()));
    linalg::check(TaoSetType(tao.get(), kTaoFista));
    linalg::check(TaoSetSolution(tao.get(), beta.get()));
    linalg::check(TaoSetObjectiveAndGradient(tao.get(), nullptr, evaluate, this));
    linalg::check(TaoSetConvergenceTest(tao.get(), test, this));
    linalg::check(set_proximal_operator(tao.get(), shrink, this));
  }

  /// Takes up a problem, with nothing known of its solution.
  void pose(Design const& problem, std::span<double const> right, double penalty,
            LassoOptions const& options) {
    design = &problem;
    b = right;
    lambda = penalty;
    scale = linalg::inner_product(b, b) / (2 * n());
    stopping = options.stopping;
    largest_local_gram = options.largest_local_gram;
    checked = {};
    checks_within_tolerance = 0;
    solution = {};
  }

  /// Iterates to the end, or until it is told to stop.
  LassoSolution run(LassoOptions const& options) {
    Tao const solver = tao.get();
    linalg::check(set_lipschitz_constant(solver, lipschitz));
    linalg::check(TaoSetMaximumIterations(
        solver, static_cast<PetscInt>(std::min<std::int64_t>(options.max_iterations, PETSC_MAX_INT))));
    linalg::check(TaoSetTolerances(solver, 0, 0, options.tolerance));
    set_from_options(solver, prefix);
    linalg::check(TaoSolve(solver));
    stopping = {};

    PetscInt iterations = 0;
    TaoConvergedReason reason = TAO_CONTINUE_ITERATING;
    linalg::check(TaoGetIterationNumber(solver, &iterations));
    linalg::check(TaoGetConvergedReason(solver, &reason));
    solution.iterations = iterations;
    solution.converged = reason > 0;
    return solution;
  }

  double n() const { return static_cast<double>(design->rows()); }

  /// b - A x for coefficients spread over the ranks.
  std::vector<double> residual_of(std::span<double const> x) const {
    std::vector<std::int64_t> which;
    std::vector<double> values;
    for (auto const column : candidates) {
      double const value = x[static_cast<std::size_t>(column - design->local_columns().begin)];
      if (value == 0) continue;
      which.push_back(column);
      values.push_back(value);
    }
    std::vector<double> r(b.size());
    design->combine(which, values, r);
    for (std::size_t i = 0; i < r.size(); ++i) r[i] = b[i] - r[i];
    return r;
  }

  std::vector<double> correlations(std::span<double const> r) {
    std::vector<double> products(candidates.size());
    design->correlate(candidates, linalg::ConstMatrixView(r.data(), design->rows(), 1),
                      linalg::MatrixView(products.data(), static_cast<std::int64_t>(products.size()), 1));
    for (double& product : products) product /= n();
    ++solution.full_passes;
    return products;
  }

  static PetscErrorCode evaluate(Tao tao, Vec v, PetscReal* objective, Vec gradient, void* context) {
    return guarded(tao, [&] {
      auto& state = *static_cast<State*>(context);
      std::vector<double> r;
      {
        linalg::ReadEntries const entries(v);
        r = state.residual_of(entries.get());
      }
      *objective = linalg::inner_product(r, r) / (2 * state.n());
      auto const c = state.correlations(r);
      linalg::WriteEntries const entries(gradient);
      auto const out = entries.get();
      std::fill(out.begin(), out.end(), 0.0);
      auto const begin = state.design->local_columns().begin;
      for (std::size_t k = 0; k < c.size(); ++k)
        out[static_cast<std::size_t>(state.candidates[k] - begin)] = -c[k];
    });
  }

  static PetscErrorCode shrink(Tao tao, PetscReal step, Vec in, Vec out, void* context) {
    return guarded(tao, [&] {
      auto const& state = *static_cast<State const*>(context);
      linalg::ReadEntries const from(in);
      linalg::WriteEntries const to(out);
      std::fill(to.get().begin(), to.get().end(), 0.0);
      auto const begin = state.design->local_columns().begin;
      for (auto const column : state.candidates) {
        auto const at = static_cast<std::size_t>(column - begin);
        to.get()[at] = soft_threshold(from.get()[at], step * state.lambda);
      }
    });
  }

  /// Nonzero entries of the iterate, on all ranks.
  SparseVector gather(std::span<double const> x) const {
    return gather_nonzeros(design->communicator(), design->local_columns(), x);
  }

  /// Gap of coefficients with residual r, and the dual scaling; c are the correlations of the candidates.
  double gap_of(SparseVector const& x, std::span<double const> r, std::span<double const> c,
                double& alpha) const {
    auto const& comm = design->communicator();
    GapTerms terms;
    for (double const value : x.values) terms.l1_norm += std::abs(value);
    double largest = 0;
    for (double const value : c) largest = std::max(largest, std::abs(value));
    terms.largest_correlation = mpi::max(comm, largest);
    terms.residual_sq_over_n = linalg::inner_product(r, r) / n();
    terms.data_residual_over_n = linalg::inner_product(b, r) / n();
    alpha = dual_scaling(terms, lambda);
    return mpi::broadcast_value(comm, duality_gap(terms, lambda));
  }

  /// Part of a replicated vector that this rank holds.
  void scatter(SparseVector const& x, std::span<double> local) const {
    auto const range = design->local_columns();
    std::fill(local.begin(), local.end(), 0.0);
    for (std::size_t k = 0; k < x.indices.size(); ++k)
      if (x.indices[k] >= range.begin && x.indices[k] < range.end)
        local[static_cast<std::size_t>(x.indices[k] - range.begin)] = x.values[k];
  }

  bool try_polish(SparseVector const& x) {
    auto const polished = polish(*design, b, lambda, x, largest_local_gram);
    if (!polished) return false;
    std::vector<double> local(static_cast<std::size_t>(local_columns));
    scatter(*polished, local);
    auto r = residual_of(local);
    double alpha = 1;
    double const gap = gap_of(*polished, r, correlations(r), alpha);
    if (gap > kPolishedGap * scale) return false;
    accept(*polished, std::move(r), gap);
    solution.polished = true;
    return true;
  }

  void accept(SparseVector const& x, std::vector<double> r, double gap) {
    solution.coefficients = x;
    solution.residual = std::move(r);
    solution.relative_gap = scale > 0 ? gap / scale : 0;
  }

  static bool same_signs(SparseVector const& a, SparseVector const& b) {
    return a.indices == b.indices && std::equal(a.values.begin(), a.values.end(), b.values.begin(),
                                                [](double x, double y) { return x * y > 0; });
  }

  TaoConvergedReason check_gap(Tao solver, bool last) {
    SparseVector x;
    std::vector<double> r;
    {
      linalg::ReadEntries const entries(beta.get());
      x = gather(entries.get());
      r = residual_of(entries.get());
    }
    auto const c = correlations(r);
    double alpha = 1;
    double const gap = gap_of(x, r, c, alpha);
    PetscReal absolute = 0;
    PetscReal relative = 0;
    linalg::check(TaoGetTolerances(solver, &absolute, nullptr, &relative));
    bool const within_tolerance = gap <= absolute || gap <= relative * scale;
    bool const settled = same_signs(x, checked);
    if ((settled || within_tolerance || last) && try_polish(x)) return TAO_CONVERGED_USER;
    checked = x;

    double const radius = std::sqrt(2 * std::max(gap, 0.0));
    std::vector<std::int64_t> kept;
    auto const begin = design->local_columns().begin;
    for (std::size_t k = 0; k < candidates.size(); ++k) {
      double const bound =
          std::abs(c[k]) * alpha + norms[static_cast<std::size_t>(candidates[k] - begin)] * radius;
      if (bound >= lambda * (1 - kBoundSlack)) kept.push_back(candidates[k]);
    }
    candidates = std::move(kept);

    if (within_tolerance && (last || checks_within_tolerance++ == kPolishChecks)) {
      accept(x, std::move(r), gap);
      return TAO_CONVERGED_GATOL;
    }
    if (last) {
      accept(x, std::move(r), gap);
      return TAO_DIVERGED_MAXITS;
    }
    if (stopping && stopping(scale > 0 ? gap / scale : 0)) {
      accept(x, std::move(r), gap);
      return TAO_DIVERGED_USER;
    }
    return TAO_CONTINUE_ITERATING;
  }

  static PetscErrorCode test(Tao tao, void* context) {
    return guarded(tao, [&] {
      auto& state = *static_cast<State*>(context);
      PetscInt iteration = 0;
      PetscInt most = 0;
      linalg::check(TaoGetIterationNumber(tao, &iteration));
      linalg::check(TaoGetMaximumIterations(tao, &most));
      bool const last = iteration >= most;
      if (!last && iteration % kIterationsPerCheck != 0) return;
      linalg::check(TaoSetConvergedReason(tao, state.check_gap(tao, last)));
    });
  }
};

FistaLasso::FistaLasso(mpi::Communicator const& comm, std::int64_t local_columns, std::string const& prefix)
    : state_(std::make_unique<State>(comm, local_columns, prefix)) {}
FistaLasso::~FistaLasso() = default;
FistaLasso::FistaLasso(FistaLasso&&) noexcept = default;
FistaLasso& FistaLasso::operator=(FistaLasso&&) noexcept = default;

bool FistaLasso::fits(Design const& design) const {
  return design.communicator().get() == state_->team &&
         design.local_columns().size() == state_->local_columns;
}

LassoSolution FistaLasso::solve(Design const& design, std::span<double const> b, double lambda,
                                LassoOptions options, SparseVector const& start) {
  auto& state = *state_;
  state.pose(design, b, lambda, options);
  auto const local = design.local_columns();
  state.candidates.resize(static_cast<std::size_t>(local.size()));
  std::iota(state.candidates.begin(), state.candidates.end(), local.begin);

  state.lipschitz = kLipschitzMargin * largest_gram_eigenvalue(design, kLanczosSteps);
  state.solution.full_passes = std::int64_t{2} * kLanczosSteps;
  state.norms.resize(state.candidates.size());
  design.squared_norms(state.candidates, state.norms);
  for (double& norm : state.norms) norm = std::sqrt(norm / state.n());
  if (!(state.lipschitz > 0) || state.scale == 0) {  // nothing to fit, or nothing to fit with
    state.solution.residual.assign(b.begin(), b.end());
    state.solution.converged = true;
    state.solution.polished = true;
    return state.solution;
  }
  state.scatter(start, linalg::WriteEntries(state.beta.get()).get());
  return state.run(options);
}

void FistaLasso::save(bytes::Writer& writer) const {
  auto const& state = *state_;
  PetscReal momentum = 1;
  Vec extrapolated = nullptr;
  linalg::check(get_momentum(state.tao.get(), &momentum, &extrapolated));
  writer.put(momentum, state.solution.iterations, state.solution.full_passes, state.lipschitz,
             state.checks_within_tolerance, state.checked, state.candidates, state.norms);
  writer.put(linalg::ReadEntries(state.beta.get()).get());
  writer.put(linalg::ReadEntries(extrapolated).get());
}

LassoSolution FistaLasso::finish(Design const& design, std::span<double const> b, double lambda,
                                 LassoOptions options, bytes::Reader& reader) {
  auto& state = *state_;
  state.pose(design, b, lambda, options);
  linalg::check(TaoSetUp(state.tao.get()));
  auto const momentum = reader.get<PetscReal>();
  auto const iterations = reader.get<std::int64_t>();
  reader.read(state.solution.full_passes, state.lipschitz, state.checks_within_tolerance, state.checked,
              state.candidates, state.norms);
  PetscReal unused = 1;
  Vec extrapolated = nullptr;
  linalg::check(get_momentum(state.tao.get(), &unused, &extrapolated));
  std::ranges::copy(reader.get<std::vector<double>>(), linalg::WriteEntries(state.beta.get()).get().begin());
  std::ranges::copy(reader.get<std::vector<double>>(), linalg::WriteEntries(extrapolated).get().begin());
  linalg::check(continue_from(state.tao.get(), static_cast<PetscInt>(iterations), momentum));
  return state.run(options);
}

}  // namespace thresher::prox
