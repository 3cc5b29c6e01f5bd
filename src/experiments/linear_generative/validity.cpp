#include "experiments/linear_generative/validity.hpp"

#include "experiments/linear_generative/data/row_order.hpp"
#include "experiments/linear_generative/model/setting.hpp"
#include "numerics/rounding.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <vector>

namespace thresher::linear_generative {

namespace {

constexpr std::int64_t kLargestDense = 20'000;
constexpr std::int64_t kFewNoiseSteps = 16;

bool works_on_images(Model model) {
  return model == Model::conv || model == Model::patch_net;
}

void refuse_population(Parameters const& point, study::Verdict& verdict) {
  auto const n = number_of_examples(point);
  // The default is what a file says of a study by `samples` that is resumed or run again.
  if (point.samples > 0 && verdict.given("gamma") && point.gamma != Parameters{}.gamma)
    verdict.refuse("samples",
                   "gamma is given too, and both say how many examples there are: give one of them");
  if (point.rank > std::min(n, point.dim))
    verdict.refuse(
        "rank", fmt::format("at most min(n, dim) = {} factors have a place in the sample covariance of n = "
                            "{} examples",
                            std::min(n, point.dim), n));
  if (point.latent_basis == LatentBasis::random && point.spectrum != Spectrum::spiked)
    verdict.refuse("latent_basis", "only spectrum spiked has a random basis; allowed is canonical");
  if (point.spectrum != Spectrum::field) return;
  if (!image_side(point.dim))
    verdict.refuse("dim", "spectrum field draws L x L images; allowed are perfect squares");
  if (point.rank > 1) verdict.refuse("rank", "spectrum field has one latent image; allowed are 0 and 1");
  if (point.rank > 0 && point.spike == 0)
    verdict.refuse("spike",
                   "without a spike there is no latent image to recover; allowed are spike > 0 or rank = 0");
}

void refuse_input(Parameters const& point, study::Verdict& verdict) {
  auto const* input = report_on_input(point);
  if (input == nullptr) return verdict.refuse("spectrum", "needs a file with examples: give --input");
  if (!input->extents) return verdict.refuse("dataset", input->problem);
  auto const& extents = *input->extents;
  if (point.dim != extents.dim)
    return verdict.refuse("dim", fmt::format("the examples in /{} have {} numbers each: give dim = {}",
                                             point.dataset, extents.dim, extents.dim));
  if (extents.looks_transposed && !verdict.given("dim"))
    verdict.refuse(
        "dataset",
        fmt::format("/{} has {} rows of {} numbers, which look like pixels and not like "
                    "examples ({}); if they are examples, confirm it by dim = {}",
                    point.dataset, extents.rows, extents.dim, study::kOrderOfDimensions, extents.dim));
  auto const needed = kSets * number_of_examples(point);
  if (extents.rows < needed)
    verdict.refuse(point.samples > 0 ? "samples" : "gamma",
                   fmt::format("needs 2n = {} rows for two disjoint sets, and /{} has {} of {} numbers ({})",
                               needed, point.dataset, extents.rows, extents.dim, study::kOrderOfDimensions));
  if (point.center != Center::none && !extents.rows_differ)
    verdict.refuse("dataset",
                   fmt::format("the rows of /{} are all equal: there is nothing to learn", point.dataset));
  if (works_on_images(point.model) && !extents.square_images)
    verdict.refuse("model", fmt::format("works on square images, and those in /{} are not ({})",
                                        point.dataset, study::kOrderOfDimensions));
}

void refuse_method(Parameters const& point, study::Verdict& verdict) {
  if (point.method == Method::mfn && point.model != Model::sqrt)
    verdict.refuse("method",
                   "mfn computes square roots only; allowed with this model are auto, dense, krylov");
  auto const smaller = std::min(number_of_examples(point), point.dim);
  if (point.method == Method::dense && smaller > kLargestDense)
    verdict.refuse(
        "method",
        fmt::format("a dense decomposition of order {} takes {:.0f} GB; allowed are orders up to {}, "
                    "or method krylov",
                    smaller, 8e-9 * 5 * static_cast<double>(smaller) * static_cast<double>(smaller),
                    kLargestDense));
}

void refuse_model(Parameters const& point, study::Verdict& verdict) {
  if (point.sigma_min >= point.sigma_max)
    verdict.refuse("sigma_min", fmt::format("allowed is less than sigma_max = {}", point.sigma_max));
  if (!works_on_images(point.model)) return;
  if (point.spectrum != Spectrum::field && point.spectrum != Spectrum::input)
    verdict.refuse("model", "works on images: allowed are the spectra field and input");
  auto const side = image_side(point.dim);
  if (!side) return verdict.refuse("dim", "the model works on L x L images; allowed are perfect squares");
  if (point.kernel >= *side)
    verdict.refuse("kernel", fmt::format("allowed are odd sizes below L = {}{}", *side,
                                         point.model == Model::conv ? ", or 0 for the full torus" : ""));
  if (point.kernel > 0 && point.kernel % 2 == 0) verdict.refuse("kernel", "allowed are odd sizes");
  if (point.kernel == 0 && point.model == Model::patch_net)
    verdict.refuse("kernel", "patch_net sees patches: allowed are odd sizes from 1 up");
}

InputReport examine_dataset(study::InputReader const& input, std::string const& dataset) {
  constexpr std::int64_t kRowsAtOnce = 256;
  try {
    if (!input.has(dataset)) return {{}, "the input has no such data set"};
    auto extents = input_extents(input, dataset);
    std::vector<double> first;
    RowOrder order(extents.dim);
    for (std::int64_t row = 0; row < extents.rows; row += kRowsAtOnce) {
      auto const rows =
          input.read(dataset, {row, std::min(row + kRowsAtOnce, extents.rows)}, {0, extents.dim});
      if (first.empty()) first.assign(rows.begin(), rows.begin() + extents.dim);
      for (std::size_t k = 0; k < rows.size() && !extents.rows_differ; ++k)
        extents.rows_differ = numerics::differ_beyond_rounding(rows[k], first[k % first.size()]);
      order.see(rows);
    }
    extents.looks_transposed |= order.looks_transposed();
    return {extents, {}};
  } catch (study::UserError const& error) {
    return {{}, error.what()};
  }
}

}  // namespace

InputReports examine_input(study::InputReader const& input, study::Asked<Parameters> const& asked) {
  InputReports known;
  if (!asked.includes(&Parameters::spectrum, Spectrum::input)) return known;
  for (auto const& dataset : asked.of(&Parameters::dataset)) {
    known.datasets.push_back(dataset);
    known.reports.push_back(examine_dataset(input, dataset));
  }
  return known;
}

InputReport const* report_on_input(Parameters const& point) {
  if (point.input == nullptr) return nullptr;
  auto const at = std::ranges::find(point.input->datasets, point.dataset) - point.input->datasets.begin();
  return &point.input->reports.at(static_cast<std::size_t>(at));
}

void refuse_invalid(Parameters const& point, study::Verdict& verdict) {
  refuse_population(point, verdict);
  if (point.spectrum == Spectrum::input) refuse_input(point, verdict);
  refuse_model(point, verdict);
  refuse_method(point, verdict);
}

void name_inert(Parameters const& point, study::Verdict& verdict) {
  auto const unless = [&](bool used, std::initializer_list<char const*> names) {
    if (used) return;
    for (auto const* name : names) verdict.inert(name);
  };
  bool const spiked = point.spectrum == Spectrum::spiked;
  bool const field = point.spectrum == Spectrum::field;
  bool const input = point.spectrum == Spectrum::input;
  unless(point.samples == 0, {"gamma"});
  unless(spiked || field, {"spike"});
  unless(spiked && point.rank > 0, {"spike_ratio", "latent_basis"});
  unless(field || point.spectrum == Spectrum::powerlaw, {"alpha"});
  unless(!input, {"entry"});
  unless(input, {"dataset", "center"});

  bool const covariance = is_matrix_function(point.model);
  bool const krylov = covariance && settled_method(point) == Method::krylov;
  unless(covariance, {"method"});
  bool const mfn = covariance && settled_method(point) == Method::mfn;
  unless(krylov || (mfn && measures_bulk_distance(point)), {"krylov_tol", "krylov_max"});
  unless(point.model != Model::patch_net, {"ridge"});
  unless(point.model != Model::sqrt, {"noise_steps", "sigma_max", "sigma_min"});
  unless(point.model == Model::diffusion, {"train_time"});
  unless(!covariance, {"kernel"});
  unless(point.model == Model::patch_net, {"hidden", "train_steps", "batch", "learning_rate"});
  unless(point.model == Model::sqrt && !field, {"wasserstein"});
}

void warn_of_surprises(Parameters const& point, study::Verdict& verdict) {
  if (point.model != Model::sqrt && point.noise_steps < kFewNoiseSteps)
    verdict.warn(
        fmt::format("noise_steps = {}: fewer than {} Euler steps shrink the samples by more than 13 %",
                    point.noise_steps, kFewNoiseSteps));
  if (point.input != nullptr && point.spectrum != Spectrum::input)
    verdict.warn("input is read by spectrum input only");
}

}  // namespace thresher::linear_generative
