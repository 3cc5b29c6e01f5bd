#include "experiments/partial_order/solvers/hard_likelihood.hpp"

#include "experiments/partial_order/model/choice_law.hpp"

#include <cmath>
#include <cstddef>

namespace thresher::partial_order {

HardLikelihood::HardLikelihood(Noise const& noise, std::int64_t longest)
    : epsilon_(noise.epsilon),
      weights_(successor_weights(noise.beta, longest)),
      followers_(static_cast<std::size_t>(longest)),
      blockers_(static_cast<std::size_t>(longest)) {}

template <class AnyOrder>
double HardLikelihood::evaluate(AnyOrder const& order, SequenceView list) {
  // From the last item to the first, so that counts only grow.
  auto const size = list.items.size();
  double value = 0;
  for (std::size_t t = size; t-- > 0;) {
    auto const chosen = list.items[t];
    std::int32_t followers = 0;
    std::int32_t blockers = 0;
    double total = 0;
    for (std::size_t r = t + 1; r < size; ++r) {
      auto const rest = list.items[r];
      std::int32_t const down = order.precedes(chosen, rest) ? 1 : 0;
      std::int32_t const up = order.precedes(rest, chosen) ? 1 : 0;
      followers += down;
      blockers += up;
      followers_[r] += up;
      blockers_[r] += down;
      if (blockers_[r] == 0) total += weights_[static_cast<std::size_t>(followers_[r])];
    }
    followers_[t] = followers;
    blockers_[t] = blockers;
    double const own = blockers == 0 ? weights_[static_cast<std::size_t>(followers)] : 0.0;
    if (static_cast<std::int64_t>(t) < list.steps)
      value += std::log((1 - epsilon_) * own / (total + own) + epsilon_ / static_cast<double>(size - t));
  }
  return value;
}

double HardLikelihood::operator()(Order const& order, SequenceView list) {
  return evaluate(order, list);
}

double HardLikelihood::operator()(PartialOrder const& order, SequenceView list) {
  return evaluate(order, list);
}

namespace {

template <class AnyOrder>
void evaluate_lists(AnyOrder const& order, Sequences const& lists, Noise const& noise,
                    std::span<double> out) {
  HardLikelihood likelihood(noise, lists.longest());
  for (std::int64_t s = 0; s < lists.count(); ++s)
    out[static_cast<std::size_t>(s)] = likelihood(order, lists[s]);
}

}  // namespace

void hard_log_likelihoods(Order const& order, Sequences const& lists, Noise const& noise,
                          std::span<double> out) {
  evaluate_lists(order, lists, noise, out);
}

void hard_log_likelihoods(PartialOrder const& order, Sequences const& lists, Noise const& noise,
                          std::span<double> out) {
  evaluate_lists(order, lists, noise, out);
}

double hard_log_likelihood(PartialOrder const& order, Sequences const& lists, Noise const& noise) {
  HardLikelihood likelihood(noise, lists.longest());
  double sum = 0;
  for (std::int64_t s = 0; s < lists.count(); ++s) {
    auto const list = lists[s];
    sum += list.weight * likelihood(order, list);
  }
  return sum;
}

}  // namespace thresher::partial_order
