#include "experiments/group_matrix/solvers/group_threshold.hpp"
#include "experiments/group_matrix/solvers/penalised_fit.hpp"
#include "prox/tao_steps.hpp"

#include <algorithm>
#include <cmath>
#include <utility>

namespace thresher::group_matrix {

namespace {

using linalg::DenseMatrix;

/// Proximal gradient steps with momentum whose proximal operator is the average of those of the factors
/// (Bauschke et al. 2008; Yu 2013): every group keeps a low-rank part, so no dense matrix exists. Shares must
/// be the same in all rows of a group.
class ProximalAverage : public PenalisedFit, public prox::SteppedProblem {
 public:
  ProximalAverage(mpi::Communicator const& comm, Observations const& observations,
                  GroupPenalty const& penalty, FitSettings const& settings)
      : comm_(comm),
        observations_(observations),
        penalty_(penalty),
        settings_(settings),
        fitted_(static_cast<std::size_t>(observations.count())),
        fitted_before_(fitted_.size()),
        ranks_(penalty.groups().size()),
        threshold_(comm, observations.columns(), penalty.rows(),
                   {.guard = settings.svd_oversample,
                    .products = settings.svd_passes + 1,
                    .most = settings.rank_cap}) {
    for (std::size_t g = 0; g < penalty.groups().size(); ++g) {
      // The share of a group is that of any of its rows; ranks without one learn it from the others.
      auto const& own = penalty.groups()[g].rows->own;
      shares_.push_back(mpi::max(comm, own.empty() ? 0 : penalty.share(g, own.front())));
    }
  }

  prox::StepReport step() override;
  void between_steps(std::int64_t iteration) override { call_between(iteration); }

  Estimate estimate() const override { return {m_, {}}; }
  double mean_rank() const override {
    double sum = 0;
    for (auto const rank : ranks_) sum += static_cast<double>(rank);
    return sum / static_cast<double>(ranks_.size());
  }
  FitSummary summary() override {
    FitSummary result;
    result.mean_rank = mean_rank();
    result.objective = group_objective(comm_, observations_, penalty_, levels(), estimate());
    return result;
  }
  void save(bytes::Writer& writer) const override;
  void restore(bytes::Reader& reader) override;

 protected:
  FitOutcome run(double tolerance, std::int64_t iterations_before) override {
    if (iterations_before == 0) {
      t_ = 1;
      momentum_ = 0;
    }
    auto const outcome = prox::run_steps(comm_, *this,
                                         {.type = "proximal_average",
                                          .tolerance = tolerance,
                                          .max_iterations = settings_.max_iterations,
                                          .iterations_before = iterations_before,
                                          .prefix = "group_matrix_"});
    return {outcome.iterations, outcome.converged};
  }

