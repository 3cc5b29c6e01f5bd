#include "linalg/krylov_schur.hpp"

#include "linalg/shell_matrix.hpp"
#include "linalg/slepc.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <functional>
#include <limits>
#include <utility>

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
  CappedTest(CountedOperator const& op, std::int64_t basis, ExtremeOptions const& options, Wanted wanted)
      : op_(op),
        new_in_cycle_(static_cast<std::int64_t>(std::ceil((1 - options.kept) * static_cast<double>(basis)))),
        options_(options),
        wanted_(wanted) {}

  void attach(EPS eps) {
    if (wanted_ != Wanted::extreme) {
      check(EPSSetWhichEigenpairs(eps, EPS_WHICH_USER));
      check(EPSSetEigenvalueComparison(eps, &CappedTest::compare_distances, this));
      // A pair whose value has converged must not be locked while others are looked for.
      if (options_.vectors > 0) check(EPSKrylovSchurSetLocking(eps, PETSC_FALSE));
    }
    check(EPSSetConvergenceTestFunction(eps, &CappedTest::test, this, nullptr));
  }
  double highest() const { return highest_; }
  double lowest() const { return lowest_; }
  /// All Ritz values of the last cycle, ascending.
  std::vector<double> ritz_values() const {
    std::vector<double> values;
    for (auto const& pair : cycle_pairs_) values.push_back(pair.value);
    return values;
  }
  double residual(double value) const {
    auto const nearest =
        std::ranges::min_element(seen_, {}, [&](auto const& pair) { return std::abs(pair.value - value); });
    return nearest == seen_.end() ? 0 : nearest->residual;
  }

 private:
  struct RitzPair {
    double value;
    double residual;
  };
  static PetscErrorCode test(EPS eps, PetscScalar value, PetscScalar, PetscReal residual, PetscReal* error,
                             void* context) {
    auto& self = *static_cast<CappedTest*>(context);
    PetscInt cycle = 0;
    if (auto const code = EPSGetIterationNumber(eps, &cycle); code != 0) return code;
    if (cycle != self.cycle_) {  // what is tested again in a new cycle has moved
      std::erase_if(self.seen_, [&](RitzPair const& pair) {
        return pair.residual > self.options_.tolerance * self.largest_;
      });
      if (auto const code = self.look_at_cycle(eps, {value, residual}); code != 0) return code;
      self.cycle_ = cycle;
      self.is_last_ = self.op_.products() + self.new_in_cycle_ > self.options_.max_products ||
                      (self.wanted_ == Wanted::wider_gap && self.gaps_tell());
    }
    self.seen_.push_back({value, residual});
    *error = self.is_last_ || self.largest_ == 0 ? 0 : self.error_of({value, residual}) / self.largest_;
    return 0;
  }

  /// Reads all Ritz pairs of the cycle off the projected problem, of which `tested` is one: residuals are in
  /// proportion to the last entries of its eigenvectors.
  PetscErrorCode look_at_cycle(EPS eps, RitzPair const& tested) {
    DS projected = nullptr;
    PetscInt size = 0, leading = 0;
    PetscReal* values = nullptr;
    PetscScalar* vectors = nullptr;
    PetscFunctionBeginUser;
    PetscCall(EPSGetDS(eps, &projected));
    PetscCall(DSGetDimensions(projected, &size, nullptr, nullptr, nullptr));
    PetscCall(DSGetLeadingDimension(projected, &leading));
    PetscCall(DSGetArrayReal(projected, DS_MAT_T, &values));
    PetscCall(DSGetArray(projected, DS_MAT_Q, &vectors));
    cycle_pairs_.clear();
    for (PetscInt k = 0; k < size; ++k)
      cycle_pairs_.push_back({values[k], std::abs(vectors[size - 1 + k * leading])});
    PetscCall(DSRestoreArray(projected, DS_MAT_Q, &vectors));
    PetscCall(DSRestoreArrayReal(projected, DS_MAT_T, &values));
    auto const same = std::ranges::min_element(
        cycle_pairs_, {}, [&](auto const& pair) { return std::abs(pair.value - tested.value); });
    double const scale = same->residual > 0 ? tested.residual / same->residual : 0;
    for (auto& pair : cycle_pairs_) pair.residual *= scale;
    std::ranges::sort(cycle_pairs_, {}, &RitzPair::value);
    auto const inner = std::min(cycle_pairs_.size() - 1,
                                static_cast<std::size_t>(std::max<std::int64_t>(options_.count / 2 - 1, 0)));
    centre_ = (cycle_pairs_[inner].value + cycle_pairs_[cycle_pairs_.size() - 1 - inner].value) / 2;
    // A restart drops the end that is not wanted: what was seen before still bounds it.
    lowest_ = std::min(lowest_, cycle_pairs_.front().value);
    highest_ = std::max(highest_, cycle_pairs_.back().value);
    largest_ = std::max(std::abs(lowest_), std::abs(highest_));
    PetscFunctionReturn(0);
  }

  /// What must become small: the residual, or what it says of the value where that is enough.
  double error_of(RitzPair const& pair) const {
    double const sign = pair.value > (highest_ + lowest_) / 2 ? 1 : -1;
    std::vector<double> outermost_first;
    for (auto const& other : cycle_pairs_) outermost_first.push_back(sign * other.value);
    std::ranges::sort(outermost_first, std::greater<>());
    auto const place = static_cast<std::size_t>(
        std::ranges::lower_bound(outermost_first, sign * pair.value, std::greater<>()) -
        outermost_first.begin());
    if (options_.vectors == 0 || place < static_cast<std::size_t>(options_.vectors) ||
        place + 1 >= outermost_first.size())
      return pair.residual;
    double const gap = std::min(outermost_first[place - 1] - sign * pair.value,
                                sign * pair.value - outermost_first[place + 1]);
    return pair.residual < gap / 2 ? pair.residual * pair.residual / gap : pair.residual;
  }

  /// Whether one end is sure to have the wider gap between its first two values, and has converged. The gap
  /// of the other end may still shrink at its inner side and grow by the residual at the outer one; an
  /// outlier there that is yet unseen, and further from its neighbours, would have come first.
  bool gaps_tell() const {
    auto const size = cycle_pairs_.size();
    if (size < 4) return false;
    auto const gap = [](auto const& end) { return std::abs(end[0].value - end[1].value); };
    std::array winner{cycle_pairs_[size - 1], cycle_pairs_[size - 2]};
    std::array loser{cycle_pairs_[0], cycle_pairs_[1]};
    if (gap(loser) > gap(winner)) std::swap(winner, loser);
    double const margin = options_.tolerance * largest_;
    return error_of(winner[0]) <= margin && error_of(winner[1]) <= margin &&
           gap(loser) + loser[0].residual < gap(winner) - margin;
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
  std::int64_t new_in_cycle_;  ///< products, at most
  ExtremeOptions const& options_;
  Wanted wanted_;
  double centre_ = 0;
  std::vector<RitzPair> cycle_pairs_;  ///< ascending
  double highest_ = -std::numeric_limits<double>::infinity();
  double lowest_ = std::numeric_limits<double>::infinity();
  PetscInt cycle_ = -1;
  bool is_last_ = false;
  double largest_ = 0;
  std::vector<RitzPair> seen_;
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
  if (options.kept != ExtremeOptions{}.kept) check(EPSKrylovSchurSetRestart(eps, options.kept));
  CappedTest test(counted, basis, options, looked_for);
  test.attach(eps);
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
