#include "experiments/mixed_quality_lasso/estimators/lasso_fits.hpp"

#include "experiments/mixed_quality_lasso/theory/weights.hpp"
#include "linalg/column_products.hpp"
#include "prox/kept_fista.hpp"
#include "prox/working_set.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <memory>
#include <string>

namespace thresher::mixed_quality_lasso {

namespace {

bool has_two_stages(Analysis const& analysis) {
  return analysis.point.weighting == Weighting::residual;
}

std::vector<double> first_weights(Analysis const& analysis) {
  return has_two_stages(analysis) ? std::vector{1.0, 1.0} : analysis.tuning.weights;
}

/// Weights inverse to the mean squares of y - X betahat, the residual of an agnostic fit, over the rows of
/// each quality.
std::vector<double> residual_weights(Analysis const& analysis, std::span<double const> residual,
                                     double& ratio) {
  auto const& setting = analysis.setting;
  auto const mean_square = [](std::span<double const> r) {
    return linalg::inner_product(r, r) / static_cast<double>(r.size());
  };
  auto const high = static_cast<std::size_t>(setting.n1);
  auto const squares = mpi::broadcast_value(
      analysis.team.communicator(),
      std::array{mean_square(residual.first(high)), mean_square(residual.subspan(high))});
  ratio = squares[1] / squares[0];
  std::array const blocks{NoiseBlock{static_cast<double>(setting.n1), setting.sigma1},
                          NoiseBlock{static_cast<double>(setting.n2), setting.sigma2}};
  return normalise_weights(blocks, {1 / squares[0], 1 / squares[1]});
}

void add_counts(prox::LassoSolution const& solution, LassoFit& fit) {
  fit.iterations += static_cast<double>(solution.iterations);
  fit.full_passes += static_cast<double>(solution.full_passes);
  fit.converged = fit.converged && solution.converged;
}

/// One point on its way: asks for products with columns until its fit is complete.
class FitInSteps {
 public:
  explicit FitInSteps(Analysis const& analysis) : analysis_(analysis) {
    fit_.weights = first_weights(analysis);
    stage_ = has_two_stages(analysis) ? Stage::first : Stage::last;
    start_solver();
  }

  bool done() const { return stage_ == Stage::done; }
  WeightedDesign const& design() const { return *design_; }
  std::span<std::int64_t const> wanted() const { return solver_->wanted(); }
  std::span<double const> vector() const { return solver_->residual(); }

  /// This rank's state; `load` takes it up in a fit of the same analysis.
  void save(bytes::Writer& state) const {
    state.put(stage_, fit_);
    solver_->save(state);
  }
  void load(bytes::Reader& state) {
    state.read(stage_, fit_);
    start_solver();
    solver_->load(state);
    if (stage_ == Stage::null_correlation || stage_ == Stage::done) fit_.solution = solver_->solution();
  }
  LassoFit const& fit() const { return fit_; }
  double part_done() const {
    if (done()) return 1;
    double const solved = part_solved(solver_->relative_gap(), analysis_.point.tol);
    return has_two_stages(analysis_) ? (solved + (stage_ == Stage::first ? 0 : 1)) / 2 : solved;
  }

  void take(std::span<double const> products) {
    if (stage_ == Stage::null_correlation) {
      fit_.largest_null_correlation = solver_->take_outside(products);
      stage_ = Stage::done;
      return;
    }
    solver_->take(products);
    if (!solver_->done()) return;
    auto solution = solver_->solution();
    add_counts(solution, fit_);
    if (stage_ == Stage::first) {
      fit_.weights = residual_weights(analysis_, solution.residual, fit_.weight_ratio);
      stage_ = Stage::last;
      start_solver();
      return;
    }
    fit_.solution = std::move(solution);
    solver_->start_outside(analysis_.data.support());
    stage_ = Stage::null_correlation;
  }

 private:
  enum class Stage { first, last, null_correlation, done };

  void start_solver() {
    design_ = std::make_unique<WeightedDesign>(analysis_.design(fit_.weights));
    solver_ =
        std::make_unique<prox::WorkingSet>(*design_, design_->scaled(analysis_.y), analysis_.lasso_options());
    solver_->start(analysis_.tuning.lambda);
  }

