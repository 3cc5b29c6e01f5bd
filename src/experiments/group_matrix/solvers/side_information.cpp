#include "experiments/group_matrix/solvers/group_threshold.hpp"
#include "experiments/group_matrix/solvers/penalised_fit.hpp"
#include "prox/tao_steps.hpp"

#include <algorithm>
#include <cmath>
#include <stdexcept>
#include <utility>

namespace thresher::group_matrix {

namespace {

using linalg::DenseMatrix;

/// M = C B + L with the membership matrix C: ridge regressions for the group means B and a proximal gradient
/// step for L take turns.
class SideInformation : public PenalisedFit, public prox::SteppedProblem {
 public:
  SideInformation(mpi::Communicator const& comm, Observations const& observations,
                  GroupPenalty const& penalty, std::vector<GroupRows> const& groups,
                  FitSettings const& settings);

  prox::StepReport step() override;
  void between_steps(std::int64_t iteration) override { call_between(iteration); }

  Estimate estimate() const override { return {total_, {}}; }
  double mean_rank() const override { return static_cast<double>(rank_); }
  FitSummary summary() override {
    return {objective_, std::numeric_limits<double>::quiet_NaN(), mean_rank()};
  }
  void save(bytes::Writer& writer) const override;
  void restore(bytes::Reader& reader) override;

 protected:
  FitOutcome run(double tolerance, std::int64_t iterations_before) override {
    auto const outcome = prox::run_steps(comm_, *this,
                                         {.type = "proximal_gradient",
                                          .tolerance = tolerance,
                                          .max_iterations = settings_.max_iterations,
                                          .iterations_before = iterations_before,
                                          .prefix = "group_matrix_"});
    return {outcome.iterations, outcome.converged};
  }

 private:
  void regress();
  FactoredMatrix with_means(FactoredMatrix low_rank) const;

