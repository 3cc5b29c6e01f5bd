#include "experiments/linear_generative/estimators/covariance_sampling.hpp"

#include "bytes/reader.hpp"
#include "bytes/writer.hpp"
#include "experiments/linear_generative/model/noise_schedule.hpp"
#include "experiments/linear_generative/model/setting.hpp"
#include "linalg/covariance_operator.hpp"
#include "linalg/panel_lanczos.hpp"
#include "linalg/square_root.hpp"
#include "study/kept_work.hpp"
#include "study/stopwatch.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <optional>

namespace thresher::linear_generative {

namespace {

using linalg::CovarianceOperator;
using linalg::DenseMatrix;
using linalg::PanelLanczos;

/// A finished first model is kept when it took longer than this.
constexpr double kKeepAfterSeconds = 60;
/// Lifts round-off off 0 for SLEPc's square root, relative to the mean eigenvalue.
constexpr double kShift = 1e-10;

/// What a kept state belongs to, beyond the trial: everything that shapes the two recurrences.
std::string fingerprint(Parameters const& point) {
  return fmt::format("{} {} {} {} {} {} {} {} {} {} {} {}", number_of_examples(point), point.rank,
                     static_cast<int>(point.model), static_cast<int>(point.storage), point.ridge,
                     point.num_generated, point.krylov_tol, point.krylov_max, point.noise_steps,
                     point.sigma_max, point.sigma_min, point.train_time) +
         (measures_bulk_distance(point) ? " wasserstein" : "");
}

void save(bytes::Writer& state, SampledModel const& model) {
  state.put(model.own_samples.columns(), model.own_samples.values(), model.leading.values,
            model.leading.own_vectors.values(), model.eigen_convergence, model.convergence, model.mean_steps,
            model.passes, model.bulk_root_trace, model.ritz_values);
}

DenseMatrix panel(std::int64_t rows, std::int64_t columns, std::vector<double> const& values) {
  DenseMatrix result(rows, columns);
  if (result.values().size() != values.size())
    throw std::runtime_error("a kept state belongs to another team size");
  std::ranges::copy(values, result.values().begin());
  return result;
}

SampledModel load(bytes::Reader& state, std::int64_t rows) {
  SampledModel model;
  auto const seeds = state.get<std::int64_t>();
  model.own_samples = panel(rows, seeds, state.get<std::vector<double>>());
  model.leading.values = state.get<std::vector<double>>();
  model.leading.own_vectors =
      panel(rows, static_cast<std::int64_t>(model.leading.values.size()), state.get<std::vector<double>>());
  state.read(model.eigen_convergence, model.convergence, model.mean_steps, model.passes,
             model.bulk_root_trace, model.ritz_values);
  return model;
}

/// Leading eigenpairs of `covariance`, started in the span of `own_basis`.
void find_leading(SampledModel& model, CovarianceOperator const& covariance,
                  linalg::ConstMatrixView own_basis, Parameters const& point) {
  auto const count = leading_vectors(point);
  auto const before = covariance.passes();
  auto found = linalg::leading_eigenpairs(covariance, linalg::rayleigh_ritz(covariance, own_basis, count),
                                          {.count = count});
  model.leading = std::move(found.pairs);
  model.eigen_convergence = found.convergence;
  model.passes += covariance.passes() - before;
}

/// As many passes as the seed that stopped last has steps.
std::int64_t passes_of(PanelLanczos const& recurrence) {
  int most = 0;
  for (std::int64_t i = 0; i < recurrence.seeds(); ++i) most = std::max(most, recurrence.steps(i));
  return most;
}

CovarianceOperator::BeforePass interruption(study::Team& team) {
  return [&team] {
    if (team.stopping()) throw study::Interrupted();
  };
}

/// tr (Sigma^1/2 (C + ridge) Sigma^1/2)^1/2 by stochastic Lanczos quadrature with the seeds of the samples
/// (Ubaru, Chen and Saad 2017, SIAM J. Matrix Anal. Appl. 38): tr g(M) ~ d mean_i e_1^T g(T_i) e_1. Where
/// nobody asks for it, nothing happens.
void estimate_bulk_root_trace(SampledModel& model, int set, Parameters const& point, DataSets const& sets,
                              linalg::ConstMatrixView own_seeds, study::Team& team) {
  if (!measures_bulk_distance(point) || !sets.population_is_known()) return;
  CovarianceOperator mapped(sets.set(set, point), point.ridge, sets.population().apply_root);
  mapped.call_before_pass(interruption(team));
  PanelLanczos recurrence(mapped, own_seeds,
                          {.tolerance = point.krylov_tol, .max_steps = static_cast<int>(point.krylov_max)});
  recurrence.run([](double x) { return std::sqrt(x); });
  double sum = 0;
  for (std::int64_t i = 0; i < recurrence.seeds(); ++i) sum += recurrence.quadratic_form(i);
  model.bulk_root_trace = sum / static_cast<double>(recurrence.seeds()) * static_cast<double>(point.dim);
  model.passes += passes_of(recurrence);
}

/// The run of `sample_by_lanczos`, of which an interruption leaves the state. The first model is kept at once
/// where it took long.
class LanczosRun {
 public:
  LanczosRun(Parameters const& point, DataSets const& sets, linalg::ConstMatrixView own_seeds,
             study::Team& team)
      : point_(point),
        sets_(sets),
        own_seeds_(own_seeds),
        team_(team),
        work_(team, study::Length::lengthy, fingerprint(point)),
        f_(sampling_function(point)) {}

