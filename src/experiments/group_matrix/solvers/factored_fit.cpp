#include "experiments/group_matrix/solvers/factored_fit.hpp"

#include "linalg/column_products.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <utility>

namespace thresher::group_matrix {

using linalg::DenseMatrix;

namespace {

/// A whole decomposition that moves the iterate by so many times the tolerance has found what steps of block
/// power iteration had missed: they go on from there, a few times.
constexpr double kMissed = 30;
constexpr std::int64_t kMostReturns = 3;

}  // namespace

FactoredFit::FactoredFit(mpi::Communicator const& comm, Observations const& observations,
                         GroupPenalty const& penalty, FitSettings const& settings, char const* type)
    : comm_(comm),
      observations_(observations),
      penalty_(penalty),
      settings_(settings),
      fitted_(static_cast<std::size_t>(observations.count())),
      type_(type),
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

double FactoredFit::mean_rank() const {
  double sum = 0;
  for (auto const rank : ranks_) sum += static_cast<double>(rank);
  return sum / static_cast<double>(ranks_.size());
}

FitSummary FactoredFit::summary() {
  FitSummary result;
  result.mean_rank = mean_rank();
  result.objective = group_objective(comm_, observations_, penalty_, levels(), estimate());
  return result;
}

FitOutcome FactoredFit::run(double tolerance, std::int64_t iterations_before) {
  tolerance_ = tolerance;
  if (iterations_before == 0) {
    is_exact_ = !threshold_.approximates();
    returns_ = 0;
    begin();
  }
  auto const outcome = prox::run_steps(comm_, *this,
                                       {.type = type_,
                                        .tolerance = tolerance,
                                        .max_iterations = settings_.max_iterations,
                                        .iterations_before = iterations_before,
                                        .prefix = "group_matrix_"});
  return {outcome.iterations, outcome.converged};
}

FactoredFit::Iterate FactoredFit::shrunk(RowOperator const& x, double eta) {
  std::vector<double> thresholds;
  for (std::size_t g = 0; g < shares_.size(); ++g) thresholds.push_back(eta * levels()[g] / shares_[g]);
  auto parts = is_exact_ ? threshold_(x, thresholds) : threshold_.approximate(x, thresholds);
  Iterate next;
  for (std::size_t g = 0; g < parts.size(); ++g) {
    ranks_[g] = parts[g].rank();
    next.norms += levels()[g] * parts[g].nuclear_norm();
    for (double const value : parts[g].singular_values) {
      double const kept = shares_[g] * (value - parts[g].threshold);
      next.square += kept * kept;
      next.inner_product += kept * value;
    }
    for (double& coefficient : parts[g].coefficients.values()) coefficient *= shares_[g];
    next.matrix.add(
        {penalty_.groups()[g].rows, std::move(parts[g].vectors), std::move(parts[g].coefficients)});
  }
  next.fitted.resize(fitted_.size());
  next.matrix.add_at(observations_, 1, next.fitted);
  return next;
}

double FactoredFit::misfit(std::vector<double> const& fitted) const {
  return linalg::squared_distance(observations_.values(), fitted);
}

prox::StepReport FactoredFit::step() {
  bool const was_exact = is_exact_;
  auto const move = advance();
  double const size = std::sqrt(square_);
  double residual = move.change == 0 ? 0
                    : size > 0       ? move.change / size
                                     : std::numeric_limits<double>::infinity();
  if (!was_exact && residual <= tolerance_) {
    is_exact_ = true;
    residual = std::nextafter(tolerance_, std::numeric_limits<double>::infinity());
  } else if (was_exact && threshold_.approximates() && residual > kMissed * tolerance_ &&
             returns_ < kMostReturns) {
    is_exact_ = false;
    ++returns_;
  }
  record({.dual = residual});
  return {move.objective, residual, 0, move.length};
}

void FactoredFit::save(bytes::Writer& writer, FactoredMatrix const& matrix) const {
  writer.put(static_cast<std::int64_t>(matrix.terms().size()));
  for (auto const& term : matrix.terms()) {
    std::int64_t group = 0;
    while (penalty_.groups()[static_cast<std::size_t>(group)].rows != term.rows) ++group;
    writer.put(group, term.rank(), term.vectors.values(), term.coefficients.values());
  }
}

FactoredMatrix FactoredFit::restored(bytes::Reader& reader) const {
  FactoredMatrix matrix;
  for (auto left = reader.get<std::int64_t>(); left > 0; --left) {
    auto const* const rows = penalty_.groups()[static_cast<std::size_t>(reader.get<std::int64_t>())].rows;
    auto const rank = reader.get<std::int64_t>();
    FactorTerm term{rows, DenseMatrix(observations_.columns(), rank), DenseMatrix(rank, rows->own_count())};
    std::ranges::copy(reader.get<std::vector<double>>(), term.vectors.values().begin());
    std::ranges::copy(reader.get<std::vector<double>>(), term.coefficients.values().begin());
    matrix.add(std::move(term));
  }
  return matrix;
}

void FactoredFit::save(bytes::Writer& writer) const {
  writer.put(is_exact_, returns_, square_, ranks_, fitted_);
  save(writer, m_);
  threshold_.save(writer);
}

void FactoredFit::restore(bytes::Reader& reader) {
  reader.read(is_exact_, returns_, square_, ranks_, fitted_);
  m_ = restored(reader);
  threshold_.restore(reader);
}

}  // namespace thresher::group_matrix
