#include "study/grid.hpp"

#include <gtest/gtest.h>

namespace thresher::study {
namespace {

std::vector<Parameter> parameters() {
  std::vector<Parameter> all(3);
  char const* const names[] = {"p", "s", "rule"};
  for (std::size_t k = 0; k < 3; ++k) all[k].name = names[k];
  all[0].kind = all[1].kind = Kind::integer;
  all[2].kind = Kind::enumeration;
  all[2].choices = {"tuned", "fixed"};
  return all;
}

std::vector<Value> integers(std::vector<std::int64_t> const& values) {
  return {values.begin(), values.end()};
}
Value text(char const* name) {
  return std::string(name);
}

TEST(Grid, OrdersValuesCanonically) {
  Grid const grid(parameters(), {integers({3, 1, 2}), integers({7}), {text("fixed"), text("tuned")}}, {});
  EXPECT_EQ(grid.size(), 6u);
  ASSERT_EQ(grid.axes().size(), 2u);
  EXPECT_EQ(grid.axes()[0].rows.front().front(), Value(std::int64_t{1}));
  EXPECT_EQ(grid.axes()[1].rows.front().front(), text("tuned"));  // as declared, not by alphabet
  EXPECT_EQ(grid.point(1), (Point{std::int64_t{1}, std::int64_t{7}, text("fixed")}));
  for (std::size_t number = 0; number < grid.size(); ++number)
    EXPECT_EQ(grid.find(grid.point(number)), number);
  EXPECT_FALSE(grid.find({std::int64_t{4}, std::int64_t{7}, text("fixed")}));
  EXPECT_FALSE(grid.find({std::int64_t{1}, std::int64_t{8}, text("fixed")}));
}

TEST(Grid, ZipsParametersOnOneAxis) {
  Grid const grid(parameters(), {integers({20, 10}), integers({2, 1}), {text("fixed")}}, {{"p", "s"}});
  EXPECT_EQ(grid.size(), 2u);
  EXPECT_EQ(grid.point(0), (Point{std::int64_t{10}, std::int64_t{1}, text("fixed")}));
  EXPECT_EQ(grid.label(parameters(), 1), "p = 20, s = 2");
}

TEST(Grid, RefusesDuplicatesAndUnequalZips) {
  EXPECT_THROW(Grid(parameters(), {integers({1, 1}), integers({2}), {text("fixed")}}, {}), UserError);
  EXPECT_THROW(Grid(parameters(), {integers({1, 2}), integers({2}), {text("fixed")}}, {{"p", "s"}}),
               UserError);
  EXPECT_THROW(Grid(parameters(), {integers({1}), integers({2}), {text("fixed")}}, {{"p", "q"}}), UserError);
  // The same s twice is no duplicate where p tells the rows apart.
  EXPECT_EQ(Grid(parameters(), {integers({1, 2}), integers({5, 5}), {text("fixed")}}, {{"p", "s"}}).size(),
            2u);
}

}  // namespace
}  // namespace thresher::study
