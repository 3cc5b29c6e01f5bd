#include "experiments/federated_lora/estimators/lambda_rule.hpp"

#include "experiments/federated_lora/data/stack_passes.hpp"
#include "experiments/federated_lora/model/sizes.hpp"

#include <algorithm>
#include <cmath>
#include <utility>

namespace thresher::federated_lora {

NormalisedStack normalise(ClientStack const& stack, linalg::DenseMatrix centre, std::int64_t vectors) {
  NormalisedStack normalised;
  normalised.centre = std::move(centre);
  normalised.weights = distances(stack, normalised.centre);
  for (double& weight : normalised.weights) weight = weight > 0 ? 1 / weight : 0;
  normalised.leading = leading_left_vectors({stack, normalised.centre, normalised.weights}, vectors);
  return normalised;
}

double price(Parameters const& point, NormalisedStack const& normalised) {
  auto const r = static_cast<double>(fitted_rank(point));
  switch (point.lambda_rule) {
    case LambdaRule::enter:
      return point.lambda_factor /
             std::max(normalised.leading.singular_values[static_cast<std::size_t>(fitted_rank(point) - 1)],
                      1e-300);
    case LambdaRule::rank:
      return point.lambda_factor * std::sqrt(r / static_cast<double>(point.clients));
    case LambdaRule::outlier_pursuit:
      return 3 / (7 * std::sqrt(static_cast<double>(contaminated_clients(point))));
    case LambdaRule::fixed:
      break;
  }
  return point.lambda_value;
}

}  // namespace thresher::federated_lora
