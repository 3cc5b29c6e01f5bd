// What relabelling the items and permuting the latent coordinates must not change.

#include "experiments/partial_order/solvers/hard_likelihood.hpp"
#include "experiments/partial_order/solvers/precedence_shares.hpp"
#include "experiments/partial_order/solvers/relaxed_likelihood.hpp"
#include "experiments/partial_order/theory/order_predictions.hpp"
#include "mpi/communicator.hpp"
#include "orders.hpp"
#include "solvers/latents.hpp"

#include <gtest/gtest.h>

#include <cmath>

namespace thresher::partial_order {
namespace {

/// Item i becomes labels[i].
using Labels = std::vector<std::int32_t>;

Labels random_labels(std::int64_t items, std::mt19937& random) {
  Labels labels(static_cast<std::size_t>(items));
  std::iota(labels.begin(), labels.end(), 0);
  std::shuffle(labels.begin(), labels.end(), random);
  return labels;
}

std::size_t label_of(Labels const& labels, std::size_t item) {
  return static_cast<std::size_t>(labels[item]);
}

Sequences relabelled(Sequences lists, Labels const& labels) {
  for (std::int64_t s = 0; s < lists.count(); ++s) {
    auto const list = lists[s];
    auto const begin = lists.items.begin() + lists.offset[static_cast<std::size_t>(s)];
    auto const end = begin + static_cast<std::ptrdiff_t>(list.items.size());
    for (auto item = begin; item != end; ++item) *item = labels[static_cast<std::size_t>(*item)];
    std::sort(begin + list.steps, end);  // those never chosen stand ascending
  }
  return lists;
}

PartialOrder relabelled(PartialOrder const& order, Labels const& labels) {
  PartialOrder result(order.items());
  for (auto const& pair : order.pairs())
    result.add_pair(labels[static_cast<std::size_t>(pair.first)],
                    labels[static_cast<std::size_t>(pair.second)]);
  return result;
}

Latents relabelled(Latents const& u, Labels const& labels) {
  auto result = u;
  auto const k = static_cast<std::size_t>(u.dimensions);
  for (std::size_t i = 0; i < labels.size(); ++i)
    for (std::size_t c = 0; c < k; ++c) result.values[label_of(labels, i) * k + c] = u.values[i * k + c];
  return result;
}

Latents with_permuted_columns(Latents const& u, std::vector<std::size_t> const& to) {
  auto result = u;
  for (std::size_t at = 0; at < u.values.size(); at += to.size())
    for (std::size_t c = 0; c < to.size(); ++c) result.values[at + to[c]] = u.values[at + c];
  return result;
}

/// Value and gradient (in the shape of the latents), and derivatives by the noise.
struct RelaxedAnswer {
  ListSums sums;
  Latents gradient;
};

RelaxedAnswer relaxed_answer(Latents const& u, Sequences const& lists, Dominance dominance) {
  auto const self = mpi::Communicator::self();
  RelaxedLikelihood likelihood(self, lists, u.items, u.dimensions, dominance, Slopes::by_noise_too);
  RelaxedAnswer answer{{}, u};
  answer.sums = likelihood(u, 0.3, {1.4, 0.05}, answer.gradient.values);
  return answer;
}

void expect_same(RelaxedAnswer const& here, RelaxedAnswer const& there) {
  EXPECT_NEAR(here.sums.value, there.sums.value, 1e-12 * std::abs(here.sums.value));
  EXPECT_NEAR(here.sums.by_beta, there.sums.by_beta, 1e-10);
  EXPECT_NEAR(here.sums.by_epsilon, there.sums.by_epsilon, 1e-10 * std::abs(here.sums.by_epsilon));
  for (std::size_t c = 0; c < here.gradient.values.size(); ++c)
    EXPECT_NEAR(here.gradient.values[c], there.gradient.values[c], 1e-10) << "coordinate " << c;
}

/// Few and many lists, whole ones and parts with items that were never chosen.
constexpr struct {
  std::int64_t items, length, count;
  std::int32_t steps;
} kLists[] = {{9, 9, 40, 0}, {9, 9, 2, 0}, {12, 7, 30, 4}, {30, 11, 8, 0}};

TEST(Symmetries, RelabellingItemsRelabelsTheRelaxedLikelihood) {
  std::mt19937 random(1);
  for (auto const& [items, length, count, steps] : kLists)
    for (auto const dominance : {Dominance::product, Dominance::softmin}) {
      auto const labels = random_labels(items, random);
      auto const u = testing::random_latents(items, 3, 2);
      auto const lists = testing::weighted_lists(items, length, count, steps, 3);
      auto here = relaxed_answer(u, lists, dominance);
      here.gradient = relabelled(here.gradient, labels);
      expect_same(here, relaxed_answer(relabelled(u, labels), relabelled(lists, labels), dominance));
    }
}

TEST(Symmetries, RelabellingItemsRelabelsTheHardModel) {
  std::mt19937 random(4);
  Noise const noise{1.4, 0.05};
  for (auto const& [items, length, count, steps] : kLists) {
    auto const labels = random_labels(items, random);
    auto const order = testing::random_order(items, 2, random);
    auto const lists = testing::weighted_lists(items, length, count, steps, 5);
    auto const other = relabelled(lists, labels);
    double const value = hard_log_likelihood(order, lists, noise);
    EXPECT_NEAR(hard_log_likelihood(relabelled(order, labels), other, noise), value, 1e-12 * std::abs(value));
    auto const shares = precedence_shares(precedence_counts(lists, items), items);
    auto const there = precedence_shares(precedence_counts(other, items), items);
    auto const n = labels.size();
    for (std::size_t i = 0; i < n; ++i)
      for (std::size_t j = 0; j < n; ++j)
        EXPECT_EQ(there[label_of(labels, i) * n + label_of(labels, j)], shares[i * n + j]);
  }
}

TEST(Symmetries, RelabellingItemsLeavesPredictions) {
  std::mt19937 random(8);
  auto const labels = random_labels(7, random);
  auto const order = testing::random_order(7, 2, random);
  auto const predict = [](PartialOrder const& of) {
    return predict_order(of, Generator::frontier, {1, 0.05}, 30, 0.9);
  };
  auto const here = predict(order);
  auto const there = predict(relabelled(order, labels));
  for (auto const member :
       {&OrderPredictions::intersection_tp, &OrderPredictions::intersection_fp,
        &OrderPredictions::threshold_tp, &OrderPredictions::threshold_fp, &OrderPredictions::ip_cov,
        &OrderPredictions::margin, &OrderPredictions::intersection_exact, &OrderPredictions::search_exact,
        &OrderPredictions::n_half, &OrderPredictions::chernoff_min, &OrderPredictions::kl_min})
    EXPECT_NEAR(here.*member, there.*member, 1e-9);
}

TEST(Symmetries, PermutingCoordinatesChangesNothing) {
  std::vector<std::size_t> const to{2, 0, 3, 1};
  for (auto const& [items, length, count, steps] : kLists)
    for (auto const dominance : {Dominance::product, Dominance::softmin}) {
      auto const u = testing::random_latents(items, 4, 9);
      auto const turned = with_permuted_columns(u, to);
      auto const lists = testing::weighted_lists(items, length, count, steps, 10);
      auto here = relaxed_answer(u, lists, dominance);
      here.gradient = with_permuted_columns(here.gradient, to);
      expect_same(here, relaxed_answer(turned, lists, dominance));
      EXPECT_EQ(PartialOrder::copy_of(ProductOrder(u)), PartialOrder::copy_of(ProductOrder(turned)));
    }
}

}  // namespace
}  // namespace thresher::partial_order