  mpi::Communicator const& comm_;
  Observations const& observations_;
  GroupPenalty const& penalty_;
  std::vector<GroupRows> const& groups_;
  FitSettings settings_;
  std::vector<std::vector<std::int32_t>> groups_of_;  ///< of each own row
  std::vector<DenseMatrix> factors_;                  ///< rank 0: Cholesky factor of each column's system
  DenseMatrix means_;                                 ///< columns x groups
  FactoredMatrix low_rank_, total_;
  std::vector<double> fitted_;  ///< L where observations lie
  double square_ = 0;           ///< |C B + L|^2
  std::int64_t rank_ = 0;
  double objective_ = 0;
  GroupThreshold threshold_;
};

SideInformation::SideInformation(mpi::Communicator const& comm, Observations const& observations,
                                 GroupPenalty const& penalty, std::vector<GroupRows> const& groups,
                                 FitSettings const& settings)
    : comm_(comm),
      observations_(observations),
      penalty_(penalty),
      groups_(groups),
      settings_(settings),
      groups_of_(static_cast<std::size_t>(observations.own().size())),
      means_(observations.columns(), static_cast<std::int64_t>(groups.size())),
      fitted_(static_cast<std::size_t>(observations.count())),
      threshold_(comm, observations.columns(), penalty.rows(),
                 {.guard = settings.svd_oversample, .products = settings.svd_passes + 1}) {
  auto const count = static_cast<std::int64_t>(groups.size());
  for (std::size_t g = 0; g < groups.size(); ++g)
    for (auto const i : groups[g].own)
      groups_of_[static_cast<std::size_t>(i)].push_back(static_cast<std::int32_t>(g));
  DenseMatrix systems(count * count, observations.columns());
  for (std::size_t i = 0; i < groups_of_.size(); ++i) {
    auto const entries = observations.entries(static_cast<std::int64_t>(i));
    for (auto k = entries.begin; k < entries.end; ++k)
      for (auto const g : groups_of_[i])
        for (auto const h : groups_of_[i]) systems(g + h * count, observations.column(k)) += 1;
  }
  mpi::sum_in_place(comm, systems.values());
  mpi::agree(comm, [&] {
    if (comm.rank() != 0) return;
    for (std::int64_t j = 0; j < observations.columns(); ++j) {
      auto& factor = factors_.emplace_back(count, count);
      std::ranges::copy(systems.column(j), factor.values().begin());
      for (std::int64_t g = 0; g < count; ++g) factor(g, g) += settings.ridge;
      if (!linalg::potrf(linalg::Triangle::lower, factor.view()))
        throw std::runtime_error("a system of group means is not positive definite");
    }
  });
}

/// B = argmin |P_Omega (Y - L - C B)|^2 + ridge |B|^2, column by column, by one rank for all.
void SideInformation::regress() {
  std::ranges::fill(means_.values(), 0.0);
  for (std::size_t i = 0; i < groups_of_.size(); ++i) {
    auto const entries = observations_.entries(static_cast<std::int64_t>(i));
    for (auto k = entries.begin; k < entries.end; ++k)
      for (auto const g : groups_of_[i])
        means_(observations_.column(k), g) += observations_.value(k) - fitted_[static_cast<std::size_t>(k)];
  }
  mpi::sum_in_place(comm_, means_.values());
  if (comm_.rank() == 0) {
    DenseMatrix side(means_.columns(), 1);
    for (std::int64_t j = 0; j < means_.rows(); ++j) {
      for (std::int64_t g = 0; g < means_.columns(); ++g) side(g, 0) = means_(j, g);
      linalg::potrs(linalg::Triangle::lower, factors_[static_cast<std::size_t>(j)].view(), side.view());
      for (std::int64_t g = 0; g < means_.columns(); ++g) means_(j, g) = side(g, 0);
    }
  }
  mpi::broadcast(comm_, means_.values());
}

FactoredMatrix SideInformation::with_means(FactoredMatrix low_rank) const {
  for (std::size_t g = 0; g < groups_.size(); ++g) {
    FactorTerm term{&groups_[g], DenseMatrix(means_.rows(), 1), DenseMatrix(1, groups_[g].own_count())};
    std::ranges::copy(means_.column(static_cast<std::int64_t>(g)), term.vectors.values().begin());
    std::ranges::fill(term.coefficients.values(), 1.0);
    low_rank.add(std::move(term));
  }
  return low_rank;
}

prox::StepReport SideInformation::step() {
  regress();
  std::vector<double> means_at(fitted_.size());
  with_means({}).add_at(observations_, 1, means_at);
  std::vector<double> residual(fitted_.size());
  for (std::size_t k = 0; k < residual.size(); ++k)
    residual[k] = observations_.values()[k] - means_at[k] - fitted_[k];
  SparseAndFactoredRows const x(observations_, residual, penalty_.rows(), {{&low_rank_, 1}});
  auto shrunk = threshold_(x, levels());
  rank_ = shrunk.front().rank();
  double const norm = shrunk.front().nuclear_norm();
  low_rank_ = {};
  low_rank_.add({penalty_.groups().front().rows, std::move(shrunk.front().vectors),
                 std::move(shrunk.front().coefficients)});
  std::ranges::fill(fitted_, 0.0);
  low_rank_.add_at(observations_, 1, fitted_);
  auto total = with_means(low_rank_);
  double sums[3] = {total.squared_norm(), total.inner_product(total_), 0};
  for (std::size_t k = 0; k < fitted_.size(); ++k) {
    double const left = observations_.values()[k] - means_at[k] - fitted_[k];
    sums[2] += left * left;
  }
  mpi::sum_in_place(comm_, sums);
  double const change = std::sqrt(std::max(0.0, sums[0] - 2 * sums[1] + square_));
  total_ = std::move(total);
  square_ = sums[0];
  double ridge = 0;
  for (double const mean : means_.values()) ridge += mean * mean;
  objective_ = sums[2] / 2 + levels().front() * norm + settings_.ridge * ridge / 2;
  double const size = std::sqrt(square_);
  double const moved = change == 0 ? 0 : size > 0 ? change / size : std::numeric_limits<double>::infinity();
  record({.dual = moved});
  return {objective_, moved, 0, 1};
}

void SideInformation::save(bytes::Writer& writer) const {
  auto const& terms = low_rank_.terms();
  writer.put(square_, objective_, rank_, means_.values(), fitted_,
             static_cast<std::int64_t>(terms.empty() ? 0 : terms.front().rank()));
  if (!terms.empty()) writer.put(terms.front().vectors.values(), terms.front().coefficients.values());
  threshold_.save(writer);
}

void SideInformation::restore(bytes::Reader& reader) {
  reader.read(square_, objective_, rank_);
  std::ranges::copy(reader.get<std::vector<double>>(), means_.values().begin());
  reader.read(fitted_);
  auto const rank = reader.get<std::int64_t>();
  low_rank_ = {};
  if (rank > 0) {
    auto const* const rows = penalty_.groups().front().rows;
    FactorTerm term{rows, DenseMatrix(observations_.columns(), rank), DenseMatrix(rank, rows->own_count())};
    std::ranges::copy(reader.get<std::vector<double>>(), term.vectors.values().begin());
    std::ranges::copy(reader.get<std::vector<double>>(), term.coefficients.values().begin());
    low_rank_.add(std::move(term));
  }
  total_ = square_ > 0 ? with_means(low_rank_) : FactoredMatrix{};
  threshold_.restore(reader);
}

}  // namespace

std::unique_ptr<PenalisedFit> side_information(mpi::Communicator const& comm,
                                               Observations const& observations, GroupPenalty const& penalty,
                                               std::vector<GroupRows> const& groups,
                                               FitSettings const& settings) {
  return std::make_unique<SideInformation>(comm, observations, penalty, groups, settings);
}

}  // namespace thresher::group_matrix
