#include "experiments/partial_order/solvers/relaxed_likelihood.hpp"

#include "../orders.hpp"
#include "latents.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <numeric>
#include <random>

namespace thresher::partial_order {
namespace {

using testing::lists_of;

using testing::latents_of;
using testing::random_latents;
using testing::weighted_lists;

/// P of all pairs of the list's items from the definition, in long double.
std::vector<std::vector<long double>> plain_relation(Latents const& u, SequenceView list, double tau,
                                                     Dominance dominance) {
  auto const m = list.items.size();
  std::vector<std::vector<long double>> relation(m, std::vector<long double>(m, 0));
  for (std::size_t a = 0; a < m; ++a)
    for (std::size_t b = 0; b < m; ++b) {
      if (a == b) continue;
      auto const i = u.row(list.items[a]);
      auto const j = u.row(list.items[b]);
      long double product = 1, sum = 0;
      for (std::size_t k = 0; k < i.size(); ++k) {
        long double const e = std::exp((static_cast<long double>(j[k]) - i[k]) / tau);
        product /= 1 + e;
        sum += e;
      }
      relation[a][b] = dominance == Dominance::product ? product : 1 / (1 + sum);
    }
  return relation;
}

/// log p~ of a list from the definition.
double plain_value(Latents const& u, SequenceView list, double tau, Dominance dominance, Noise const& noise) {
  auto const relation = plain_relation(u, list, tau, dominance);
  long double value = 0;
  auto const m = list.items.size();
  for (std::size_t t = 0; t < static_cast<std::size_t>(list.steps); ++t) {
    long double sum = 0;
    long double own = 0;
    for (std::size_t r = t; r < m; ++r) {
      long double free = 1;
      long double after = 0;
      for (std::size_t b = t; b < m; ++b) {
        free *= 1 - relation[b][r];
        after += relation[r][b];
      }
      long double const weight = free * std::pow(1 + after, static_cast<long double>(noise.beta));
      sum += weight;
      if (r == t) own = weight;
    }
    value += std::log((1 - noise.epsilon) * own / sum + noise.epsilon / static_cast<double>(m - t));
  }
  return list.weight * static_cast<double>(value);
}

double plain_value(Latents const& u, Sequences const& lists, double tau, Dominance dominance,
                   Noise const& noise) {
  double sum = 0;
  for (std::int64_t s = 0; s < lists.count(); ++s) sum += plain_value(u, lists[s], tau, dominance, noise);
  return sum;
}

struct Evaluation {
  double value;
  std::vector<double> gradient;
  ListSums sums;
};

Evaluation evaluate(Latents const& u, Sequences const& lists, double tau, Dominance dominance,
                    Noise const& noise, Slopes slopes = Slopes::by_noise_too) {
  auto const self = mpi::Communicator::self();
  RelaxedLikelihood likelihood(self, lists, u.items, u.dimensions, dominance, slopes);
  Evaluation result{0, std::vector<double>(u.values.size()), {}};
  result.sums = likelihood(u, tau, noise, result.gradient);
  result.value = result.sums.value;
  return result;
}

constexpr Noise kUsual{1, 0.05};

TEST(RelaxedLikelihood, OfTwoItemsHasTheValuesOfTheClosedForm) {
  auto const u = latents_of(2, {1, 0.5, 0, 0});
  auto const first = lists_of({{0, 1}});
  auto const second = lists_of({{1, 0}});
  EXPECT_NEAR(soft_precedence(Dominance::product, u.row(0), u.row(1), 0.5), 0.64391426, 5e-9);
  EXPECT_NEAR(soft_precedence(Dominance::product, u.row(1), u.row(0), 0.5), 0.03205860, 5e-9);
  EXPECT_NEAR(soft_precedence(Dominance::softmin, u.row(0), u.row(1), 0.5), 0.66524096, 5e-9);
  EXPECT_NEAR(soft_precedence(Dominance::softmin, u.row(1), u.row(0), 0.5), 0.09003057, 5e-9);
  EXPECT_NEAR(evaluate(u, first, 0.5, Dominance::product, kUsual).value, -0.22720504124542, 1e-13);
  EXPECT_NEAR(evaluate(u, second, 0.5, Dominance::product, kUsual).value, -1.59335492684423, 1e-13);
  EXPECT_NEAR(evaluate(u, first, 0.5, Dominance::softmin, kUsual).value, -0.23492336558003, 1e-13);
  EXPECT_NEAR(evaluate(u, second, 0.5, Dominance::softmin, kUsual).value, -1.56365912022463, 1e-13);
}

TEST(RelaxedLikelihood, OfThreeItemsHasThePublishedValues) {
  auto const u = latents_of(2, {1, 0.8, 0.2, 0.9, -0.5, -0.3});
  auto const lists = lists_of({{0, 1, 2}, {1, 0, 2}, {2, 0, 1}});
  auto const warm = evaluate(u, lists, 0.5, Dominance::product, kUsual);
  EXPECT_NEAR(warm.value, -5.80487018024114, 1e-13);
  EXPECT_NEAR(warm.gradient[0], -0.14505024, 5e-9);
  EXPECT_NEAR(warm.gradient[1], -0.25807853, 5e-9);
  EXPECT_NEAR(warm.gradient[4], 0.42894967, 5e-9);
  EXPECT_NEAR(warm.gradient[5], 0.50742927, 5e-9);
  EXPECT_NEAR(evaluate(u, lists, 0.1, Dominance::product, kUsual).value, -6.07581251067355, 1e-13);
  EXPECT_NEAR(evaluate(u, lists, 0.5, Dominance::softmin, kUsual).value, -5.79351490210117, 1e-13);
}

struct Case {
  std::int64_t items, length, count;
  std::int32_t steps;
  std::int64_t dimensions;
};
/// Whole lists and parts, with tables of all pairs (many lists) and without, complete and top-k.
constexpr Case kCases[] = {{7, 7, 20, 0, 2}, {7, 7, 2, 0, 3},   {20, 20, 9, 5, 2}, {12, 9, 60, 0, 4},
                           {12, 9, 5, 4, 1}, {40, 11, 6, 0, 5}, {9, 9, 30, 1, 2}};

TEST(RelaxedLikelihood, IsTheDefinitionsForAllShapesOfLists) {
  for (auto const& [items, length, count, steps, dimensions] : kCases)
    for (auto const dominance : {Dominance::product, Dominance::softmin})
      for (double const tau : {5.0, 0.5, 0.05}) {
        auto const u = random_latents(items, dimensions, 3);
        auto const lists = weighted_lists(items, length, count, steps, 5);
        for (Noise const noise : {kUsual, Noise{0, 0.3}, Noise{2, 0.1}, Noise{2.5, 0.01}}) {
          double const expected = plain_value(u, lists, tau, dominance, noise);
          for (auto const slopes : {Slopes::by_latents, Slopes::by_noise_too})
            EXPECT_NEAR(evaluate(u, lists, tau, dominance, noise, slopes).value, expected,
                        1e-11 * std::abs(expected))
                << items << " items, tau " << tau << ", beta " << noise.beta;
        }
      }
}

/// The largest entry of a gradient, or 1.
double scale_of(std::vector<double> const& gradient) {
  double largest = 1;
  for (double const entry : gradient) largest = std::max(largest, std::abs(entry));
  return largest;
}

constexpr double kStep = 1e-5;
constexpr double kTau = 0.4;

// Of any beta, and of those that have a path without logarithms.
TEST(RelaxedLikelihood, HasTheGradientOfCentralDifferences) {
  for (auto const& [items, length, count, steps, dimensions] : kCases)
    for (auto const dominance : {Dominance::product, Dominance::softmin})
      for (double const beta : {0.0, 1.0, 1.3, 2.0}) {
        Noise const noise{beta, 0.07};
        auto const u = random_latents(items, dimensions, 11);
        auto const lists = weighted_lists(items, length, count, steps, 13);
        auto const value_at = [&](Latents const& moved) {
          return evaluate(moved, lists, kTau, dominance, noise, Slopes::by_latents).value;
        };
        auto const gradient = evaluate(u, lists, kTau, dominance, noise, Slopes::by_latents).gradient;
        double const largest = scale_of(gradient);
        for (std::size_t c = 0; c < u.values.size(); ++c) {
          auto above = u, below = u;
          above.values[c] += kStep;
          below.values[c] -= kStep;
          EXPECT_NEAR(gradient[c], (value_at(above) - value_at(below)) / (2 * kStep), 1e-7 * largest)
              << items << " items, beta " << beta << ", coordinate " << c;
        }
        auto const again = evaluate(u, lists, kTau, dominance, noise, Slopes::by_noise_too).gradient;
        for (std::size_t c = 0; c < again.size(); ++c) EXPECT_NEAR(again[c], gradient[c], 1e-11 * largest);
      }
}

TEST(RelaxedLikelihood, HasTheSlopesByTheNoiseWhereAskedFor) {
  for (auto const& [items, length, count, steps, dimensions] : kCases)
    for (double const beta : {1.0, 1.3}) {
      auto const u = random_latents(items, dimensions, 11);
      auto const lists = weighted_lists(items, length, count, steps, 13);
      auto const value_at = [&](double at_beta, double epsilon) {
        return evaluate(u, lists, kTau, Dominance::product, {at_beta, epsilon}).value;
      };
      constexpr double kEpsilon = 0.07;
      auto const at = evaluate(u, lists, kTau, Dominance::product, {beta, kEpsilon});
      EXPECT_NEAR(at.sums.by_beta,
                  (value_at(beta + kStep, kEpsilon) - value_at(beta - kStep, kEpsilon)) / (2 * kStep),
                  1e-7 * scale_of(at.gradient));
      EXPECT_NEAR(at.sums.by_epsilon,
                  (value_at(beta, kEpsilon + kStep) - value_at(beta, kEpsilon - kStep)) / (2 * kStep),
                  1e-6 * std::abs(at.sums.by_epsilon));
    }
}

TEST(Sequences, AreMergedWithTheirWeights) {
  auto lists = lists_of({{0, 1, 2}, {1, 0, 2}, {0, 1, 2}, {0, 1, 2}});
  lists.steps[3] = 2;  // not the same list: its last item was never chosen
  lists.weight = {1, 2, 0.5, 1};
  auto const together = merged(lists);
  EXPECT_EQ(together.count(), 3);
  EXPECT_EQ(together.weight, (std::vector<double>{1.5, 2, 1}));
  EXPECT_EQ(together[2].steps, 2);
}

TEST(RelaxedLikelihood, DoesNotChangeWithATranslation) {
  auto const u = random_latents(9, 3, 17);
  auto const lists = weighted_lists(9, 9, 40, 0, 19);
  auto const at = evaluate(u, lists, 0.3, Dominance::product, kUsual);
  for (std::size_t k = 0; k < 3; ++k) {
    double sum = 0;
    for (std::size_t i = 0; i < 9; ++i) sum += at.gradient[3 * i + k];
    EXPECT_NEAR(sum, 0, 1e-11);
  }
}

TEST(RelaxedLikelihood, OfHotRelationsIsThatOfEvenChoices) {
  auto const u = random_latents(6, 3, 23);
  auto const lists = lists_of({{3, 1, 0, 5, 4, 2}});
  for (auto const dominance : {Dominance::product, Dominance::softmin})
    EXPECT_NEAR(evaluate(u, lists, 1e9, dominance, kUsual).value, -std::log(720.0), 1e-7);
  EXPECT_NEAR(soft_precedence(Dominance::product, u.row(0), u.row(1), 1e9), 0.125, 1e-8);
  EXPECT_NEAR(soft_precedence(Dominance::softmin, u.row(0), u.row(1), 1e9), 0.25, 1e-8);
}

TEST(RelaxedLikelihood, SumsToOneOverAllLists) {
  auto const u = random_latents(5, 2, 29);
  for (Noise const noise : {kUsual, Noise{2, 0.4}}) {
    double sum = 0;
    std::vector<std::int32_t> order{0, 1, 2, 3, 4};
    do {
      sum += std::exp(evaluate(u, lists_of({order}), 0.3, Dominance::product, noise).value);
    } while (std::ranges::next_permutation(order).found);
    EXPECT_NEAR(sum, 1, 1e-12);
  }
}

// Gaps of thousands of tau: neither infinities nor lost slopes.
TEST(RelaxedLikelihood, StaysFiniteWhereGapsAreWide) {
  for (auto const dominance : {Dominance::product, Dominance::softmin}) {
    auto const u = latents_of(2, {5, 4, 1, 2, -6, -3, 0, 6});
    auto const lists = lists_of({{2, 1, 0, 3}, {0, 1, 2, 3}, {3, 2, 1, 0}});
    auto const at = evaluate(u, lists, 1e-3, dominance, kUsual);
    EXPECT_TRUE(std::isfinite(at.value));
    for (double const slope : at.gradient) EXPECT_TRUE(std::isfinite(slope));
    // log(1 - P) of items 0 and 2 is -log of both gaps' logistic functions: about -7000.
    PairRows pairs(dominance, 2);
    pairs.set_all(u, 1e-3);
    numerics::AlignedVector row(pairs.parts() * pairs.width());
    pairs.row(0, row.data());
    EXPECT_NEAR(row[2], -7000, 1e-9);
    EXPECT_NEAR(row[2 * pairs.width() + 2] + row[3 * pairs.width() + 2], -1, 1e-12);
    EXPECT_EQ(row[pairs.width() + 2], 0);
  }
}

// Lists beyond ListKernel::kWholeList keep checkpoints: the sums and the gradient are those of any other
// list.
TEST(RelaxedLikelihood, OfLongListsIsTheDefinitions) {
  auto const u = random_latents(600, 2, 31);
  auto lists = weighted_lists(600, 600, 1, 0, 37);
  auto const at = evaluate(u, lists, 0.5, Dominance::product, kUsual);
  double const expected = plain_value(u, lists, 0.5, Dominance::product, kUsual);
  EXPECT_NEAR(at.value, expected, 1e-11 * std::abs(expected));
  auto above = u, below = u;
  std::mt19937 generator(41);
  std::normal_distribution<double> normal;
  double along = 0;
  for (std::size_t c = 0; c < u.values.size(); ++c) {
    double const direction = normal(generator);
    along += direction * at.gradient[c];
    above.values[c] += 1e-6 * direction;
    below.values[c] -= 1e-6 * direction;
  }
  double const slope = (evaluate(above, lists, 0.5, Dominance::product, kUsual).value -
                        evaluate(below, lists, 0.5, Dominance::product, kUsual).value) /
                       2e-6;
  EXPECT_NEAR(along, slope, 1e-6 * std::abs(slope));
}

}  // namespace
}  // namespace thresher::partial_order
