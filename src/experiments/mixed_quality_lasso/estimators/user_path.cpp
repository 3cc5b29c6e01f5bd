#include "experiments/mixed_quality_lasso/estimators/user_path.hpp"

#include "experiments/mixed_quality_lasso/estimators/cost.hpp"
#include "experiments/mixed_quality_lasso/estimators/recovery.hpp"
#include "experiments/mixed_quality_lasso/model/problem.hpp"
#include "experiments/mixed_quality_lasso/solvers/lasso_path.hpp"
#include "experiments/mixed_quality_lasso/solvers/least_squares.hpp"
#include "experiments/mixed_quality_lasso/theory/success.hpp"
#include "experiments/mixed_quality_lasso/theory/weights.hpp"
#include "linalg/column_products.hpp"
#include "prox/anchored_correlations.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

namespace thresher::mixed_quality_lasso {

namespace {

/// Point of a path that an information criterion prefers, the refit on its support included.
struct Selected {
  double criterion = std::numeric_limits<double>::infinity();
  double lambda = 0;
  prox::SparseVector estimate;
  std::vector<double> refit;
  double iterations = 0;
  bool converged = true;
  std::vector<PathPoint> path;
  static constexpr std::tuple members{&Selected::criterion, &Selected::lambda,     &Selected::estimate,
                                      &Selected::refit,     &Selected::iterations, &Selected::converged,
                                      &Selected::path};
};

std::vector<double> rows_scaled(std::vector<double> v, std::span<double const> scale) {
  for (std::size_t i = 0; i < v.size(); ++i) v[i] *= scale[i];
  return v;
}

/// y - X beta with unscaled rows.
std::vector<double> residual_of(UserData const& data, std::span<std::int64_t const> which,
                                std::span<double const> beta) {
  auto const local = data.design.local_columns();
  std::vector<std::int64_t> mine;
  std::vector<double> values;
  for (std::size_t k = 0; k < which.size(); ++k)
    if (which[k] >= local.begin && which[k] < local.end) {
      mine.push_back(which[k]);
      values.push_back(beta[k]);
    }
  std::vector<double> r(data.y.size());
  data.design.combine(mine, values, r);
  for (std::size_t i = 0; i < r.size(); ++i) r[i] = data.y[i] - r[i];
  return r;
}

std::vector<double> block_mean_squares(UserBlocks const& blocks, std::span<double const> r) {
  std::vector<double> squares(blocks.label.size(), 0.0);
  for (std::size_t i = 0; i < r.size(); ++i)
    squares[static_cast<std::size_t>(blocks.of_row[i])] += r[i] * r[i];
  for (std::size_t g = 0; g < squares.size(); ++g) squares[g] /= blocks.rows[g];
  return squares;
}

/// The criterion is n log(||b - A b_T||^2/n) + |T| (log n + 2 log p), the extended BIC (Chen & Chen 2008) of
/// the refit.
class Selection : public PathVisitor {
 public:
  Selection(UserData const& data, std::span<double const> block_weights)
      : data_(data), roots_(roots(data, block_weights)), design_(data.design.with_scaled_rows(roots_)) {
    b_ = rows_scaled(data.y, roots_);
    double const n = static_cast<double>(design_.rows());
    price_ = std::log(n) + 2 * std::log(static_cast<double>(design_.columns()));
    if (data.truth) truth_ = data.truth->indices;
  }

  Selected operator()(Parameters const& point, study::KeptWork& work, bytes::Reader* left) {
    follow_path(design_, b_, point, work, left, *this);
    if (best_.estimate.indices.empty())
      throw std::runtime_error("no point of the path has between 1 and n/4 nonzero coefficients");
    return best_;
  }

  bool visit(double lambda, prox::LassoSolution const& solution) override {
    auto const& support = solution.coefficients.indices;
    auto const size = static_cast<std::int64_t>(support.size());
    double const n = static_cast<double>(design_.rows());
    best_.iterations += static_cast<double>(solution.iterations);
    best_.converged = best_.converged && solution.converged;
    if (4 * size > design_.rows()) return false;
    best_.path.push_back(path_point(lambda, solution, truth_));
    if (size == 0) return true;
    auto const refit = least_squares(design_, b_, support);
    auto const r = rows_scaled(residual_of(data_, support, refit), roots_);
    double const criterion =
        mpi::broadcast_value(design_.communicator(), n * std::log(linalg::inner_product(r, r) / n) +
                                                         static_cast<double>(size) * price_);
    if (criterion < best_.criterion) {
      best_.criterion = criterion;
      best_.lambda = lambda;
      best_.estimate = solution.coefficients;
      best_.refit = refit;
    }
    return true;
  }

  void save(bytes::Writer& state) const override { state.put(best_); }
  void load(bytes::Reader& state) override { state.read(best_); }

 private:
  static std::vector<double> roots(UserData const& data, std::span<double const> block_weights) {
    std::vector<double> made;
    for (int const block : data.blocks.of_row)
      made.push_back(std::sqrt(block_weights[static_cast<std::size_t>(block)]));
    return made;
  }

