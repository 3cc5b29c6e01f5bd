#pragma once

#include "experiments/group_matrix/solvers/factored_matrix.hpp"
#include "experiments/group_matrix/solvers/group_threshold.hpp"
#include "experiments/group_matrix/solvers/penalised_fit.hpp"
#include "experiments/group_matrix/solvers/row_operator.hpp"
#include "prox/tao_steps.hpp"

#include <cstdint>
#include <vector>

namespace thresher::group_matrix {

/// What the schemes share whose iterate is a sum of parts of low rank, one per group, of constant shares: the
/// thresholding, by steps of block power iteration while the iterate moves and by whole decompositions from
/// where the stopping rule is first met, which then must be met again.
class FactoredFit : public PenalisedFit, public prox::SteppedProblem {
 public:
  Estimate estimate() const override { return {m_, {}}; }
  double mean_rank() const override;
  FitSummary summary() override;
  void save(bytes::Writer& writer) const override;
  void restore(bytes::Reader& reader) override;

  prox::StepReport step() override;
  void between_steps(std::int64_t iteration) override { call_between(iteration); }

 protected:
  /// `comm` and the rest must outlive it. `type`: the name under TAO.
  FactoredFit(mpi::Communicator const& comm, Observations const& observations, GroupPenalty const& penalty,
              FitSettings const& settings, char const* type);

  /// The iterate with its values where observations lie.
  struct Iterate {
    FactoredMatrix matrix;
    std::vector<double> fitted;
    double norms = 0;  ///< sum_g lambda_g ||M_g||_* of its parts
    /// |M|^2 and <M, X>, from the singular values of what it was thresholded from: to a part of about 1e-14,
    /// and if no two groups have a row in common.
    double square = 0, inner_product = 0;
  };
  /// Makes the next iterate of m_. Collective.
  struct Move {
    double change = 0;  ///< |M+ - M|
    double objective = 0;
    double length = 0;  ///< of the step along the gradient
  };
  virtual Move advance() = 0;
  /// Called before the first step with new levels.
  virtual void begin() = 0;

  /// sum_g share_g SVT(X_g) with thresholds eta lambda_g / share_g.
  Iterate shrunk(RowOperator const& x, double eta);
  /// |P_Omega (Y - M)|^2 of this rank.
  double misfit(std::vector<double> const& fitted) const;
  void save(bytes::Writer& writer, FactoredMatrix const& matrix) const;
  FactoredMatrix restored(bytes::Reader& reader) const;

  FitOutcome run(double tolerance, std::int64_t iterations_before) override;

  mpi::Communicator const& comm_;
  Observations const& observations_;
  GroupPenalty const& penalty_;
  FitSettings settings_;
  FactoredMatrix m_;
  std::vector<double> fitted_;  ///< M where observations lie
  double square_ = 0;           ///< |M|^2

 private:
  char const* type_;
  double tolerance_ = 0;
  bool is_exact_ = false;
  std::int64_t returns_ = 0;  ///< to approximate steps
  std::vector<double> shares_;
  std::vector<std::int64_t> ranks_;
  GroupThreshold threshold_;
};

}  // namespace thresher::group_matrix
