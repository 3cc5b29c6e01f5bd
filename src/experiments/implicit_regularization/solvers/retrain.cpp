#include "experiments/implicit_regularization/solvers/retrain.hpp"

#include "experiments/implicit_regularization/solvers/exact_linear.hpp"
#include "experiments/implicit_regularization/solvers/minimisation.hpp"

#include <cmath>
#include <cstddef>

namespace thresher::implicit_regularization {

double retrain_error(TrainStage const& trained, Parameters const& point, PenaltyTerms const& terms,
                     study::Team& team) {
  auto const model = make_model(point, team.communicator());
  auto const sample = trained.start().data().sample(0, team);
  auto const rows = sample.rows();
  std::vector<double> theta;
  bool converged = true;
  if (terms.l1 > 0 && terms.smooth == 0)
    theta = elastic_net(team.communicator(), rows, terms.l1, terms.l2, converged);
  else
    theta = minimise(*model, rows, terms, start_of(point, *model, 0, team), point, team).theta;
  auto const again = model->outputs(theta, rows);
  auto const first = model->outputs(model->from_own(trained.endpoints().front().theta), rows);
  double mean = 0, difference = 0, spread = 0;
  for (double const f : first) mean += f / static_cast<double>(first.size());
  for (std::size_t i = 0; i < first.size(); ++i) {
    difference += (again[i] - first[i]) * (again[i] - first[i]);
    spread += (first[i] - mean) * (first[i] - mean);
  }
  return std::sqrt(difference / spread);
}

}  // namespace thresher::implicit_regularization
