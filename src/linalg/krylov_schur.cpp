#include "linalg/krylov_schur.hpp"

#include "linalg/shell_matrix.hpp"
#include "linalg/slepc.hpp"

#include <algorithm>
#include <cmath>
#include <functional>
#include <limits>

namespace thresher::linalg {

namespace {

/// Counts the products with an operator.
class CountedOperator : public PanelOperator {
 public:
  explicit CountedOperator(PanelOperator const& op) : op_(op) {}
  RowLayout const& layout() const override { return op_.layout(); }
  void apply(ConstMatrixView own_in, MatrixView own_out) const override {
    op_.apply(own_in, own_out);
    products_ += own_in.columns;
  }
  std::int64_t products() const { return products_; }

 private:
  PanelOperator const& op_;
  mutable std::int64_t products_ = 0;
};

EPSWhich which_of(Extreme extreme) {
  switch (extreme) {
    case Extreme::largest:
      return EPS_LARGEST_REAL;
    case Extreme::smallest:
      return EPS_SMALLEST_REAL;
    case Extreme::magnitude:
      break;
  }
  return EPS_LARGEST_MAGNITUDE;
}

/// Convergence test of a run with a cap on products. SLEPc hands out converged pairs only; where another
/// cycle would exceed the cap, the test accepts all Ritz pairs, and their residuals are remembered here.
class CappedTest {
 public:
  CappedTest(CountedOperator const& op, std::int64_t basis, ExtremeOptions const& options)
      : op_(op), basis_(basis), options_(options) {}

  void attach(EPS eps, Wanted wanted) {
    if (wanted == Wanted::both_ends) {
      check(EPSSetWhichEigenpairs(eps, EPS_WHICH_USER));
      check(EPSSetEigenvalueComparison(eps, &CappedTest::compare_distances, this));
      // A pair whose value has converged must not be locked while others are looked for.
      if (options_.vectors > 0) check(EPSKrylovSchurSetLocking(eps, PETSC_FALSE));
    }
    check(EPSSetConvergenceTestFunction(eps, &CappedTest::test, this, nullptr));
    check(EPSMonitorSet(eps, &CappedTest::see_ends, this, nullptr));
  }
  double highest() const { return highest_; }
  double lowest() const { return lowest_; }
  /// All Ritz values of the last cycle.
  std::vector<double> const& ritz_values() const { return ritz_values_; }
  double residual(double value) const {
    auto const nearest =
        std::ranges::min_element(seen_, {}, [&](auto const& pair) { return std::abs(pair.value - value); });
    return nearest == seen_.end() ? 0 : nearest->residual;
  }

 private:
  struct Seen {
    double value;
    double residual;
  };
  static PetscErrorCode test(EPS eps, PetscScalar value, PetscScalar, PetscReal residual, PetscReal* error,
                             void* context) {
    auto& self = *static_cast<CappedTest*>(context);
    PetscInt cycle = 0;
    if (auto const code = EPSGetIterationNumber(eps, &cycle); code != 0) return code;
    if (cycle != self.cycle_) {  // what is tested again in a new cycle has moved
      std::erase_if(self.seen_, [&](Seen const& pair) {
        return pair.residual > self.options_.tolerance * self.largest_;
      });
      self.cycle_ = cycle;
    }
    self.largest_ = std::max(self.largest_, std::abs(value));
    self.seen_.push_back({value, residual});
    // A cycle keeps half of what is not locked and makes at most the other half of the basis anew.
    bool const last = self.op_.products() + (self.basis_ + 1) / 2 > self.options_.max_products;
    *error = last || self.largest_ == 0 ? 0 : self.error_of(value, residual) / self.largest_;
    return 0;
  }

  /// What must become small: the residual, or what it says of the value where that is enough. Neighbours are
  /// those of the cycle before.
  double error_of(double value, double residual) const {
    if (options_.vectors == 0 || ritz_values_.empty()) return residual;
    double const sign = value > centre_of_all() ? 1 : -1;
    double const margin = options_.tolerance * largest_;
    std::vector<double> outermost_first;
    for (double const ritz_value : ritz_values_) outermost_first.push_back(sign * ritz_value);
    std::ranges::sort(outermost_first, std::greater<>());
    auto const place = static_cast<std::size_t>(
        std::ranges::lower_bound(outermost_first, sign * value + margin, std::greater<>()) -
        outermost_first.begin());
    if (place < static_cast<std::size_t>(options_.vectors) || place + 1 >= outermost_first.size())
      return residual;
    double const gap =
        std::min(outermost_first[place - 1] - sign * value, sign * value - outermost_first[place + 1]);
    return residual < gap / 2 ? residual * residual / gap : residual;
  }
  double centre_of_all() const { return (highest_ + lowest_) / 2; }

