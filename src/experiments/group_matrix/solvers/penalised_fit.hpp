#pragma once

#include "bytes/reader.hpp"
#include "bytes/writer.hpp"
#include "experiments/group_matrix/solvers/estimate.hpp"
#include "experiments/group_matrix/solvers/group_penalty.hpp"

#include <cmath>
#include <cstdint>
#include <functional>
#include <limits>
#include <memory>
#include <span>
#include <utility>
#include <vector>

namespace thresher::group_matrix {

/// How programs are solved.
struct FitSettings {
  double tolerance = 1e-4;
  std::int64_t max_iterations = 1000;
  double penalty = 0.3;  ///< admm: the first one
  double step = 1;       ///< prox_avg
  double ridge = 1;      ///< side_info
  std::int64_t svd_passes = 1;
  std::int64_t svd_oversample = 8;
  std::int64_t rank_cap = 0;  ///< 0: none
};

/// How far an iteration was from rest, in units that the tolerance is compared with.
struct Residuals {
  double primal = std::numeric_limits<double>::quiet_NaN();  ///< admm: the copies and their rows
  double dual =
      std::numeric_limits<double>::quiet_NaN();  ///< admm: movement of the copies; else of the estimate
};

/// What a solve reached.
struct FitOutcome {
  std::int64_t iterations = 0;
  bool converged = false;
};

/// What is known of a fit when it is done.
struct FitSummary {
  double objective = std::numeric_limits<double>::quiet_NaN();
  double duality_gap = std::numeric_limits<double>::quiet_NaN();
  double mean_rank = 0;  ///< over the penalised groups, of the last thresholded values
};

/// A program on one set of observations, with the state of its solver: one solve starts where the last one
/// ended. All calls are collective.
class PenalisedFit {
 public:
  virtual ~PenalisedFit() = default;
  /// Minimises with penalty levels lambda_g. `between` is called between iterations, where the state is
  /// whole.
  FitOutcome solve(std::span<double const> levels, double tolerance,
                   std::function<void(std::int64_t)> between);
  virtual Estimate estimate() const = 0;
  virtual double mean_rank() const = 0;
  virtual FitSummary summary() = 0;

  /// The whole state of this rank between iterations, and back: the next solve goes on behind `iteration`.
  virtual void save(bytes::Writer& writer) const = 0;
  virtual void restore(bytes::Reader& reader) = 0;
  void continue_behind(std::int64_t iteration, std::vector<Residuals> history) {
    iterations_before_ = iteration;
    history_ = std::move(history);
  }
  /// One entry per iteration of the last solve; the same on all ranks.
  std::vector<Residuals> const& history() const { return history_; }

 protected:
  virtual FitOutcome run(double tolerance, std::int64_t iterations_before) = 0;
  std::vector<double> const& levels() const { return levels_; }
  void record(Residuals residuals) { history_.push_back(residuals); }
  void call_between(std::int64_t iteration) const {
    if (between_) between_(iteration);
  }

 private:
  std::vector<double> levels_;
  std::function<void(std::int64_t)> between_;
  std::int64_t iterations_before_ = 0;
  std::vector<Residuals> history_;
};

/// References must outlive the fit.
std::unique_ptr<PenalisedFit> consensus_admm(mpi::Communicator const& comm, Observations const& observations,
                                             GroupPenalty const& penalty, FitSettings const& settings);
std::unique_ptr<PenalisedFit> proximal_average(mpi::Communicator const& comm,
                                               Observations const& observations, GroupPenalty const& penalty,
                                               FitSettings const& settings);
/// For groups that are a partition: the same minimum in fewer steps than the proximal average's; `step` is
/// the first one's length.
std::unique_ptr<PenalisedFit> proximal_gradient(mpi::Communicator const& comm,
                                                Observations const& observations, GroupPenalty const& penalty,
                                                FitSettings const& settings);
/// `penalty` has the group of all rows; `groups` are those with means of their own.
std::unique_ptr<PenalisedFit> side_information(mpi::Communicator const& comm,
                                               Observations const& observations, GroupPenalty const& penalty,
                                               std::vector<GroupRows> const& groups,
                                               FitSettings const& settings);

/// F(M) = |P_Omega (Y - M)|^2 / 2 + sum_g lambda_g ||M_g||_*. Collective.
double group_objective(mpi::Communicator const& comm, Observations const& observations,
                       GroupPenalty const& penalty, std::span<double const> levels, Estimate const& estimate);

}  // namespace thresher::group_matrix
