#include "experiments/group_matrix/solvers/group_threshold.hpp"
#include "experiments/group_matrix/solvers/penalised_fit.hpp"
#include "experiments/group_matrix/solvers/row_spectra.hpp"
#include "linalg/narrow_products.hpp"
#include "numerics/vector_math.hpp"
#include "prox/tao_admm.hpp"

#include <algorithm>
#include <cmath>
#include <memory>

namespace thresher::group_matrix {

namespace {

using linalg::DenseMatrix;
using linalg::MatrixView;
using linalg::Transpose;

/// Residuals below this part of the data's norm are zero: a zero solution would never stop.
constexpr double kFloor = 1e-12;
/// Over-relaxation (Boyd et al. 2011, section 3.4.3): a third fewer iterations.
constexpr double kRelaxation = 1.6;
/// Rows of a group that are exchanged at a time, at least, and their numbers.
constexpr std::int64_t kLeastRows = 16, kNumbersTogether = 1 << 14;
constexpr prox::PenaltyBalancing kBalancing{.period = 10, .last = 300, .imbalance = 5};

/// tolerance * residual / max(tolerance * scale, floor): at most the tolerance where the residual is.
double relative(double residual_square, double scale_square, double tolerance, double floor) {
  if (residual_square == 0) return 0;
  return tolerance * std::sqrt(residual_square) / std::max(tolerance * std::sqrt(scale_square), floor);
}

/// Sums over the entries of a group's rows.
struct Sums {
  double violation = 0, change = 0, copy = 0, rows = 0, multiplier = 0;
};

/// Z <- the new one, with the sums of what changed; X - Z are then the multipliers. In registers by hand: as
/// a loop over lanes it becomes shuffles.
void exchange_copy(double const* m, double const* fresh, double const* x, std::int64_t size, double* z,
                   Sums& sums) {
  using Lanes = numerics::NarrowLanes;
  constexpr auto kLanes = static_cast<std::int64_t>(Lanes::kLanes);
  Lanes::Reals violations = {}, changes = {}, copies = {}, rows = {}, multipliers = {};
  auto const exchange = [&](double const* m_j, double const* fresh_j, double const* x_j, double* z_j) {
    Lanes::Reals row, copy, left, before;
    numerics::load<Lanes>(row, m_j);
    numerics::load<Lanes>(copy, fresh_j);
    numerics::load<Lanes>(left, x_j);
    numerics::load<Lanes>(before, z_j);
    auto const violation = row - copy, change = copy - before, multiplier = left - copy;
    violations += violation * violation;
    changes += change * change;
    copies += copy * copy;
    rows += row * row;
    multipliers += multiplier * multiplier;
    numerics::store<Lanes>(z_j, copy);
  };
  std::int64_t j = 0;
  for (; j + kLanes <= size; j += kLanes) exchange(m + j, fresh + j, x + j, z + j);
  if (j < size) {
    double rest[4][kLanes] = {};
    auto const count = size - j;
    std::copy_n(m + j, count, rest[0]);
    std::copy_n(fresh + j, count, rest[1]);
    std::copy_n(x + j, count, rest[2]);
    std::copy_n(z + j, count, rest[3]);
    exchange(rest[0], rest[1], rest[2], rest[3]);
    std::copy_n(rest[3], count, z + j);
  }
  auto const sum = [](Lanes::Reals const& a) { return (a[0] + a[2]) + (a[1] + a[3]); };
  sums.violation += sum(violations);
  sums.change += sum(changes);
  sums.copy += sum(copies);
  sums.rows += sum(rows);
  sums.multiplier += sum(multipliers);
}

/// Alternating directions on copies Z_g = P_g M with scaled multipliers U_g, all panels dense. What is
/// thresholded, X_g, stays: U_g is X_g - Z_g.
class ConsensusAdmm : public PenalisedFit, public prox::AdmmProblem {
 public:
  ConsensusAdmm(mpi::Communicator const& comm, Observations const& observations, GroupPenalty const& penalty,
                FitSettings const& settings)
      : comm_(comm),
        observations_(observations),
        penalty_(penalty),
        settings_(settings),
        rho_(settings.penalty),
        m_(observations.columns(), observations.own().size()),
        fresh_(observations.columns(), std::max(kLeastRows, kNumbersTogether / observations.columns())),
        places_(penalty.rows(), observations.own().size()),
        threshold_(comm, observations.columns(), penalty.rows(),
                   {.guard = settings.svd_oversample, .products = settings.svd_passes + 1}) {
    for (auto const* rows : penalty.rows()) {
      z_.emplace_back(observations.columns(), rows->own_count());
      x_.emplace_back(observations.columns(), rows->own_count());
    }
    ranks_.resize(z_.size());
  }

