#include "parameters/value.hpp"

#include <gtest/gtest.h>

#include <cmath>

namespace thresher::parameters {
namespace {

Specification real(char const* range) {
  return {.name = "x", .kind = Kind::real, .range = range};
}

Specification integer(char const* range) {
  auto what = real(range);
  what.kind = Kind::integer;
  return what;
}

Specification names(Kind kind) {
  auto what = real("(-inf, inf)");
  what.kind = kind;
  what.choices = {"lasso", "amp", "omp"};
  return what;
}

std::vector<double> numbers(Specification const& what, std::string const& text) {
  std::vector<double> all;
  for (auto const& value : parse_values(what, text)) all.push_back(std::get<double>(value));
  return all;
}

TEST(Interval, SaysWhatItContains) {
  Interval const half("(0, 1]");
  EXPECT_FALSE(half.contains(0));
  EXPECT_TRUE(half.contains(1));
  EXPECT_FALSE(half.contains(std::nan("")));
  EXPECT_FALSE(Interval("[0, inf)").contains(INFINITY));
  EXPECT_TRUE(Interval("[0, inf]").contains(INFINITY));
  EXPECT_THROW(Interval("0, 1"), std::logic_error);
  EXPECT_THROW(Interval("[1, 0]"), std::logic_error);
}

TEST(Values, IntegersAreExact) {
  auto const what = integer("[0, 1e13]");
  EXPECT_EQ(parse_value(what, "1e6"), Value(std::int64_t{1000000}));
  EXPECT_EQ(parse_value(what, "1e12"), Value(std::int64_t{1000000000000}));
  EXPECT_EQ(parse_value(what, " 42 "), Value(std::int64_t{42}));
  for (auto const* text : {"1.5", "-1", "1e14", "nan", "inf", "", "1x", "0x10", "1 2"})
    EXPECT_THROW(parse_value(what, text), UserError) << text;
}

TEST(Values, RealsAcceptInfinityWhereTheRangeDoes) {
  EXPECT_EQ(parse_value(real("(0, inf]"), "inf"), Value(INFINITY));
  EXPECT_THROW(parse_value(real("(0, inf)"), "inf"), UserError);
  for (auto const* text : {"nan", "1e400", "-nan", "", "one"})
    EXPECT_THROW(parse_value(real("(-inf, inf)"), text), UserError) << text;
  // -0 and 0 must be one key.
  EXPECT_FALSE(std::signbit(std::get<double>(parse_value(real("(-inf, inf)"), "-0"))));
}

TEST(Values, RangesHoldTheDecimalsThatTheyMean) {
  auto const what = real("(-inf, inf)");
  auto const theta = numbers(what, "0.2:0.1:2.0");
  ASSERT_EQ(theta.size(), 19u);
  EXPECT_EQ(theta[1], 0.3);  // 0.2 + 0.1 is 0.30000000000000004
  for (int k = 0; k < 19; ++k)
    EXPECT_EQ(theta[static_cast<std::size_t>(k)], std::stod(std::to_string(2 + k) + "e-1"));
  EXPECT_EQ(numbers(what, "log:1:100:3"), (std::vector<double>{1, 10, 100}));
  EXPECT_EQ(numbers(what, "1:-0.5:0"), (std::vector<double>{1, 0.5, 0}));
  EXPECT_EQ(numbers(what, "3,1:1:2"), (std::vector<double>{3, 1, 2}));
  for (auto const* text :
       {"1:1", "1:0:2", "2:1:1", "log:0:1:3", "log:1:2:0", "log:1:2:1.5", "0:1e-9:1", "a:b:c", "1:nan:2"})
    EXPECT_THROW(parse_values(what, text), UserError) << text;
}

TEST(Values, NamesAreCheckedAndSetsAreCanonical) {
  EXPECT_EQ(parse_value(names(Kind::enumeration), "amp"), Value(std::string("amp")));
  EXPECT_EQ(parse_value(names(Kind::set), "omp+lasso"), Value(std::string("lasso+omp")));
  EXPECT_EQ(parse_value(names(Kind::set), "none"), Value(std::string("none")));
  EXPECT_THROW(parse_value(names(Kind::set), "lasso+ridge"), UserError);
  try {
    parse_value(names(Kind::enumeration), "laso");
    FAIL();
  } catch (UserError const& error) {
    EXPECT_NE(std::string(error.what()).find("did you mean lasso"), std::string::npos) << error.what();
    EXPECT_NE(std::string(error.what()).find("x = laso"), std::string::npos);
  }
}

TEST(Values, TextsReturnTheSameValue) {
  for (double const x : {0.1, 1.0 / 3, 1e-300, 123456789.125, 1e22}) {
    auto const what = real("(-inf, inf)");
    EXPECT_EQ(parse_value(what, to_text(Value(x))), Value(x));
  }
}

TEST(Values, NearestNameIsFound) {
  EXPECT_EQ(did_you_mean("lamda_rule", {"lambda_rule", "rule"}), " (did you mean lambda_rule?)");
  EXPECT_EQ(did_you_mean("completely_other", {"p", "s"}), "");
}

}  // namespace
}  // namespace thresher::parameters
