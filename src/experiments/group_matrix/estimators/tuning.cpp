#include "experiments/group_matrix/estimators/tuning.hpp"

#include "experiments/group_matrix/estimators/errors.hpp"
#include "experiments/group_matrix/estimators/validation_split.hpp"

#include <algorithm>
#include <cmath>
#include <utility>

namespace thresher::group_matrix {

namespace {

/// A path ends where the score is so much above the best one, behind a point that was not the best.
constexpr double kWorse = 1.02;
constexpr std::size_t kFewest = 3;

/// Where a tuned fit stands: the path's points so far, and whether the last fit runs.
struct Position {
  std::vector<PathPoint> path;
  bool refits = false;
  std::int64_t iteration = 0;
  std::vector<Residuals> history;  ///< of the fit that runs
};

void put(bytes::Writer& writer, Position const& position) {
  std::vector<double> path, history;
  for (auto const& at : position.path)
    path.insert(path.end(), {at.fraction, at.score, at.mean_rank, static_cast<double>(at.iterations)});
  for (auto const& residuals : position.history)
    history.insert(history.end(), {residuals.primal, residuals.dual});
  writer.put(path, position.refits, position.iteration, history);
}

Position position_from(bytes::Reader& reader) {
  Position position;
  std::vector<double> path, history;
  reader.read(path, position.refits, position.iteration, history);
  for (std::size_t k = 0; k + 3 < path.size(); k += 4)
    position.path.push_back({path[k], path[k + 1], path[k + 2], static_cast<std::int64_t>(path[k + 3])});
  for (std::size_t k = 0; k + 1 < history.size(); k += 2)
    position.history.push_back({history[k], history[k + 1]});
  return position;
}

class Tuner {
 public:
  Tuner(Parameters const& point, MatrixData const& data, Program const& program, study::KeptWork& work)
      : point_(point), data_(data), program_(program), work_(work) {
    if (auto* const left = work.left()) position_ = position_from(*left);
  }

  Result run() {
    Result result;
    if (point_.tuning == Tuning::validation || point_.tuning == Tuning::oracle) {
      walk();
      auto const best = std::ranges::min_element(position_.path, {}, &PathPoint::score);
      result.fraction = best->fraction;
      if (point_.tuning == Tuning::validation) result.val_error = std::sqrt(best->score);
      result.path = position_.path;
    } else if (point_.tuning == Tuning::fixed) {
      result.fraction = point_.lambda_fraction;
    }
    position_.refits = true;
    GroupPenalty const penalty(data_.communicator(), program_.groups, data_.observations());
    auto const fit = program_.make(data_.observations(), penalty, program_.settings);
    double const level =
        point_.tuning == Tuning::universal ? point_.noise_sd : result.fraction * penalty.start();
    auto const outcome = solve(*fit, penalty.levels(level), program_.settings.tolerance);
    auto const summary = fit->summary();
    result.estimate = fit->estimate();
    result.iterations = outcome.iterations;
    result.converged = outcome.converged;
    result.mean_rank = summary.mean_rank;
    result.objective = summary.objective;
    result.duality_gap = summary.duality_gap;
    result.history = fit->history();
    return result;
  }

 private:
  void walk() {
    if (position_.refits) return;
    bool const validates = point_.tuning == Tuning::validation;
    ValidationSplit split;
    if (validates) split = split_for_validation(point_, data_);
    auto const& observations = validates ? split.fitted : data_.observations();
    GroupPenalty const penalty(data_.communicator(), program_.groups, observations);
    auto const fit = program_.make(observations, penalty, program_.settings);
    auto const fractions = path_fractions(point_);
    while (position_.path.size() < fractions.size() && !ends()) {
      double const f = fractions[position_.path.size()];
      auto const outcome = solve(*fit, penalty.levels(f * penalty.start()), program_.path_tolerance);
      auto const estimate = fit->estimate();
      double const score =
          validates ? mean_square(estimate, split.held) : unobserved_error(data_, estimate).error;
      position_.path.push_back({f, score, fit->mean_rank(), outcome.iterations});
    }
  }

  bool ends() const {
    auto const& path = position_.path;
    if (path.size() < kFewest) return false;
    double const best = std::ranges::min_element(path, {}, &PathPoint::score)->score;
    return path.back().score > kWorse * best && path[path.size() - 2].score > best;
  }

  FitOutcome solve(PenalisedFit& fit, std::vector<double> const& levels, double tolerance) {
    if (auto* const left = work_.left()) {
      fit.restore(*left);
      fit.continue_behind(position_.iteration, std::move(position_.history));
      work_.forget_left();
    }
    double const fits = static_cast<double>(point_.lambda_count + 1);
    double const done = static_cast<double>(
        position_.refits ? point_.lambda_count : static_cast<std::int64_t>(position_.path.size()));
    return fit.solve(levels, tolerance, [&](std::int64_t iteration) {
      position_.iteration = iteration;
      double const part = static_cast<double>(iteration) / static_cast<double>(point_.max_iterations);
      work_.advance(std::min(1.0, (done + part) / fits), [&](bytes::Writer& writer) {
        position_.history = fit.history();
        put(writer, position_);
        fit.save(writer);
      });
    });
  }

  double mean_square(Estimate const& estimate, Observations const& held) const {
    auto const fitted = estimate.at(held);
    double sums[2] = {0, static_cast<double>(held.count())};
    for (std::size_t k = 0; k < fitted.size(); ++k)
      sums[0] += (fitted[k] - held.values()[k]) * (fitted[k] - held.values()[k]);
    mpi::sum_in_place(data_.communicator(), sums);
    return sums[0] / sums[1];
  }

  Parameters const& point_;
  MatrixData const& data_;
  Program const& program_;
  study::KeptWork& work_;
  Position position_;
};

}  // namespace

std::vector<double> path_fractions(Parameters const& point) {
  std::vector<double> fractions;
  for (std::int64_t k = 0; k < point.lambda_count; ++k)
    fractions.push_back(k == 0
                            ? point.lambda_first
                            : point.lambda_first * std::pow(point.lambda_last / point.lambda_first,
                                                            static_cast<double>(k) /
                                                                static_cast<double>(point.lambda_count - 1)));
  return fractions;
}

Result tuned_fit(Parameters const& point, MatrixData const& data, Program const& program,
                 study::KeptWork& work) {
  return Tuner(point, data, program, work).run();
}

}  // namespace thresher::group_matrix