  UserData const& data_;
  std::vector<double> roots_;
  prox::DenseDesign design_;
  std::vector<double> b_;
  double price_ = 0;
  std::vector<std::int64_t> truth_;
  Selected best_;
};

double median_magnitude(std::vector<double> values) {
  for (double& value : values) value = std::abs(value);
  std::sort(values.begin(), values.end());
  std::size_t const middle = values.size() / 2;
  return values.size() % 2 == 1 ? values[middle] : (values[middle - 1] + values[middle]) / 2;
}

std::vector<NoiseBlock> noise_blocks(UserBlocks const& blocks, std::span<double const> variances) {
  std::vector<NoiseBlock> made;
  for (std::size_t g = 0; g < blocks.label.size(); ++g)
    made.push_back({blocks.rows[g], std::sqrt(variances[g])});
  return made;
}

void store_artifacts(study::Team& team, UserData const& data, Selected const& chosen,
                     std::span<double const> variances, std::span<double const> weights) {
  store_path(team, chosen.path);
  store_coefficients(team, chosen.estimate);
  if (team.wants("blocks")) {
    std::vector<double> entries;
    for (std::size_t g = 0; g < variances.size(); ++g)
      entries.insert(entries.end(), {data.blocks.label[g], data.blocks.rows[g], variances[g], weights[g]});
    team.store({"blocks", {static_cast<std::int64_t>(variances.size()), 4}, std::move(entries)});
  }
  if (team.wants("column_scaling")) {
    std::vector<double> entries;
    for (std::size_t j = 0; j < data.column_mean.size(); ++j)
      entries.insert(entries.end(), {data.column_mean[j], data.column_scale[j]});
    team.store_distributed("column_scaling", {data.design.columns(), 2}, data.design.local_columns(),
                           entries);
  }
}

/// The path without weights, before the one whose weights it gives. On return `left` is what is left of the
/// second, and states that are kept say that the first is done.
Selected first_selection(UserData const& data, Parameters const& point, std::span<double const> ones,
                         study::KeptWork& work, bytes::Reader*& left) {
  enum class Path { first, second };
  Selected first;
  if (left != nullptr && left->get<Path>() == Path::second) {
    left->read(first);
  } else {
    work.lead_with([](bytes::Writer& state) { state.put(Path::first); });
    first = Selection(data, ones)(point, work, left);
    left = nullptr;
  }
  work.lead_with([first](bytes::Writer& state) {
    state.put(Path::second);
    state.put(first);
  });
  return first;
}

}  // namespace

study::Outcome run_user_path(UserData const& data, Parameters const& point, study::Length length,
                             study::Team& team, Metrics& metrics) {
  auto const& comm = team.communicator();
  auto const& blocks = data.blocks;
  std::vector<double> const ones(blocks.label.size(), 1.0);
  std::vector<NoiseBlock> const unit = noise_blocks(blocks, ones);
  std::vector<double> weights = ones;
  double iterations = 0;
  bool converged = true;
  study::KeptWork work(team, length, "user path 2");
  auto* left = work.left();
  if (point.weighting == Weighting::inverse_variance) {
    for (std::size_t g = 0; g < weights.size(); ++g) weights[g] = 1 / (blocks.label[g] * blocks.label[g]);
    weights = normalise_weights(unit, weights);
  } else if (point.weighting == Weighting::residual) {
    auto const first = first_selection(data, point, ones, work, left);
    auto const squares =
        block_mean_squares(blocks, residual_of(data, first.estimate.indices, first.estimate.values));
    for (std::size_t g = 0; g < weights.size(); ++g) weights[g] = 1 / squares[g];
    weights = normalise_weights(unit, weights);
    iterations = first.iterations;
    converged = first.converged;
  }
  auto const chosen = Selection(data, weights)(point, work, left);
  double const n = static_cast<double>(data.design.rows());
  double const size = static_cast<double>(chosen.refit.size());

  auto variances = block_mean_squares(blocks, residual_of(data, chosen.estimate.indices, chosen.refit));
  for (double& variance : variances) variance *= n / (n - size);
  metrics.fit_s = size;
  metrics.fit_rho = median_magnitude(chosen.refit);
  metrics.fit_n_eff = effective_sample_size(unit, weights);
  RecoveryProblem const problem{static_cast<double>(data.design.columns()), size, metrics.fit_rho,
                                noise_blocks(blocks, variances)};
  metrics.fit_success = comm.rank() == 0 ? lasso_success(problem, weights, chosen.lambda) : 0;
  metrics.lambda_best = chosen.lambda;
  metrics.iterations = iterations + chosen.iterations;
  if (data.truth) {
    double squares = 0;
    for (double const value : data.truth->values) squares += value * value;
    double const rho = std::sqrt(squares / static_cast<double>(data.truth->values.size()));
    measure_recovery(data.truth->indices, data.truth->values, rho, point.delta, chosen.estimate, metrics);
    auto const z = residual_of(data, data.truth->indices, data.truth->values);
    metrics.noise_power = linalg::inner_product(z, z) / n;
  }
  store_artifacts(team, data, chosen, variances, weights);
  return converged && chosen.converged ? study::Outcome::ok : study::Outcome::not_converged;
}

study::Cost user_cost(UserShape const& shape, Parameters const& point, int ranks) {
  double const n = static_cast<double>(shape.n);
  double const columns = std::ceil(static_cast<double>(shape.p) / ranks);
  double const working_set = std::min(static_cast<double>(shape.p), std::max(512.0, n));
  double const passes = 2 * static_cast<double>(point.n_lambda);
  study::Cost cost;
  cost.bytes_per_rank =
      kBytesPerNumber * (n * columns + 32 * 1024 * 1024 / kBytesPerNumber + 8 * columns + 8 * n) +
      prox::AnchoredCorrelations::kBytesPerColumn * columns +
      working_set_bytes(working_set, n / ranks, ranks);
  cost.flops = 2 * n * static_cast<double>(shape.p) * passes;
  cost.bytes_streamed = kBytesPerNumber * n * static_cast<double>(shape.p) * passes;
  return cost;
}

}  // namespace thresher::mixed_quality_lasso
