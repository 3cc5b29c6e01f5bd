#include "experiments/partial_order/solvers/soft_order.hpp"

#include "experiments/partial_order/model/bit_rows.hpp"
#include "latents.hpp"

#include <gtest/gtest.h>

namespace thresher::partial_order {
namespace {

// Rows and single pairs are computed by different code.
TEST(SoftRelation, HasRowsOfItsPairs) {
  for (auto const dominance : {Dominance::product, Dominance::softmin})
    for (double const tau : {1.0, 0.05, 1e-4})
      for (std::int64_t const items : {3, 8, 21}) {
        SoftRelation const relation(dominance, testing::random_latents(items, 3, 1), tau);
        std::vector<double> row(static_cast<std::size_t>(items));
        for (std::int64_t i = 0; i < items; ++i) {
          relation.row(i, row);
          for (std::int64_t j = 0; j < items; ++j)
            EXPECT_NEAR(row[static_cast<std::size_t>(j)], relation.of(i, j), 1e-14);
        }
      }
}

TEST(SoftOrder, StoresWhatItSaysOfPairs) {
  constexpr std::int64_t kItems = 150;  // three words, the last one in part
  for (auto const dominance : {Dominance::product, Dominance::softmin}) {
    SoftOrder const order(dominance, testing::random_latents(kItems, 2, 2), 0.3, 0.6);
    auto const stored = PartialOrder::copy_of(order);
    EXPECT_GT(stored.relations(), kItems);
    for (std::int64_t i = 0; i < kItems; ++i)
      for (std::int64_t j = 0; j < kItems; ++j) {
        EXPECT_EQ(stored.precedes(i, j), order.precedes(i, j));
        EXPECT_EQ(test_bit(stored.before(j), i), stored.precedes(i, j));
      }
  }
}

}  // namespace
}  // namespace thresher::partial_order
