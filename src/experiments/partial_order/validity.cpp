#include "experiments/partial_order/validity.hpp"

#include "experiments/partial_order/estimators/exact.hpp"
#include "experiments/partial_order/estimators/method.hpp"
#include "experiments/partial_order/estimators/trial_metrics.hpp"
#include "experiments/partial_order/model/choice_law.hpp"
#include "experiments/partial_order/model/extension_counts.hpp"
#include "experiments/partial_order/model/setting.hpp"
#include "experiments/partial_order/model/user_facts.hpp"
#include "experiments/partial_order/theory/order_predictions.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <string_view>
#include <vector>

namespace thresher::partial_order {

namespace {

void refuse_input(Parameters const& point, study::Verdict& verdict) {
  if (point.input == nullptr) {
    if (point.poset == Poset::file)
      verdict.refuse("poset", "file needs --input with a /truth; allowed without are the other orders");
    return;
  }
  if (verdict.given("n_items") && point.n_items != point.input->items)
    verdict.refuse("n_items", fmt::format("the input has {} items; allowed is that, or not to give it",
                                          point.input->items));
  if (point.poset != Poset::file)
    verdict.refuse("poset", "with --input the order is the user's; allowed is file");
}

void refuse_order(Parameters const& point, study::Verdict& verdict) {
  auto const n = point.n_items;
  if (point.poset == Poset::random && point.poset_dim > n)
    verdict.refuse("poset_dim", fmt::format("allowed is at most n_items = {}", n));
  if (point.poset == Poset::layered && point.layers > n)
    verdict.refuse("layers", fmt::format("allowed is at most n_items = {}", n));
  if (point.poset == Poset::crown && (n < 4 || n % 2 != 0))
    verdict.refuse("n_items", "a crown has an even number of items; allowed are 4, 6, 8, ...");
  if ((point.poset == Poset::crown || point.poset == Poset::file) && n > kMostStoredItems)
    verdict.refuse("n_items", fmt::format("a crown or a user's order is stored; allowed is at most {}",
                                          kMostStoredItems));
}

void refuse_lists(Parameters const& point, study::Verdict& verdict) {
  auto const n = point.n_items;
  if (!generates(point)) return;
  if (point.list_length == 1 || point.list_length > n)
    verdict.refuse("list_length", fmt::format("allowed are 0 (all items) and 2 to n_items = {}", n));
  if (point.generator == Generator::queue_jump) {
    if (n > kMostSubsetItems)
      verdict.refuse("n_items", fmt::format("queue_jump counts linear extensions; allowed is at most {}",
                                            kMostSubsetItems));
    if (list_items(point) != n)
      verdict.refuse("list_length", "queue_jump makes lists of all items; allowed is 0");
  }
  constexpr double kMostEntries = 2147483647;
  double const entries = static_cast<double>(sequence_count(point)) * static_cast<double>(list_items(point));
  if (entries > kMostEntries)
    verdict.refuse(
        point.sequences_per_item > 0 ? "sequences_per_item" : "n_sequences",
        fmt::format("lists of {} items make {:.3g} entries; allowed are 2^31", list_items(point), entries));
}

void refuse_fit(Parameters const& point, study::Verdict& verdict) {
  double const logarithm = std::log(static_cast<double>(point.n_items) + 1);
  for (auto const& [name, beta] :
       {std::pair{"beta", point.beta}, std::pair{"fit_beta", fit_noise(point).beta}})
    if (beta * logarithm > kLargestExponent)
      verdict.refuse(name, fmt::format("(n_items + 1)^beta overflows; allowed is at most {:.4g}",
                                       kLargestExponent / logarithm));
  if (point.vi_samples % 2 != 0)
    verdict.refuse("vi_samples", "draws come in pairs; allowed are even numbers");
  if (point.cover_metrics == CoverMetrics::yes && point.n_items > kMostStoredItems)
    verdict.refuse("cover_metrics", fmt::format("allowed with at most {} items", kMostStoredItems));
  if (point.fidelity) refuse_inexact("fidelity = 1", point, verdict);
  method_of(point).check(point, verdict);
}

/// Parameters that only methods read, or only some metrics besides.
constexpr std::string_view kMethodParameters[] = {"latent_dim",
                                                  "rho",
                                                  "infer_hyper",
                                                  "tau_start",
                                                  "anneal_stages",
                                                  "restarts",
                                                  "max_iter",
                                                  "grad_tol",
                                                  "init",
                                                  "start_iter",
                                                  "polish",
                                                  "chains",
                                                  "warmup",
                                                  "samples",
                                                  "leapfrog",
                                                  "target_accept",
                                                  "vi_samples",
                                                  "vi_iter",
                                                  "vi_rate",
                                                  "vi_fixed_draws",
                                                  "posterior_samples",
                                                  "edge_threshold",
                                                  "search_penalty",
                                                  "pl_prior",
                                                  "dominance",
                                                  "tau",
                                                  "precedence_threshold"};

/// Smallest number of coordinates that has the order as a product order, where it is known; else 1.
std::int64_t known_dimension(Parameters const& point) {
  switch (point.poset) {
    case Poset::random:
      return point.poset_dim;
    case Poset::crown:
      return point.n_items / 2;
    case Poset::antichain:
    case Poset::layered:
      return 2;
    default:
      return 1;
  }
}

bool reads_parameter(Parameters const& point, std::string_view name) {
  auto const read = method_of(point).reads(point);
  return std::ranges::count(read, name) > 0;
}

}  // namespace

void refuse_invalid(Parameters const& point, study::Verdict& verdict) {
  refuse_input(point, verdict);
  refuse_order(point, verdict);
  refuse_lists(point, verdict);
  refuse_fit(point, verdict);
}

void name_inert(Parameters const& point, study::Verdict& verdict) {
  auto const unless = [&](bool used, std::initializer_list<char const*> names) {
    if (used) return;
    for (auto const* name : names) verdict.inert(name);
  };
  bool const drawn = generates(point);
  unless(drawn && point.poset == Poset::random, {"poset_dim", "poset_rho"});
  unless(drawn && point.poset == Poset::layered, {"layers"});
  unless(drawn && point.sequences_per_item == 0, {"n_sequences"});
  unless(drawn, {"sequences_per_item", "list_length", "n_test", "generator"});
  unless(!point.know_beta, {"fit_beta"});
  unless(!point.know_epsilon, {"fit_epsilon"});

  auto const read = method_of(point).reads(point);
  bool const predicts = drawn && predicts_order(point);
  for (auto const name : kMethodParameters) {
    if (std::ranges::count(read, name) > 0) continue;
    bool const relaxation = name == "tau" || name == "dominance";
    if (relaxation && measures_relaxation(point)) continue;
    if (name == "precedence_threshold" && predicts) continue;
    verdict.inert(std::string(name));
  }
  unless(drawn && has_full_lists(point), {"dp_max_items"});
}

void warn_of(Parameters const& point, study::Verdict& verdict) {
  if (point.input != nullptr && point.input->unseen_items > 0)
    verdict.warn(fmt::format("{} of {} items are in no list: nothing is learnt of them",
                             point.input->unseen_items, point.input->items));
  if (reads_parameter(point, "latent_dim") && generates(point) && point.latent_dim < known_dimension(point))
    verdict.warn(fmt::format("latent_dim = {} is below the true order's dimension, {}: it cannot be found",
                             point.latent_dim, known_dimension(point)));
  if (reads_parameter(point, "tau_start") && point.tau_start == point.tau)
    verdict.warn("tau_start = tau: climbs begin where the posterior is rough");
}

}  // namespace thresher::partial_order
