#include "experiments/partial_order/estimators/relaxed_method.hpp"

#include "experiments/partial_order/estimators/pair_rule.hpp"
#include "experiments/partial_order/model/user_facts.hpp"
#include "experiments/partial_order/solvers/draw_summary.hpp"
#include "experiments/partial_order/solvers/starts.hpp"

#include <algorithm>

namespace thresher::partial_order {

std::vector<std::string_view> RelaxedMethod::reads(Parameters const& point) const {
  std::vector<std::string_view> names{"latent_dim",     "rho",     "infer_hyper", "tau_start", "init",
                                      "edge_threshold", "grad_tol"};
  if (point.tau_start > point.tau) names.push_back("anneal_stages");
  auto const more = reads_too(point);
  names.insert(names.end(), more.begin(), more.end());
  return names;
}

void RelaxedMethod::check(Parameters const& point, study::Verdict& verdict) const {
  if (point.tau > point.tau_start)
    verdict.refuse("tau", "allowed is at most tau_start = " + std::to_string(point.tau_start));
}

namespace {

RelaxedLikelihood::Size lists_of(Parameters const& point) {
  auto const longest = generates(point) ? list_items(point) : point.input->longest;
  return {point.n_items, point.latent_dim, static_cast<double>(sequence_count(point)), squared_lengths(point),
          longest};
}

}  // namespace

study::Cost RelaxedMethod::cost(Parameters const& point, study::Resources const& resources) const {
  auto cost = own_cost(point, resources);
  auto const lists = lists_of(point);
  // lmvm holds 2 x 10 pairs and some more of each position.
  constexpr double kVectors = 40;
  cost.bytes_per_rank += RelaxedLikelihood::bytes(lists, resources.ranks) + 2 * list_bytes(point) +
                         8 * kVectors * position_size(point);
  cost.flops += evaluations(point) * (RelaxedLikelihood::flops(lists) + 100 * position_size(point));
  return cost;
}

double climb_evaluations(Parameters const& point, std::int64_t iterations) {
  auto const stages = static_cast<double>(temperatures(point).size());
  return stages * (1.1 * static_cast<double>(iterations) + 1);
}

double position_size(Parameters const& point) {
  return static_cast<double>(point.n_items * point.latent_dim + (point.infer_hyper ? 3 : 0));
}

double draw_bytes(Parameters const& point, double draws) {
  auto const n = static_cast<double>(point.n_items);
  double const kept = std::min(draws, static_cast<double>(kMostPredictiveDraws));
  return 16 * n * n + 24 * draws + 3 * kept * n * (n / 8 + 8) + 200 * kept;
}

Annealing annealed_start(RelaxedPosterior& posterior, FitInput const& input, std::int64_t number,
                         study::KeptWork& work, study::KeptWork::Save const& save) {
  auto const& point = input.point;
  Annealing climb{.position = start_position(point, input.training, input.team.stream("init"), number)};
  bool const there = anneal(
      posterior, temperatures(point), point.start_iter, point.grad_tol, [&] { return work.stopping(); },
      climb);
  if (!there) work.interrupt(save);
  return climb;
}

}  // namespace thresher::partial_order