  prox::AdmmStep iterate(double rho) override;
  void change_penalty(double from, double to) override {
    rho_ = to;
    for (std::size_t g = 0; g < x_.size(); ++g) {
      auto const x = x_[g].values(), z = z_[g].values();
      for (std::size_t k = 0; k < x.size(); ++k) x[k] = z[k] + from / to * (x[k] - z[k]);
    }
  }
  void between_iterations(std::int64_t iteration, double) override { call_between(iteration); }

  Estimate estimate() const override { return {{}, m_}; }
  double mean_rank() const override {
    double sum = 0;
    for (auto const rank : ranks_) sum += static_cast<double>(rank);
    return sum / static_cast<double>(ranks_.size());
  }
  FitSummary summary() override;
  void save(bytes::Writer& writer) const override;
  void restore(bytes::Reader& reader) override;

 protected:
  FitOutcome run(double tolerance, std::int64_t iterations_before) override {
    tolerance_ = tolerance;
    auto const outcome = prox::solve_by_admm(comm_, *this,
                                             {.penalty = rho_,
                                              .tolerance = tolerance,
                                              .max_iterations = settings_.max_iterations,
                                              .iterations_before = iterations_before,
                                              .balancing = kBalancing,
                                              .prefix = "group_matrix_"});
    rho_ = outcome.penalty;
    return {outcome.iterations, outcome.converged};
  }

 private:
  double move_rows(double rho);
  Sums exchange(std::size_t g, ThresholdedRows const& left);
  double dual_value();

