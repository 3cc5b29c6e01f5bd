#include "experiments/hierarchical_features/validity.hpp"

#include "experiments/hierarchical_features/estimators/baselines.hpp"
#include "experiments/hierarchical_features/model/setting.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

namespace thresher::hierarchical_features {

namespace {

constexpr std::int64_t kFewestRows = 50;
constexpr std::int64_t kLargestFeatureMatrix = 20'000;
constexpr std::int64_t kLargestFullWhitening = 5'000;

void refuse_model(Parameters const& point, Sizes const& sizes, study::Verdict& verdict) {
  if (point.d1 == 0 && point.epsilon >= static_cast<double>(point.q))
    verdict.refuse("epsilon", fmt::format("d^epsilon hidden features need epsilon < q = {}", point.q));
  if (sizes.hidden > sizes.features / 4)
    verdict.refuse(
        point.d1 > 0 ? "d1" : "epsilon",
        fmt::format(
            "{} are more hidden directions than the spectral method can separate; allowed are D/4 = {}",
            sizes.hidden, sizes.features / 4));
  if (point.n > 0 && point.alpha > 0) verdict.refuse("alpha", "give n or alpha, not both");
  if (point.feature_model == FeatureModel::gaussian && sizes.features > kLargestFeatureMatrix)
    verdict.refuse("feature_model",
                   fmt::format("gaussian features are a matrix with D = {} columns; allowed are {}",
                               sizes.features, kLargestFeatureMatrix));
  if (point.n_test < std::max(kFewestRows, sizes.hidden + 1))
    verdict.refuse("n_test", fmt::format("allowed are at least max(50, d1 + 1) = {}",
                                         std::max(kFewestRows, sizes.hidden + 1)));
  if (point.link != Link::identity && point.refine_rounds > 0)
    verdict.refuse("refine_rounds",
                   "the rounds fit the labels by a quadratic form: allowed with link identity only");
}

void refuse_baselines(Parameters const& point, study::Verdict& verdict) {
  bool const on_inputs =
      point.baselines.contains(Baseline::shallow) || point.baselines.contains(Baseline::krr);
  if (on_inputs && has_feature_matrix(point))
    verdict.refuse("baselines",
                   point.input != nullptr
                       ? "shallow and krr work on inputs x, and the file gives features"
                       : "shallow and krr work on inputs x, which feature_model gaussian does not have");
  if (point.baselines.contains(Baseline::oracle) && verdict.given("baselines") &&
      (point.directions == Directions::gaussian) && point.input == nullptr)
    verdict.refuse("baselines", "the oracle needs directions of norm 1: allowed with orthonormal and unit");
}

void refuse_user_data(Parameters const& point, Sizes const& sizes, study::Verdict& verdict) {
  auto const& facts = *point.input;
  if (point.num_directions == 0)
    verdict.refuse("num_directions", "with input the number of directions must be given, > 0");
  if (facts.gives_features && facts.columns > kLargestFeatureMatrix)
    verdict.refuse("num_directions", fmt::format("the file's features have {} columns; allowed are {}",
                                                 facts.columns, kLargestFeatureMatrix));
  if (point.whiten == Whiten::full && facts.columns > kLargestFullWhitening)
    verdict.refuse("whiten", fmt::format("full takes a matrix of {} columns squared; allowed are {}",
                                         facts.columns, kLargestFullWhitening));
  bool const standardised = std::abs(facts.worst_mean) <= 0.1 && std::abs(facts.worst_variance - 1) <= 0.2;
  if (point.whiten == Whiten::none && !standardised)
    verdict.refuse(
        "whiten",
        fmt::format("a column of the file has mean {:.3g}, one variance {:.3g}: standardise (|mean| <= 0.1, "
                    "|variance - 1| <= 0.2) or give whiten = diag or full",
                    facts.worst_mean, facts.worst_variance));
  if (sizes.rows_of(Fold::test) < kFewestRows)
    verdict.refuse("num_directions", fmt::format("the file's rows leave {} for the test; needed are {}",
                                                 sizes.rows_of(Fold::test), kFewestRows));
}

void refuse_sizes(Parameters const& point, Sizes const& sizes, study::Verdict& verdict) {
  auto const n = sizes.rows_of(Fold::spectral);
  auto const second = sizes.rows_of(Fold::second);
  auto const m = sizes.learned;
  char const* const rows = point.input != nullptr ? "num_directions"
                           : point.n > 0          ? "n"
                           : point.alpha > 0      ? "alpha"
                                                  : "n_ratio";
  if (n < kFewestRows)
    verdict.refuse(rows, fmt::format("gives n = {} samples; allowed are at least {}", n, kFewestRows));
  if (point.num_directions > sizes.features / 4)
    verdict.refuse("num_directions", fmt::format("allowed are at most D/4 = {}", sizes.features / 4));
  if (m + point.extra_eigs >= sizes.features)
    verdict.refuse("extra_eigs",
                   fmt::format("{} directions and these are not fewer than D = {}", m, sizes.features));
  if (point.residualize == Residualize::linear && n < 2 * sizes.features)
    verdict.refuse("residualize",
                   fmt::format("linear interpolates the labels away unless n >= 2 D = {}; n is {}",
                               2 * sizes.features, n));
  bool const least_squares = point.second_layer == SecondLayer::ls || point.refine_rounds > 0;
  if (least_squares && second < m * (m + 1))
    verdict.refuse(
        point.second_layer == SecondLayer::ls ? "second_layer" : "refine_rounds",
        fmt::format("least squares on m (m + 1) / 2 products needs m (m + 1) = {} samples of fold 2; "
                    "it has {}",
                    m * (m + 1), second));
  if (sizes.rows_of(Fold::readout) < 3 * (point.readout_knots + 2))
    verdict.refuse(point.input != nullptr ? "readout_knots" : "n_readout",
                   fmt::format("the readout needs 3 (readout_knots + 2) = {} samples; it has {}",
                               3 * (point.readout_knots + 2), sizes.rows_of(Fold::readout)));
}

}  // namespace

void refuse_invalid(Parameters const& point, study::Verdict& verdict) {
  auto const sizes = sizes_of(point);
  if (point.input == nullptr)
    refuse_model(point, sizes, verdict);
  else
    refuse_user_data(point, sizes, verdict);
  refuse_sizes(point, sizes, verdict);
  refuse_baselines(point, verdict);
}

void name_inert(Parameters const& point, study::Verdict& verdict) {
  auto const unless = [&](bool used, std::initializer_list<char const*> names) {
    if (used) return;
    for (auto const* name : names) verdict.inert(name);
  };
  bool const generated = point.input == nullptr;
  unless(generated, {"d", "feature_model", "epsilon", "d1", "gamma", "signs", "directions", "link",
                     "noise_sigma", "n_ratio", "alpha", "n", "second_ratio", "n_readout", "n_test", "track_k",
                     "storage", "theory_draws"});
  unless(!generated, {"whiten"});
  unless(generated || !has_feature_matrix(point), {"q"});
  if (generated) {
    unless(point.d1 == 0, {"epsilon"});
    unless(point.n == 0 && point.alpha == 0, {"n_ratio"});
  }
  unless(point.preprocess == Preprocess::clip, {"clip"});
  unless(point.refine_rounds > 0, {"refine_step"});
  unless(uses_inputs(point, Baseline::krr), {"krr_n_max"});
  unless(!is_dense(sizes_of(point)), {"eps_tol", "max_matvecs"});
}

void warn_of_surprises(Parameters const& point, study::Verdict& verdict) {
  if (point.input == nullptr && point.directions == Directions::gaussian &&
      point.baselines.contains(Baseline::oracle) && !verdict.given("baselines"))
    verdict.warn("directions = gaussian: the oracle is left out, its features have not norm 1");
  auto const sizes = sizes_of(point);
  if (!is_dense(sizes) && point.max_matvecs < sizes.learned + point.extra_eigs + 1)
    verdict.warn(
        fmt::format("max_matvecs = {}: fewer products than eigenpairs asked for ({}), fewer are found",
                    point.max_matvecs, sizes.learned + point.extra_eigs));
}

}  // namespace thresher::hierarchical_features
