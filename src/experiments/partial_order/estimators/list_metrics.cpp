#include "experiments/partial_order/estimators/list_metrics.hpp"

#include "experiments/partial_order/model/linear_extension.hpp"
#include "experiments/partial_order/model/setting.hpp"
#include "experiments/partial_order/solvers/hard_likelihood.hpp"
#include "experiments/partial_order/solvers/plackett_luce.hpp"
#include "mpi/exchange.hpp"
#include "numerics/stable_functions.hpp"

#include <algorithm>
#include <cmath>
#include <functional>

namespace thresher::partial_order {

namespace {

/// Number s of the result is value(list s): ranks share the lists. Collective.
std::vector<double> of_every_list(Sequences const& lists, study::Team& team,
                                  std::function<double(SequenceView, std::int64_t)> const& value) {
  auto const& comm = team.communicator();
  auto const mine = mpi::share(lists.count(), comm.rank(), comm.size());
  std::vector<double> values;
  for (auto s = mine.begin; s < mine.end; ++s) values.push_back(value(lists[s], s));
  return mpi::gather_parts(comm, values).values;
}

std::vector<double> log_likelihoods(Order const& order, Sequences const& lists, Noise const& noise,
                                    study::Team& team) {
  HardLikelihood likelihood(noise, lists.longest());
  auto const* const stored = dynamic_cast<PartialOrder const*>(&order);
  return of_every_list(lists, team, [&](SequenceView list, std::int64_t) {
    return stored != nullptr ? likelihood(*stored, list) : likelihood(order, list);
  });
}

std::vector<double> log_mixtures(Fit const& fit, Sequences const& lists, Noise const& noise,
                                 study::Team& team) {
  HardLikelihood likelihood(noise, lists.longest());
  std::vector<double> terms(fit.mixture.size());
  double const even = -std::log(static_cast<double>(fit.mixture.size()));
  return of_every_list(lists, team, [&](SequenceView list, std::int64_t) {
    for (std::size_t k = 0; k < terms.size(); ++k)
      terms[k] = likelihood(fit.mixture[k], list) +
                 (fit.mixture_weights.empty() ? even : std::log(fit.mixture_weights[k]));
    return numerics::log_sum_exp(terms);
  });
}

/// Mean over the lists of value / choices.
double mean_per_choice(std::vector<double> const& values, Sequences const& lists) {
  double sum = 0;
  for (std::int64_t s = 0; s < lists.count(); ++s)
    sum += values[static_cast<std::size_t>(s)] / static_cast<double>(lists[s].steps);
  return sum / static_cast<double>(lists.count());
}

/// The mean of those that are defined; NaN where none is.
double mean_of_defined(std::vector<double> const& values) {
  double sum = 0;
  double count = 0;
  for (double const value : values) {
    if (std::isnan(value)) continue;
    sum += value;
    ++count;
  }
  return count > 0 ? sum / count : study::kUndefined;
}

/// The list with one related pair the wrong way round: the later one moves to just before the earlier one.
/// Pairs are numbered by the places of the first, then of the second; `uniform` chooses. Empty where no pair
/// is related.
std::vector<std::int32_t> corrupted(Order const& truth, SequenceView list, double uniform) {
  struct Places {
    std::ptrdiff_t first;
    std::ptrdiff_t second;
  };
  std::vector<Places> related;
  auto const size = static_cast<std::ptrdiff_t>(list.items.size());
  for (std::ptrdiff_t p = 0; p < size; ++p)
    for (auto q = p + 1; q < size; ++q)
      if (truth.precedes(list.items[static_cast<std::size_t>(p)], list.items[static_cast<std::size_t>(q)]))
        related.push_back({p, q});
  if (related.empty()) return {};
  auto const [p, q] = related[static_cast<std::size_t>(uniform * static_cast<double>(related.size()))];
  std::vector<std::int32_t> items(list.items.begin(), list.items.end());
  std::rotate(items.begin() + p, items.begin() + q, items.begin() + q + 1);
  return items;
}

}  // namespace

std::vector<double> log_predictive(Fit const& fit, Order const& order, Sequences const& lists,
                                   Parameters const& point, study::Team& team) {
  if (!fit.strengths.empty())
    return of_every_list(lists, team, [&](SequenceView list, std::int64_t) {
      return plackett_luce_log_likelihood(fit.strengths, list);
    });
  if (!fit.mixture.empty()) return log_mixtures(fit, lists, fit_noise(point), team);
  return log_likelihoods(order, lists, fit_noise(point), team);
}

void measure_lists(Fit const& fit, Order const& order, TrialData const& data, Parameters const& point,
                   study::Team& team, Metrics& metrics) {
  if (has_test(point)) {
    auto const lists = data.test(point);
    metrics.heldout_loglik = mean_per_choice(log_predictive(fit, order, lists, point, team), lists);
    bool const own_density = !fit.strengths.empty() || fit.mixture.empty();
    metrics.heldout_loglik_point =
        own_density ? metrics.heldout_loglik
                    : mean_per_choice(log_likelihoods(order, lists, fit_noise(point), team), lists);
    if (generates(point) && point.generator == Generator::frontier)
      metrics.heldout_excess =
          mean_per_choice(log_likelihoods(*data.truth(), lists, true_noise(point), team), lists) -
          metrics.heldout_loglik;
  }
  if (!generates(point)) return;
  auto const clean = data.clean(point);
  metrics.feasible_recall = mean_of_defined(of_every_list(clean, team, [&](SequenceView list, std::int64_t) {
    return first_violation(order, list) ? 0.0 : 1.0;
  }));
  auto const stream = team.stream("corrupt");
  metrics.infeasible_detect =
      mean_of_defined(of_every_list(clean, team, [&](SequenceView list, std::int64_t s) {
        auto const wrong = corrupted(*data.truth(), list, stream.uniform({static_cast<std::uint64_t>(s)}, 0));
        if (wrong.empty()) return study::kUndefined;
        SequenceView const view{wrong, static_cast<std::int64_t>(wrong.size()), 1};
        return first_violation(order, view) ? 1.0 : 0.0;
      }));
}

}  // namespace thresher::partial_order