  mpi::Communicator const& comm_;
  Observations const& observations_;
  GroupPenalty const& penalty_;
  FitSettings settings_;
  double rho_;
  double tolerance_ = 0;
  DenseMatrix m_;
  std::vector<DenseMatrix> z_, x_;
  std::vector<std::int64_t> ranks_;
  DenseMatrix fresh_;  ///< some new rows of a copy
  RowPlaces places_;
  GroupThreshold threshold_;
};

/// M = (P_Omega Y + rho sum_g (Z_g - U_g)) / (1_Omega + rho k), and X_g = relaxed P_g M plus U_g; returns
/// |P_Omega (Y - M)|^2 of this rank. Row by row: what a row needs is read once.
double ConsensusAdmm::move_rows(double rho) {
  auto const columns = static_cast<std::size_t>(observations_.columns());
  double square = 0;
  for (std::int64_t i = 0; i < m_.columns(); ++i) {
    double const k = penalty_.coverage(i);
    double* const m = m_.column(i).data();
    std::fill_n(m, columns, 0.0);
    for (auto const& [g, s] : places_.of(i)) {
      double const* const z = z_[g].column(s).data();
      double const* const x = x_[g].column(s).data();
      for (std::size_t j = 0; j < columns; ++j) m[j] += 2 * z[j] - x[j];
    }
    if (k != 1)
      for (std::size_t j = 0; j < columns; ++j) m[j] /= k;
    auto const entries = observations_.entries(i);
    double const weight = 1 / (1 + rho * k);
    for (auto e = entries.begin; e < entries.end; ++e) {
      double& entry = m[static_cast<std::size_t>(observations_.column(e))];
      double const y = observations_.value(e);
      entry += weight * (y - entry);
      square += (y - entry) * (y - entry);
    }
    for (auto const& [g, s] : places_.of(i)) {
      double const* const z = z_[g].column(s).data();
      double* const x = x_[g].column(s).data();
      for (std::size_t j = 0; j < columns; ++j) x[j] += kRelaxation * (m[j] - z[j]);
    }
  }
  return square;
}

/// Z_g <- what is left of X_g, some rows at a time: the new ones stay in the cache.
Sums ConsensusAdmm::exchange(std::size_t g, ThresholdedRows const& left) {
  auto const& own = penalty_.rows()[g]->own;
  std::int64_t const columns = observations_.columns(), rows = std::ssize(own);
  Sums sums;
  for (std::int64_t begin = 0; begin < rows; begin += fresh_.columns()) {
    auto const fresh = fresh_.columns_from(0, std::min(fresh_.columns(), rows - begin));
    linalg::small_product(Transpose::no, Transpose::no, left.vectors.view(),
                          left.coefficients.columns_from(begin, fresh.columns), fresh);
    for (std::int64_t s = begin; s < begin + fresh.columns; ++s)
      exchange_copy(m_.column(own[static_cast<std::size_t>(s)]).data(), fresh.column(s - begin).data(),
                    x_[g].column(s).data(), columns, z_[g].column(s).data(), sums);
  }
  return sums;
}

prox::AdmmStep ConsensusAdmm::iterate(double rho) {
  rho_ = rho;
  std::vector<double> sums(3 + 2 * z_.size());
  sums[0] = move_rows(rho);
  std::vector<double> thresholds;
  for (double const level : levels()) thresholds.push_back(level / rho);
  auto const shrunk = threshold_(PanelRows(x_), thresholds);
  double norms = 0;
  double multipliers = 0;
  for (std::size_t g = 0; g < shrunk.size(); ++g) {
    ranks_[g] = shrunk[g].rank();
    norms += levels()[g] * shrunk[g].nuclear_norm();
    auto const of_group = exchange(g, shrunk[g]);
    sums[1] += of_group.violation;
    sums[2] += of_group.change;
    sums[3 + 2 * g] = of_group.copy;
    sums[4 + 2 * g] = of_group.rows;
    multipliers += of_group.multiplier;
  }
  sums.push_back(multipliers);
  mpi::sum_in_place(comm_, sums);
  double scale = 0;
  for (std::size_t g = 0; g < shrunk.size(); ++g) scale += std::max(sums[3 + 2 * g], sums[4 + 2 * g]);
  double const floor = kFloor * penalty_.data_norm();
  Residuals const residuals{relative(sums[1], scale, tolerance_, floor),
                            relative(rho * rho * sums[2], rho * rho * sums.back(), tolerance_, floor)};
  record(residuals);
  return {sums[0] / 2 + norms, residuals.primal, residuals.dual};
}

/// Value of a feasible dual point: the multipliers, cut to the observations by the shares and scaled into
/// their balls.
double ConsensusAdmm::dual_value() {
  auto const groups = penalty_.rows();
  std::int64_t const columns = observations_.columns();
  DenseMatrix total(columns, m_.columns());
  for (std::size_t g = 0; g < groups.size(); ++g)
    for (std::int64_t s = 0; s < groups[g]->own_count(); ++s) {
      auto const to = total.column(groups[g]->own[static_cast<std::size_t>(s)]);
      auto const x = x_[g].column(s), z = z_[g].column(s);
      for (std::size_t j = 0; j < to.size(); ++j) to[j] += rho_ * (x[j] - z[j]);
    }
  double sums[2] = {};  // <S, Y>, |S|^2 on Omega
  for (std::int64_t i = 0; i < total.columns(); ++i) {
    auto const row = total.column(i);
    auto const entries = observations_.entries(i);
    for (auto e = entries.begin; e < entries.end; ++e) {
      double& entry = row[static_cast<std::size_t>(observations_.column(e))];
      sums[0] += entry * observations_.value(e);
      sums[1] += entry * entry;
      entry = 0;
    }
  }
  mpi::sum_in_place(comm_, sums);
  std::vector<bool> seen;
  for (double const level : levels()) seen.push_back(level > 0);
  auto const norms = spectral_norms(comm_, groups, seen, [&](std::size_t g) {
    auto w = x_[g];
    for (std::int64_t s = 0; s < groups[g]->own_count(); ++s) {
      auto const i = groups[g]->own[static_cast<std::size_t>(s)];
      double const share = penalty_.share(g, i);
      auto const off = total.column(i), column = w.column(s), z = z_[g].column(s);
      for (std::size_t j = 0; j < column.size(); ++j) column[j] = rho_ * (column[j] - z[j]) - share * off[j];
    }
    return w;
  });
  double scale = 1;
  for (std::size_t g = 0; g < groups.size(); ++g)
    if (norms[g] > levels()[g]) scale = std::min(scale, levels()[g] / norms[g]);
  return scale * sums[0] - scale * scale * sums[1] / 2;
}

FitSummary ConsensusAdmm::summary() {
  FitSummary result;
  result.mean_rank = mean_rank();
  result.objective = group_objective(comm_, observations_, penalty_, levels(), {{}, m_});
  result.duality_gap = result.objective > 0 ? (result.objective - dual_value()) / result.objective : 0;
  return result;
}

void ConsensusAdmm::save(bytes::Writer& writer) const {
  writer.put(rho_, ranks_);
  for (std::size_t g = 0; g < z_.size(); ++g) writer.put(z_[g].values(), x_[g].values());
  threshold_.save(writer);
}

void ConsensusAdmm::restore(bytes::Reader& reader) {
  reader.read(rho_, ranks_);
  for (std::size_t g = 0; g < z_.size(); ++g)
    for (auto* const panel : {&z_[g], &x_[g]})
      std::ranges::copy(reader.get<std::vector<double>>(), panel->values().begin());
  threshold_.restore(reader);
}

}  // namespace

std::unique_ptr<PenalisedFit> consensus_admm(mpi::Communicator const& comm, Observations const& observations,
                                             GroupPenalty const& penalty, FitSettings const& settings) {
  return std::make_unique<ConsensusAdmm>(comm, observations, penalty, settings);
}

}  // namespace thresher::group_matrix
