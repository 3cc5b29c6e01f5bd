#include "experiments/federated_lora/data/copy/text_loss.hpp"

#include "../stacks.hpp"
#include "experiments/federated_lora/data/copy/softmax_rows.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <random>
#include <vector>

namespace thresher::federated_lora {
namespace {

using namespace testing;

constexpr std::int64_t kTokens = 7;
constexpr std::int64_t kWidth = 6;

Transformer some_network() {
  std::mt19937_64 generator(3);
  return {gaussian(kTokens + 1, kWidth, generator), gaussian(6, kWidth, generator),
          gaussian(kTokens, kWidth, generator), gaussian(kWidth, kWidth, generator),
          gaussian(kWidth, kWidth, generator)};
}

/// Sequences of 3 tokens.
Text some_text(int sequences, unsigned seed) {
  std::mt19937_64 generator(seed);
  std::uniform_int_distribution<std::int32_t> token(0, kTokens - 1);
  Text text;
  for (int k = 0; k < 3 * sequences; ++k) text.push_back(token(generator));
  return text;
}

// The slow way: whole logits, one position after the other. 21 positions fill no register.
TEST(TextLoss, ReadsAsThePositionsOneByOne) {
  auto const network = some_network();
  auto const source = some_text(7, 1), targets = some_text(7, 2);
  std::mt19937_64 generator(5);
  auto const update = gaussian(kWidth, kWidth, generator);
  auto theta = network.value;
  for (std::size_t k = 0; k < theta.values().size(); ++k) theta.values()[k] += update.values()[k];
  auto read = logits(network, attend(network, source), theta.view());
  double loss = 0, right = 0;
  for (std::int64_t i = 0; i < read.rows(); ++i) {
    double sum = 0;
    std::int64_t best = 0;
    for (std::int64_t a = 0; a < kTokens; ++a) {
      sum += std::exp(read(i, a));
      if (read(i, a) > read(i, best)) best = a;
    }
    auto const target = targets[static_cast<std::size_t>(i)];
    loss += std::log(sum) - read(i, target);
    right += best == target ? 1 : 0;
  }
  auto const reading = TextLoss(network, source, targets).read(update.view());
  EXPECT_NEAR(reading.loss, loss / 21, 1e-12 * loss);
  EXPECT_EQ(reading.accuracy, right / 21);
  EXPECT_GT(right, 0);
}

TEST(TextLoss, SlopesAreThoseOfCentralDifferences) {
  auto const network = some_network();
  TextLoss const loss(network, some_text(19, 1), some_text(19, 2));  // more than the positions at once
  std::mt19937_64 generator(5);
  auto f = gaussian(kWidth, 3, generator), g = gaussian(3, kWidth, generator);
  TextLoss::FactorSlopes slopes(loss, 3);
  loss.differentiate(f.view(), g.view(), slopes);
  auto const check = [](DenseMatrix& entries, DenseMatrix const& slope, auto const& value) {
    double largest = 0;
    for (double const entry : slope.values()) largest = std::max(largest, std::abs(entry));
    for (std::size_t k = 0; k < entries.values().size(); ++k) {
      double const at = entries.values()[k];
      entries.values()[k] = at + 1e-5;
      double const above = value();
      entries.values()[k] = at - 1e-5;
      double const below = value();
      entries.values()[k] = at;
      EXPECT_NEAR((above - below) / 2e-5, slope.values()[k], 1e-6 * largest);
    }
  };
  auto const of_factors = [&] { return loss.read(product(f, g).view()).loss; };
  check(f, slopes.f, of_factors);
  check(g, slopes.g, of_factors);

  auto update = product(f, g);
  TextLoss::WholeSlopes whole(loss);
  loss.differentiate(update.view(), whole);
  check(update, whole.theta, [&] { return loss.read(update.view()).loss; });
  EXPECT_LT(distance(product(whole.theta, g, Transpose::no, Transpose::yes), slopes.f), 1e-13);
  EXPECT_LT(distance(product(f, whole.theta, Transpose::yes), slopes.g), 1e-13);
}

TEST(SoftmaxRows, TheFirstOfEqualLogitsIsTheAnswer) {
  linalg::Panel equal(2, 5);
  auto const targets = panel_targets(std::vector<std::int32_t>{0, 3});
  auto const score = score_rows(equal.view(), targets);
  EXPECT_EQ(score.right, 1);
  EXPECT_NEAR(score.loss, 2 * std::log(5.0), 1e-15);
}

}  // namespace
}  // namespace thresher::federated_lora
