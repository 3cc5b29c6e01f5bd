#pragma once

#include "bytes/reader.hpp"
#include "bytes/writer.hpp"
#include "linalg/dense_matrix.hpp"
#include "linalg/panel_operator.hpp"

#include <cstdint>
#include <functional>
#include <span>
#include <tuple>
#include <vector>

namespace thresher::linalg {

struct LanczosOptions {
  /// A seed stops when the coefficients of f change by less than this, relatively, between two tests.
  double tolerance = 1e-4;
  int max_steps = 300;
  /// Steps between two tests.
  int test_interval = 5;
  /// A residual below this times the largest diagonal entry means an invariant space.
  double breakdown = 1e-12;
};

/// Matrix function times a panel, f(A) Z, by one Lanczos recurrence per column z_i ("seed") in lock-step, so
/// that A is applied once per step to the panel of all seeds that still run. Full reorthogonalisation (twice,
/// per seed; Golub and Van Loan, Matrix Computations, 10.3). f(A) z_i ~ |z_i| Q f(T) e_1 (Saad 1992, SIAM J.
/// Numer. Anal. 29).
///
/// A is positive semidefinite: Ritz values below 0 are round-off and are set to 0, where f may be a square
/// root.
class PanelLanczos {
 public:
  /// `op` must outlive this object. `own_seeds`: this rank's rows of Z. Collective.
  PanelLanczos(PanelOperator const& op, ConstMatrixView own_seeds, LanczosOptions options);

  /// Steps until every seed has stopped. What `op` throws leaves the recurrence whole: `run` continues it.
  /// Collective.
  void run(std::function<double(double)> const& f);

  std::int64_t seeds() const { return static_cast<std::int64_t>(seeds_.size()); }
  /// Panel columns that a seed took part in.
  int steps(std::int64_t seed) const { return static_cast<int>(at(seed).diagonal.size()); }
  double mean_steps() const;
  /// Whether every seed met the tolerance (or an invariant space).
  bool converged() const;
  /// e_1^T f(T_i) e_1: the quadratic form z^T f(A) z / |z|^2 of a seed (Gauss quadrature).
  double quadratic_form(std::int64_t seed) const { return at(seed).coefficients.front(); }

  /// own_result = this rank's rows of f(A) Z. Not collective.
  void function_times_seeds(MatrixView own_result) const;
  /// Ritz values of a seed, descending. Not collective.
  std::vector<double> ritz_values(std::int64_t seed) const;
  /// This rank's rows of the `per_seed` leading Ritz vectors of every seed (fewer where a seed has fewer
  /// steps). Collective.
  DenseMatrix leading_ritz_vectors(std::int64_t per_seed) const;

  /// This rank's state, from which a recurrence with the same seeds and options continues after `load`. Not
  /// collective.
  void save(bytes::Writer& state) const;
  void load(bytes::Reader& state);

  /// Bytes that `steps` steps keep on each rank.
  static double bytes_per_rank(std::int64_t rows, std::int64_t seeds, double steps, int ranks);

 private:
  struct Seed {
    double norm = 0;
    std::vector<double> diagonal;
    std::vector<double> off_diagonal;
    std::vector<double> coefficients;  ///< f(T) e_1 at the last test
    enum class State : std::uint8_t { running, converged, exhausted } state = State::running;
    std::vector<std::vector<double>> basis;  ///< this rank's rows of the columns of Q
    /// What an interruption leaves.
    static constexpr std::tuple members{&Seed::state, &Seed::diagonal, &Seed::off_diagonal,
                                        &Seed::coefficients, &Seed::basis};
  };
  Seed const& at(std::int64_t seed) const { return seeds_[static_cast<std::size_t>(seed)]; }
  /// Subtracts the projections on the bases; returns them, seed after seed.
  std::vector<double> orthogonalise(std::span<Seed* const> running, MatrixView own_panel) const;
  /// Evaluates f on the projected matrices of `due` and settles who stops. Collective.
  void test(std::span<Seed* const> due, std::function<double(double)> const& f);

  PanelOperator const& op_;
  LanczosOptions options_;
  std::int64_t own_rows_;
  std::vector<Seed> seeds_;
};

}  // namespace thresher::linalg
