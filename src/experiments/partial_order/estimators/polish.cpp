#include "experiments/partial_order/estimators/polish.hpp"

#include "experiments/partial_order/estimators/pair_rule.hpp"
#include "experiments/partial_order/model/setting.hpp"
#include "experiments/partial_order/solvers/moving_likelihood.hpp"
#include "experiments/partial_order/solvers/order_search.hpp"
#include "study/kept_work.hpp"
#include "study/rates.hpp"

namespace thresher::partial_order {

study::Length length_of(study::Cost const& cost) {
  constexpr double kLengthySeconds = 60;
  return study::Rates{}.seconds(cost) > kLengthySeconds ? study::Length::lengthy : study::Length::brief;
}

Polished polish(FitInput const& input, study::Length length, std::string_view name,
                std::function<PartialOrder()> const& start) {
  study::KeptWork work(input.team, length, name);
  auto const n = input.point.n_items;
  auto* const left = work.left();
  OrderSearch search(
      left != nullptr ? PartialOrder::of_rows(n, left->get<std::vector<bits::Word>>()) : start(),
      input.training, fit_noise(input.point), input.point.search_penalty);
  double const before = left != nullptr ? left->get<double>() : 0;
  climb(search, input.team.communicator(), [&](PartialOrder const& order) {
    // Nobody knows how far the top is.
    work.advance(0.5, [&](bytes::Writer& state) {
      state.put(std::vector<bits::Word>(order.rows().begin(), order.rows().end()),
                before + search.evaluations());
    });
  });
  return {std::make_shared<PartialOrder const>(search.order()), search.log_likelihood(),
          before + search.evaluations()};
}

study::Cost polish_cost(Parameters const& point, study::Resources const& resources) {
  auto const n = static_cast<double>(point.n_items);
  study::Cost cost;
  cost.bytes_per_rank = moving_likelihood_bytes(point.n_items, static_cast<double>(sequence_count(point)),
                                                choice_count(point)) +
                        n * n / 2 + list_bytes(point);
  // n steps over 2 n neighbours, each of which touches the lists that hold both items of a pair.
  double const touched = squared_lengths(point) / (n * n);
  double const mean_length = squared_lengths(point) / choice_count(point);
  cost.flops = 2 * n * n * touched * 10 * mean_length + n * n * n * n / 64;
  static_cast<void>(resources);
  return cost;
}

}  // namespace thresher::partial_order