 private:
  mpi::Communicator const& comm_;
  Observations const& observations_;
  GroupPenalty const& penalty_;
  FitSettings settings_;
  FactoredMatrix m_, before_;
  std::vector<double> fitted_, fitted_before_;  ///< M and its predecessor where observations lie
  double square_ = 0;                           ///< |M|^2
  double cross_ = 0;                            ///< <M, M before>
  double t_ = 1;
  double momentum_ = 0;
  std::vector<double> shares_;
  std::vector<std::int64_t> ranks_;
  GroupThreshold threshold_;
};

prox::StepReport ProximalAverage::step() {
  double const eta = settings_.step;
  std::vector<double> residual(fitted_.size());
  for (std::size_t k = 0; k < residual.size(); ++k)
    residual[k] =
        eta * (observations_.values()[k] - (1 + momentum_) * fitted_[k] + momentum_ * fitted_before_[k]);
  SparseAndFactoredRows const x(observations_, residual, penalty_.rows(),
                                {{&m_, 1 + momentum_}, {&before_, -momentum_}});
  std::vector<double> thresholds;
  for (std::size_t g = 0; g < shares_.size(); ++g) thresholds.push_back(eta * levels()[g] / shares_[g]);
  auto shrunk = threshold_(x, thresholds);
  FactoredMatrix next;
  double norms = 0;
  for (std::size_t g = 0; g < shrunk.size(); ++g) {
    ranks_[g] = shrunk[g].rank();
    norms += levels()[g] * shrunk[g].nuclear_norm();
    for (double& coefficient : shrunk[g].coefficients.values()) coefficient *= shares_[g];
    next.add({penalty_.groups()[g].rows, std::move(shrunk[g].vectors), std::move(shrunk[g].coefficients)});
  }
  std::vector<double> fitted(fitted_.size());
  next.add_at(observations_, 1, fitted);
  double sums[4] = {next.inner_product(next), next.inner_product(m_),
                    momentum_ > 0 ? next.inner_product(before_) : 0, 0};
  for (std::size_t k = 0; k < fitted.size(); ++k)
    sums[3] += (observations_.values()[k] - fitted[k]) * (observations_.values()[k] - fitted[k]);
  mpi::sum_in_place(comm_, sums);
  auto const [square, cross, cross_before, misfit] = std::tuple(sums[0], sums[1], sums[2], sums[3]);
  double const change = std::sqrt(std::max(0.0, square - 2 * cross + square_));
  // <V - M+, M+ - M> > 0: the momentum has led uphill.
  double const uphill =
      (1 + momentum_) * (cross - square_) - momentum_ * (cross_before - cross_) - square + cross;
  if (uphill > 0) t_ = 1;
  double const next_t = (1 + std::sqrt(1 + 4 * t_ * t_)) / 2;
  momentum_ = (t_ - 1) / next_t;
  t_ = next_t;
  before_ = std::exchange(m_, std::move(next));
  fitted_before_ = std::exchange(fitted_, std::move(fitted));
  square_ = square;
  cross_ = cross;
  double const size = std::sqrt(square);
  double const moved = change == 0 ? 0 : size > 0 ? change / size : std::numeric_limits<double>::infinity();
  record({.dual = moved});
  return {misfit / 2 + norms, moved, 0, eta};
}

void ProximalAverage::save(bytes::Writer& writer) const {
  writer.put(t_, momentum_, square_, cross_, ranks_, fitted_, fitted_before_);
  for (auto const* matrix : {&m_, &before_}) {
    writer.put(static_cast<std::int64_t>(matrix->terms().size()));
    for (auto const& term : matrix->terms()) {
      std::int64_t group = 0;
      while (penalty_.groups()[static_cast<std::size_t>(group)].rows != term.rows) ++group;
      writer.put(group, term.rank(), term.vectors.values(), term.coefficients.values());
    }
  }
  threshold_.save(writer);
}

void ProximalAverage::restore(bytes::Reader& reader) {
  reader.read(t_, momentum_, square_, cross_, ranks_, fitted_, fitted_before_);
  for (auto* const matrix : {&m_, &before_}) {
    *matrix = {};
    for (auto left = reader.get<std::int64_t>(); left > 0; --left) {
      auto const* const rows = penalty_.groups()[static_cast<std::size_t>(reader.get<std::int64_t>())].rows;
      auto const rank = reader.get<std::int64_t>();
      FactorTerm term{rows, DenseMatrix(observations_.columns(), rank), DenseMatrix(rank, rows->own_count())};
      std::ranges::copy(reader.get<std::vector<double>>(), term.vectors.values().begin());
      std::ranges::copy(reader.get<std::vector<double>>(), term.coefficients.values().begin());
      matrix->add(std::move(term));
    }
  }
  threshold_.restore(reader);
}

}  // namespace

std::unique_ptr<PenalisedFit> proximal_average(mpi::Communicator const& comm,
                                               Observations const& observations, GroupPenalty const& penalty,
                                               FitSettings const& settings) {
  return std::make_unique<ProximalAverage>(comm, observations, penalty, settings);
}

}  // namespace thresher::group_matrix