  /// All Ritz values of a cycle; those of the wanted end alone are tested for convergence.
  static PetscErrorCode see_ends(EPS, PetscInt, PetscInt, PetscScalar* values, PetscScalar*, PetscReal*,
                                 PetscInt count, void* context) {
    auto& self = *static_cast<CappedTest*>(context);
    if (count == 0) return 0;
    auto const [lowest, highest] = std::minmax_element(values, values + count);
    self.ritz_values_.assign(values, values + count);
    auto sorted = self.ritz_values_;
    std::ranges::sort(sorted);
    auto const inner = std::min(sorted.size() - 1, static_cast<std::size_t>(self.options_.count / 2 - 1));
    if (self.options_.count >= 2) self.centre_ = (sorted[inner] + sorted[sorted.size() - 1 - inner]) / 2;
    // A restart drops the end that is not wanted: what was seen before still bounds it.
    self.lowest_ = std::min(self.lowest_, *lowest);
    self.highest_ = std::max(self.highest_, *highest);
    return 0;
  }

  /// Pairs of both ends are those that lie furthest from the middle between the innermost of them, which
  /// moves with the Ritz values.
  static PetscErrorCode compare_distances(PetscScalar a, PetscScalar, PetscScalar b, PetscScalar,
                                          PetscInt* result, void* context) {
    double const centre = static_cast<CappedTest const*>(context)->centre_;
    double const distance_a = std::abs(a - centre), distance_b = std::abs(b - centre);
    *result = distance_a > distance_b ? -1 : distance_a < distance_b ? 1 : 0;
    return 0;
  }

  CountedOperator const& op_;
  std::int64_t basis_;
  ExtremeOptions const& options_;
  double centre_ = 0;
  std::vector<double> ritz_values_;
  double highest_ = -std::numeric_limits<double>::infinity();
  double lowest_ = std::numeric_limits<double>::infinity();
  PetscInt cycle_ = -1;
  double largest_ = 0;
  std::vector<Seen> seen_;
};

}  // namespace

ExtremeEigenpairs krylov_schur(PanelOperator const& op, std::span<double const> own_start,
                               ConstMatrixView own_excluded, ExtremeOptions const& options, Wanted looked_for,
                               std::vector<double>* ritz_values) {
  CountedOperator const counted(op);
  ShellMatrix matrix(counted);
  EigenSolver solver;
  auto const room = std::min(op.layout().rows() - own_excluded.columns, options.max_products);
  auto const wanted = options.basis_size > 0 ? std::max(options.basis_size, options.count + 1)
                                             : std::max(2 * options.count + 1, options.count + 20);
  auto const basis = std::min(wanted, room);
  auto const count = std::min(options.count, basis == op.layout().rows() ? basis : basis - 1);
  if (count < 1) return {{}, DenseMatrix(op.layout().owned().size(), 0), {}};

  check(EPSCreate(op.layout().communicator().get(), solver.out()));
  auto* const eps = solver.get();
  check(EPSSetOptionsPrefix(eps, options.prefix.c_str()));
  check(EPSSetOperators(eps, matrix.get(), nullptr));
  check(EPSSetProblemType(eps, EPS_HEP));
  check(EPSSetType(eps, EPSKRYLOVSCHUR));
  check(EPSSetWhichEigenpairs(eps, which_of(options.extreme)));
  check(EPSSetDimensions(eps, static_cast<PetscInt>(count), static_cast<PetscInt>(basis), PETSC_DEFAULT));
  check(EPSSetTolerances(eps, options.tolerance,
                         static_cast<PetscInt>(std::min<std::int64_t>(options.max_products, 1'000'000))));
  // The projected problem is solved by one rank and broadcast: it decides when all of them stop.
  DS projected = nullptr;
  check(EPSGetDS(eps, &projected));
  check(DSSetParallel(projected, DS_PARALLEL_SYNCHRONIZED));

  auto const initial = matrix.make_vector();
  copy_to_vector(own_start, initial.get());
  Vec first = initial.get();
  check(EPSSetInitialSpace(eps, 1, &first));
  std::vector<Vector> excluded;
  std::vector<Vec> excluded_handles;
  for (std::int64_t j = 0; j < own_excluded.columns; ++j) {
    excluded.push_back(matrix.make_vector());
    copy_to_vector(own_excluded.column(j), excluded.back().get());
    excluded_handles.push_back(excluded.back().get());
  }
  if (!excluded.empty())
    check(EPSSetDeflationSpace(eps, static_cast<PetscInt>(excluded.size()), excluded_handles.data()));
  CappedTest test(counted, basis, options);
  test.attach(eps, looked_for);
  check(EPSSetFromOptions(eps));
  matrix.run([&] { return EPSSolve(eps); });

  PetscInt available = 0;
  check(EPSGetConverged(eps, &available));
  auto const found = std::min<std::int64_t>(options.count, available);
  ExtremeEigenpairs pairs{{},
                          DenseMatrix(op.layout().owned().size(), found),
                          {},
                          test.highest(),
                          test.lowest(),
                          counted.products()};
  if (ritz_values != nullptr) *ritz_values = test.ritz_values();
  auto const vector = matrix.make_vector();
  for (std::int64_t k = 0; k < found; ++k) {
    PetscScalar value = 0;
    check(EPSGetEigenpair(eps, static_cast<PetscInt>(k), &value, nullptr, vector.get(), nullptr));
    pairs.values.push_back(value);
    pairs.residuals.push_back(test.residual(value));
    copy_from_vector(vector.get(), pairs.own_vectors.column(k));
  }
  return pairs;
}

}  // namespace thresher::linalg
