#include "experiments/implicit_regularization/solvers/minimisation.hpp"

#include "prox/minimise_smooth.hpp"

#include <algorithm>

namespace thresher::implicit_regularization {

Minimiser minimise(LossModel& model, Rows const& rows, PenaltyTerms const& terms,
                   std::span<double const> start, Parameters const& point, study::Team& team) {
  std::vector<double> gradient(start.size());
  auto const found = prox::minimise_smooth(team.communicator(), model.whole(start),
                                           [&](std::span<double const> x, std::span<double> out) {
                                             auto const theta = model.part(x);
                                             double value = model.gradient(theta, rows, nullptr, gradient);
                                             if (terms.any())
                                               value += add_penalties(terms, model, theta, rows, gradient);
                                             std::ranges::copy(model.whole(gradient), out.begin());
                                             return value;
                                           },
                                           {.tolerance = point.grad_tol,
                                            .max_iterations = point.max_iter,
                                            .prefix = "implicit_regularization_",
                                            .stopping = [&] { return team.stopping(); }});
  if (found.stopped) throw study::Interrupted();
  return {model.part(found.x), found.converged};
}

}  // namespace thresher::implicit_regularization
