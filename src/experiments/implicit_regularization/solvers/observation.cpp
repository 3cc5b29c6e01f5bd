#include "experiments/implicit_regularization/model/candidates.hpp"
#include "experiments/implicit_regularization/model/setting.hpp"
#include "experiments/implicit_regularization/solvers/own_deviation.hpp"
#include "experiments/implicit_regularization/solvers/probes.hpp"
#include "experiments/implicit_regularization/solvers/replicated_vectors.hpp"
#include "experiments/implicit_regularization/solvers/stages.hpp"
#include "experiments/implicit_regularization/solvers/stored_columns.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>

namespace thresher::implicit_regularization {

namespace {

Candidates needed_by(std::span<Parameters const> points) {
  Candidates needed;
  for (auto const& point : points) needed = united(needed, needed_columns(point));
  return needed;
}

/// Whether any of the columns is made from more than the weights one by one.
bool stores_columns(Candidates needed) {
  for (auto const name : {Candidate::group, Candidate::path, Candidate::data_l2, Candidate::dropout,
                          Candidate::gradnorm, Candidate::batchnoise})
    if (needed.contains(name)) return true;
  return false;
}

double start_slope(Probe const& probe, std::int64_t replicate) {
  std::vector<double> gradient(probe.model.size());
  probe.model.gradient(start_of(probe.point, probe.model, replicate, probe.team), probe.rows, nullptr,
                       gradient);
  return probe.model.inner(gradient, gradient);
}

void observe_endpoints(Parameters const& point, Candidates needed, TrainStage const& trained,
                       LossModel& model, study::Team& team, Deviation& deviation) {
  auto& facts = deviation.facts;
  auto const& data = trained.start().data();
  bool const columns = stores_columns(needed);
  double slopes = 0;
  for (std::size_t r = 0; r < trained.endpoints().size(); ++r) {
    if (team.stopping()) throw study::Interrupted();
    auto const& endpoint = trained.endpoints()[r];
    auto const replicate = static_cast<std::int64_t>(r);
    if (endpoint.updates >= 0) facts.updates.push_back(static_cast<double>(endpoint.updates));
    facts.converged = facts.converged && endpoint.converged;
    bool const is_told = !endpoint.b.empty() || endpoint.start_slope_sq >= 0;
    DeviationBlock block;
    if (!is_told || columns || r == 0) {
      auto const sample = data.sample(replicate, team);
      auto const rows = sample.rows();
      Probe const probe{point, needed, model, rows, team};
      auto const theta = model.from_own(endpoint.theta);
      std::vector<double> gradient(theta.size());
      double const loss = model.gradient(theta, rows, nullptr, gradient);
      if (r == 0) facts.train_loss = loss;
      for (double& entry : gradient) entry = -entry;
      block = make_block(probe, theta, gradient);
      slopes += is_told ? endpoint.start_slope_sq : start_slope(probe, replicate);
    } else {
      block.theta = endpoint.theta;
      slopes += endpoint.start_slope_sq;
    }
    if (is_told) block.b = endpoint.b;
    if (needed.contains(Candidate::l2_init))
      block.start = model.own_part(start_of(point, model, replicate, team));
    deviation.blocks.push_back(std::move(block));
  }
  facts.reference = std::sqrt(slopes);
}

void observe_probes(Parameters const& point, Candidates needed, TrainStage const& trained, LossModel& model,
                    study::Team& team, Deviation& deviation) {
  auto const sample = trained.start().data().sample(0, team);
  auto const rows = sample.rows();
  auto const& endpoint = trained.endpoints().front();
  deviation.facts.converged = endpoint.converged;
  Probe const probe{point, needed, model, rows, team};
  auto const theta = model.from_own(endpoint.theta);
  if (point.observation == Observation::flow)
    probe_flow(probe, theta, trained.start(), deviation);
  else
    probe_updates(probe, theta, deviation);
  deviation.facts.reference = std::sqrt(start_slope(probe, 0));
}

void observe_integral(Parameters const& point, TrainStage const& trained, study::Team& team,
                      Deviation& deviation) {
  auto const& endpoint = trained.endpoints().front();
  deviation.entries = shared_entries(team.communicator(), std::array{point.d});
  deviation.blocks.push_back({endpoint.theta, endpoint.b, {}, {}});
  deviation.facts.updates = {static_cast<double>(endpoint.updates)};
  deviation.facts.converged = endpoint.converged;
  deviation.facts.reference = std::sqrt(endpoint.start_slope_sq);
}

void tell_spectrum(std::span<Parameters const> points, TrainStage const& trained, study::Team& team,
                   DeviationFacts& facts) {
  auto const& spectrum = trained.start().spectrum();
  facts.eigenvalues = spectrum.values;
  facts.eigenvectors = spectrum.vectors.view();
  if (std::ranges::none_of(points, [](auto const& point) { return point.matrix_fit != MatrixFit::none; }))
    return;
  auto const sample = trained.start().data().sample(0, team);
  facts.first_gram = gram_matrix(team.communicator(), sample.rows());
  facts.first_moment = moment(team.communicator(), sample.rows());
}

}  // namespace

DeviationBlock make_block(Probe const& probe, std::span<double const> theta, std::span<double const> b) {
  DeviationBlock block{probe.model.own_part(theta), probe.model.own_part(b), {}, {}};
  auto columns = stored_columns(probe.needed, probe.point, probe.model, probe.rows, theta);
  for (std::size_t k = 0; k < kCandidates; ++k)
    if (!columns[k].empty()) block.columns[k] = probe.model.own_part(columns[k]);
  return block;
}

std::unique_ptr<Deviation> observe(std::span<Parameters const> points, TrainStage const& trained,
                                   study::Team& team) {
  auto const& point = points.front();
  auto deviation = std::make_unique<Deviation>();
  deviation->trained = &trained;
  auto const needed = needed_by(points);
  if (point.model == Model::diagonal && point.input == nullptr) {
    observe_integral(point, trained, team, *deviation);
  } else {
    auto const model = make_model(point, team.communicator());
    deviation->entries = model->own();
    if (point.input != nullptr)
      observe_own(point, needed, trained, *model, team, *deviation);
    else if (point.observation == Observation::endpoint)
      observe_endpoints(point, needed, trained, *model, team, *deviation);
    else
      observe_probes(point, needed, trained, *model, team, *deviation);
  }
  if (point.input != nullptr) return deviation;
  deviation->facts.beta_true = trained.start().data().beta(0, team);
  tell_spectrum(points, trained, team, deviation->facts);
  return deviation;
}

}  // namespace thresher::implicit_regularization
