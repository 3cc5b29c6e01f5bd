#include "experiments/partial_order/estimators/variational.hpp"

#include "experiments/partial_order/estimators/pair_rule.hpp"
#include "experiments/partial_order/estimators/pooled_draws.hpp"
#include "experiments/partial_order/model/latents.hpp"
#include "experiments/partial_order/solvers/draw_summary.hpp"
#include "numerics/normal.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numbers>

namespace thresher::partial_order {

double entropy_constant(std::size_t dimension) {
  return static_cast<double>(dimension) * (0.5 + numerics::kHalfLogTwoPi);
}

void NormalMethod::check(Parameters const& point, study::Verdict& verdict) const {
  RelaxedMethod::check(point, verdict);
  refuse_many_items(kMostScoredItems, point, verdict);
}

study::Cost NormalMethod::own_cost(Parameters const& point, study::Resources const&) const {
  auto const n = static_cast<double>(point.n_items);
  auto const draws = static_cast<double>(point.posterior_samples);
  study::Cost cost;
  cost.bytes_per_rank = draw_bytes(point, draws);
  cost.flops = draws * n * n * static_cast<double>(2 * point.latent_dim);
  return cost;
}

void NormalMethod::read_draws(FitInput const& input, RelaxedPosterior const& posterior,
                              std::function<void(std::span<double const>, std::span<double>)> const& place,
                              Fit& fit) {
  auto const& point = input.point;
  auto const stream = input.team.stream("posterior");
  bool const keeps_latents = input.team.wants("latent_draws");
  std::vector<double> noise(posterior.size()), position(posterior.size());
  DrawSummary draws;
  for (std::int64_t draw = 0; draw < point.posterior_samples; ++draw) {
    stream.normals({static_cast<std::uint64_t>(draw)}, 0, noise);
    place(noise, position);
    auto latents = posterior.latents(position);
    if (keeps_latents)
      fit.latent_draws.insert(fit.latent_draws.end(), latents.values.begin(), latents.values.end());
    draws.add(PartialOrder::copy_of(ProductOrder(std::move(latents))), draw, point.posterior_samples);
  }
  auto const self = mpi::Communicator::self();  // every rank has all draws
  pool_draws(draws, point.n_items, 1, point.posterior_samples, self, fit);
  fit.chains.clear();
}

/// The restarts so far, and the one that runs.
struct VariationalMethod::Search {
  std::int64_t restart = 0;
  std::int64_t iteration = 0;  ///< next one, from 1; 0: the restart has not begun
  double bound_sum = 0;
  std::int64_t evaluations = 0;
  double best_bound = -std::numeric_limits<double>::infinity();
  std::vector<double> best;  ///< this rank's rows
  static constexpr std::tuple members{&Search::restart,     &Search::iteration,  &Search::bound_sum,
                                      &Search::evaluations, &Search::best_bound, &Search::best};
};

double VariationalMethod::iterate(FitInput const& input, RelaxedPosterior& posterior, Search& search,
                                  GaussianFamily& family) const {
  auto const& point = input.point;
  auto const stream = input.team.stream("vi");
  std::vector<double> noise(posterior.size()), position(posterior.size()), gradient(posterior.size());
  auto const pairs = point.vi_samples / 2;
  double sum = 0;
  for (std::int64_t draw = 0; draw < point.vi_samples; ++draw) {
    double const sign = draw < pairs ? 1 : -1;
    stream.normals({static_cast<std::uint64_t>(search.restart), static_cast<std::uint64_t>(search.iteration),
                    static_cast<std::uint64_t>(draw % pairs)},
                   0, noise);
    family.draw(noise, sign, position);
    sum += posterior(position, point.tau, gradient);
    family.add(noise, sign, gradient);
  }
  search.evaluations += point.vi_samples;
  auto const last = std::max<std::int64_t>(1, point.vi_iter / 10);
  double const bound = search.iteration > point.vi_iter - last
                           ? (sum / static_cast<double>(point.vi_samples) + family.log_scale() +
                              entropy_constant(posterior.size())) /
                                 static_cast<double>(last)
                           : 0;
  double const done = static_cast<double>(search.iteration - 1) / static_cast<double>(point.vi_iter);
  family.ascend(point.vi_samples, point.vi_rate * (1 + std::cos(std::numbers::pi * done)) / 2);
  return bound;
}

Fit VariationalMethod::run(FitInput const& input) const {
  auto const& point = input.point;
  auto const& comm = input.team.communicator();
  RelaxedPosterior posterior(comm, input.training, point);
  GaussianFamily family(comm, posterior.size(), covariance_);
  Search search;
  study::KeptWork work(input.team, length_of(cost(point, input.team.resources())),
                       "partial_order variational 1");
  if (work.left() != nullptr) {
    work.left()->read(search);
    if (search.iteration > 0) work.left()->read(family);
    work.forget_left();
  }
  auto const save = [&](bytes::Writer& state) {
    state.put(search);
    if (search.iteration > 0) state.put(family);
  };
  for (; search.restart < point.restarts; ++search.restart, search.iteration = 0, search.bound_sum = 0) {
    if (search.iteration == 0) {
      auto const climb = annealed_start(posterior, input, search.restart, work, save);
      family.start(climb.position);
      search.evaluations += climb.evaluations;
      search.iteration = 1;
    }
    for (; search.iteration <= point.vi_iter; ++search.iteration) {
      work.advance(static_cast<double>(search.restart * point.vi_iter + search.iteration) /
                       static_cast<double>(point.restarts * point.vi_iter + 1),
                   save);
      search.bound_sum += iterate(input, posterior, search, family);
    }
    if (search.restart == 0 || search.bound_sum > search.best_bound) {
      search.best_bound = search.bound_sum;
      search.best = family.parameters();
    }
  }
  family.set_parameters(search.best);
  Fit fit;
  fit.own.elbo = search.best_bound;
  fit.evaluations = static_cast<double>(search.evaluations);
  read_draws(
      input, posterior,
      [&](std::span<double const> noise, std::span<double> position) { family.draw(noise, 1, position); },
      fit);
  return fit;
}

std::vector<std::string_view> VariationalMethod::reads_too(Parameters const&) const {
  return {"restarts", "start_iter", "vi_samples", "vi_iter", "vi_rate", "posterior_samples"};
}

double VariationalMethod::evaluations(Parameters const& point) const {
  return static_cast<double>(point.restarts) *
         (climb_evaluations(point, point.start_iter) + static_cast<double>(point.vi_iter * point.vi_samples));
}

study::Cost VariationalMethod::own_cost(Parameters const& point, study::Resources const& resources) const {
  auto cost = NormalMethod::own_cost(point, resources);
  double const size = position_size(point);
  cost.bytes_per_rank += GaussianFamily::bytes(size, covariance_, resources.ranks);
  if (covariance_ == Covariance::full)
    cost.flops +=
        static_cast<double>(point.restarts * point.vi_iter * (point.vi_samples + 5)) * 2 * size * size;
  return cost;
}

}  // namespace thresher::partial_order
