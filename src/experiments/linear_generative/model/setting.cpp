#include "experiments/linear_generative/model/setting.hpp"

#include <algorithm>
#include <cmath>

namespace thresher::linear_generative {

namespace {
constexpr std::int64_t kDenseUpTo = 2000;
/// More directions take longer than another eigendecomposition.
constexpr std::int64_t kFewSpikes = 16;
}  // namespace

std::int64_t number_of_examples(Parameters const& point) {
  if (point.samples > 0) return point.samples;
  double const examples = std::floor(point.gamma * static_cast<double>(point.dim) + 0.5);
  return static_cast<std::int64_t>(std::clamp(examples, 1.0, 1e18));
}

std::optional<std::int64_t> image_side(std::int64_t dim) {
  auto const side = static_cast<std::int64_t>(std::llround(std::sqrt(static_cast<double>(dim))));
  if (side * side != dim) return std::nullopt;
  return side;
}

Method settled_method(Parameters const& point) {
  if (point.method != Method::automatic) return point.method;
  return std::min(number_of_examples(point), point.dim) <= kDenseUpTo ? Method::dense : Method::krylov;
}

bool is_matrix_function(Model model) {
  return model == Model::sqrt || model == Model::diffusion;
}

bool measures_bulk_distance(Parameters const& point) {
  if (point.model != Model::sqrt || point.spectrum == Spectrum::field) return false;
  if (point.wasserstein != Choice::automatic) return point.wasserstein == Choice::yes;
  if (settled_method(point) != Method::dense) return false;
  return !(point.ridge > 0 && number_of_examples(point) < point.dim && point.dim > kDenseUpTo);
}

bool measures_divergence(Parameters const& point) {
  return point.model == Model::sqrt && point.spectrum != Spectrum::field &&
         settled_method(point) == Method::dense && (point.ridge > 0 || number_of_examples(point) > point.dim);
}

bool has_few_spikes(Parameters const& point) {
  return point.spectrum == Spectrum::spiked && point.rank <= kFewSpikes;
}

std::int64_t leading_vectors(Parameters const& point) {
  return std::max<std::int64_t>(point.rank, 1);
}

}  // namespace thresher::linear_generative
