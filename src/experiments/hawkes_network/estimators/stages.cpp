#include "experiments/hawkes_network/estimators/stages.hpp"

#include "experiments/hawkes_network/model/setting.hpp"

namespace thresher::hawkes_network {

ScreenedData::ScreenedData(TrialData const& trial_data, std::span<Parameters const> points, study::Team& team)
    : data(trial_data), observation(team.communicator(), trial_data.streams, horizon(points.front())) {
  ScreeningRequest request;
  for (auto const& point : points) {
    auto const need = method_of(point.method).screening_need();
    request.candidates = request.candidates || need == ScreeningNeed::candidates;
    request.all_correlations = request.all_correlations || need == ScreeningNeed::all_correlations;
  }
  if (!request.candidates && !request.all_correlations) return;
  if (data.truth && team.wants("correlation_histogram")) request.truth = &*data.truth;
  screening = screen_pairs(points.front(), observation, request, team);
}

namespace {

Screening const& needed(ScreenedData const& screened, Parameters const& point) {
  static Screening const none;
  return method_of(point.method).screening_need() == ScreeningNeed::nothing ? none : screened.screening;
}

}  // namespace

FittedNetwork::FittedNetwork(ScreenedData const& screened_data, Parameters const& point, study::Team& team)
    : screened(screened_data),
      screening(needed(screened_data, point)),
      fit(method_of(point.method).fit({point, screened_data.observation, screening}, team)) {}

}  // namespace thresher::hawkes_network