  Analysis const& analysis_;
  Stage stage_;
  LassoFit fit_;
  std::unique_ptr<WeightedDesign> design_;
  std::unique_ptr<prox::WorkingSet> solver_;
};

/// Products that all unfinished fits ask for, in one pass over the columns.
std::vector<std::vector<double>> products_for(std::span<FitInSteps* const> fits) {
  if (fits.size() == 1) {
    auto const& fit = *fits.front();
    std::vector<double> alone(fit.wanted().size());
    fit.design().correlate(fit.wanted(), {fit.vector().data(), fit.design().rows(), 1},
                           {alone.data(), static_cast<std::int64_t>(alone.size()), 1});
    return {std::move(alone)};
  }
  struct Request {
    FitInSteps const* fit;
    std::vector<double> scaled;
    std::size_t next = 0;  ///< position in the wanted columns
    std::vector<double const*> pointers;
  };
  std::vector<Request> requests;
  std::vector<std::vector<double>> products;
  std::vector<std::int64_t> which;
  for (auto const* fit : fits) {
    auto const wanted = fit->wanted();
    requests.push_back({fit, fit->design().scaled(fit->vector()), 0, {}});
    products.emplace_back(wanted.size());
    std::vector<std::int64_t> merged;
    std::set_union(which.begin(), which.end(), wanted.begin(), wanted.end(), std::back_inserter(merged));
    which.swap(merged);
  }
  auto const& design = fits.front()->design();
  design.data().columns().visit(
      which, design.storage(), [&](std::size_t first, std::span<double const* const> pointers) {
        for (std::size_t f = 0; f < requests.size(); ++f) {
          auto& request = requests[f];
          auto const wanted = request.fit->wanted();
          std::size_t const begin = request.next;
          request.pointers.clear();
          for (std::size_t k = 0; k < pointers.size() && request.next < wanted.size(); ++k)
            if (which[first + k] == wanted[request.next]) {
              request.pointers.push_back(pointers[k]);
              ++request.next;
            }
          std::size_t const count = request.next - begin;
          if (count > 0)
            request.fit->design().correlate_at(wanted.subspan(begin, count), request.pointers, request.scaled,
                                               std::span(products[f]).subspan(begin, count));
        }
      });
  return products;
}

/// State of all fits: it belongs to this list of points.
study::KeptWork kept_work(std::span<Analysis const> analyses) {
  auto length = study::Length::brief;
  std::string name = "working sets 2";
  for (auto const& analysis : analyses) {
    if (analysis.length == study::Length::lengthy) length = study::Length::lengthy;
    name +=
        fmt::format(" {}:{}:{}:{}:{}", analysis.setting.n1, analysis.setting.n2,
                    static_cast<int>(analysis.point.weighting), analysis.tuning.lambda, analysis.point.tol);
  }
  return {analyses.front().team, length, name};
}

}  // namespace

bool is_fitted_together(Parameters const& point) {
  return point.estimator == Estimator::lasso && point.solver == Solver::working_set &&
         point.storage == Storage::regenerate;
}

std::vector<LassoFit> fit_together(std::span<Analysis const> analyses) {
  std::vector<FitInSteps> all;
  all.reserve(analyses.size());
  for (auto const& analysis : analyses) all.emplace_back(analysis);
  auto work = kept_work(analyses);
  if (auto* const left = work.left())
    for (auto& fit : all) fit.load(*left);
  while (true) {
    std::vector<FitInSteps*> waiting;
    for (auto& fit : all)
      if (!fit.done()) waiting.push_back(&fit);
    if (waiting.empty()) break;
    auto const products = products_for(waiting);
    for (std::size_t f = 0; f < waiting.size(); ++f) waiting[f]->take(products[f]);
    double part = 0;
    for (auto const& fit : all) part += fit.part_done() / static_cast<double>(all.size());
    work.advance(part, [&](bytes::Writer& state) {
      for (auto const& fit : all) fit.save(state);
    });
  }
  std::vector<LassoFit> fits;
  fits.reserve(all.size());
  for (auto const& fit : all) fits.push_back(fit.fit());
  return fits;
}

LassoFit fit_by_fista(Analysis const& analysis) {
  LassoFit fit;
  fit.weights = first_weights(analysis);
  int const stages = has_two_stages(analysis) ? 2 : 1;
  int stage = 0;
  study::KeptWork work(analysis.team, analysis.length, "fista");
  auto* left = work.left();
  if (left != nullptr) left->read(stage, fit);
  auto options = analysis.lasso_options();
  bool stopped = false;
  options.stopping = [&stopped, asks = options.stopping](double relative_gap) {
    return stopped = asks(relative_gap);
  };
  for (; stage < stages; ++stage) {
    if (stage == 1 && left == nullptr)
      fit.weights = residual_weights(analysis, fit.solution.residual, fit.weight_ratio);
    auto const design = analysis.design(fit.weights);
    auto const b = design.scaled(analysis.y);
    auto& solver = prox::kept_fista(design);
    fit.solution = left != nullptr ? solver.finish(design, b, analysis.tuning.lambda, options, *left)
                                   : solver.solve(design, b, analysis.tuning.lambda, options);
    left = nullptr;
    if (stopped)
      work.interrupt([&](bytes::Writer& state) {
        state.put(stage, fit);
        solver.save(state);
      });
    add_counts(fit.solution, fit);
  }
  auto const design = analysis.design(fit.weights);
  auto const& support = analysis.data.support();
  std::vector<std::int64_t> nulls;
  for (auto j = design.local_columns().begin; j < design.local_columns().end; ++j)
    if (!std::binary_search(support.begin(), support.end(), j)) nulls.push_back(j);
  std::vector<double> products(nulls.size());
  design.correlate(nulls, linalg::ConstMatrixView(fit.solution.residual.data(), design.rows(), 1),
                   linalg::MatrixView(products.data(), static_cast<std::int64_t>(nulls.size()), 1));
  double largest = 0;
  for (double const product : products) largest = std::max(largest, std::abs(product));
  fit.largest_null_correlation =
      mpi::max(analysis.team.communicator(), largest) / static_cast<double>(design.rows());
  return fit;
}

}  // namespace thresher::mixed_quality_lasso