  std::array<SampledModel, kSets> operator()() {
    if (work_.left() != nullptr) restore(*work_.left());
    try {
      while (finished_ < kSets) {
        study::Stopwatch const watch;
        models_[static_cast<std::size_t>(finished_)] = sample(finished_);
        ++finished_;
        recurrence_.reset();
        if (finished_ < kSets &&
            mpi::broadcast_value(team_.communicator(), watch.seconds()) > kKeepAfterSeconds)
          work_.keep(state());
      }
    } catch (study::Interrupted const&) {
      work_.interrupt(state());
    }
    return std::move(models_);
  }

 private:
  SampledModel sample(int set) {
    CovarianceOperator covariance(sets_.set(set, point_), 0);
    covariance.call_before_pass([&] {
      if (work_.stopping()) throw study::Interrupted();
      work_.tell(part());
    });
    linalg::LanczosOptions const options{.tolerance = point_.krylov_tol,
                                         .max_steps = static_cast<int>(point_.krylov_max)};
    recurrence_.emplace(covariance, own_seeds_, options);
    if (continues_) {
      recurrence_->load(*work_.left());
      work_.forget_left();
      continues_ = false;
    }
    recurrence_->run(f_);
    SampledModel model;
    model.convergence =
        recurrence_->converged() ? linalg::Convergence::reached : linalg::Convergence::not_reached;
    model.mean_steps = recurrence_->mean_steps();
    model.passes = passes_of(*recurrence_);
    model.ritz_values = recurrence_->ritz_values(0);
    model.own_samples = DenseMatrix(own_seeds_.rows, own_seeds_.columns);
    recurrence_->function_times_seeds(model.own_samples.view());
    find_leading(model, covariance, recurrence_->leading_ritz_vectors(leading_vectors(point_)).view(),
                 point_);
    estimate_bulk_root_trace(model, set, point_, sets_, own_seeds_, team_);
    return model;
  }

  /// A rough share of the work: half per model, the seeds' steps against 60.
  double part() const {
    constexpr double kTypicalSteps = 60;
    double const steps = recurrence_ ? recurrence_->mean_steps() : 0;
    return (finished_ + std::min(1.0, steps / kTypicalSteps)) / kSets;
  }

  study::KeptWork::Save state() const {
    return [this](bytes::Writer& state) {
      state.put(finished_);
      for (int set = 0; set < finished_; ++set) save(state, models_[static_cast<std::size_t>(set)]);
      state.put(recurrence_.has_value());
      if (recurrence_) recurrence_->save(state);
    };
  }

  void restore(bytes::Reader& state) {
    finished_ = state.get<int>();
    for (int set = 0; set < finished_; ++set)
      models_[static_cast<std::size_t>(set)] = load(state, own_seeds_.rows);
    continues_ = state.get<bool>();
    if (!continues_) work_.forget_left();
  }

  Parameters const& point_;
  DataSets const& sets_;
  linalg::ConstMatrixView own_seeds_;
  study::Team& team_;
  study::KeptWork work_;
  std::function<double(double)> f_;
  int finished_ = 0;
  std::array<SampledModel, kSets> models_;
  std::optional<PanelLanczos> recurrence_;
  bool continues_ = false;  ///< what is left holds the recurrence of the next model
};

}  // namespace

std::array<SampledModel, kSets> sample_by_lanczos(Parameters const& point, DataSets const& sets,
                                                  linalg::ConstMatrixView own_seeds, study::Team& team) {
  return LanczosRun(point, sets, own_seeds, team)();
}

std::array<SampledModel, kSets> sample_by_slepc(Parameters const& point, DataSets const& sets,
                                                linalg::ConstMatrixView own_seeds, study::Team& team) {
  std::array<SampledModel, kSets> models;
  for (int set = 0; set < kSets; ++set) {
    auto const& rows = sets.set(set, point);
    CovarianceOperator covariance(rows, 0);
    covariance.call_before_pass(interruption(team));
    // tr C / d is 1 or so: the trace of every spectrum is near d.
    CovarianceOperator shifted(rows, point.ridge + kShift);
    shifted.call_before_pass(interruption(team));
    auto& model = models[static_cast<std::size_t>(set)];
    model.own_samples = DenseMatrix(own_seeds.rows, own_seeds.columns);
    model.convergence = linalg::square_root_times_panel(shifted, own_seeds, model.own_samples.view(), {});
    model.mean_steps = std::nan("");
    find_leading(model, covariance, model.own_samples.view(), point);
    model.passes += shifted.passes();
    estimate_bulk_root_trace(model, set, point, sets, own_seeds, team);
  }
  return models;
}

}  // namespace thresher::linear_generative
