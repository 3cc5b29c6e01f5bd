#include "parameters/declaration.hpp"

#include <gtest/gtest.h>

#include <stdexcept>

namespace thresher::parameters {
namespace {

enum class Fruit { apple, pear, plum };

struct Basket {
  std::int32_t count = 3;
  double weight = 0.5;
  bool open = true;
  std::string label = "mine";
  Fruit best = Fruit::pear;
  Set<Fruit> fruits{Fruit::apple, Fruit::plum};
};

Table<Basket> basket() {
  Table<Basket> table;
  table.bind("count", &Basket::count, "[0, 100]", "");
  table.bind("weight", &Basket::weight, "[0, inf]", "");
  table.bind("open", &Basket::open, "");
  table.bind("label", &Basket::label, "");
  table.bind("best", &Basket::best, {"apple", "pear", "plum"}, "");
  table.bind("fruits", &Basket::fruits, {"apple", "pear", "plum"}, "");
  return table;
}

TEST(Tables, HoldTheDefaultsOfTheStruct) {
  std::vector<std::string> texts;
  auto const table = basket();
  for (auto const& what : table.specifications()) texts.push_back(to_text(what.default_value));
  EXPECT_EQ(texts, (std::vector<std::string>{"3", "0.5", "true", "mine", "pear", "apple+plum"}));
}

TEST(Tables, WriteTheMembersThatTheyBind) {
  auto const table = basket();
  std::vector<std::string> const texts{"42", "inf", "false", "yours", "plum", "pear+plum"};
  std::vector<Value> values;
  for (std::size_t k = 0; k < texts.size(); ++k)
    values.push_back(parse_value(table.specifications()[k], texts[k]));
  auto const made = table.make(values);
  EXPECT_EQ(made.count, 42);
  EXPECT_EQ(made.weight, std::numeric_limits<double>::infinity());
  EXPECT_FALSE(made.open);
  EXPECT_EQ(made.label, "yours");
  EXPECT_EQ(made.best, Fruit::plum);
  EXPECT_EQ(made.fruits, (Set<Fruit>{Fruit::pear, Fruit::plum}));
  for (std::size_t k = 0; k < texts.size(); ++k) EXPECT_EQ(table.get(made, k), values[k]);
}

TEST(Tables, KnowTheEmptySet) {
  auto const table = basket();
  Basket made;
  table.set(made, 5, parse_value(table.specifications()[5], "none"));
  EXPECT_TRUE(made.fruits.empty());
  EXPECT_EQ(to_text(table.get(made, 5)), "none");
}

TEST(Tables, FindTheInputOfAMember) {
  auto const table = basket();
  EXPECT_EQ(table.place_of(&Basket::count), 0u);
  EXPECT_EQ(table.place_of(&Basket::fruits), 5u);
  Table<Basket> partial;
  partial.bind("open", &Basket::open, "");
  EXPECT_THROW(partial.place_of(&Basket::count), std::logic_error);
}

enum class Alone { only };
enum class Numbered { form1, form2, form3 };
static_assert(kEnumerators<Fruit> == 3);
static_assert(kEnumerators<Alone> == 1);
static_assert(kEnumerators<Numbered> == 3);

TEST(Tables, RefuseMoreOrFewerNamesThanEnumerators) {
  Table<Basket> table;
  EXPECT_THROW(table.bind("best", &Basket::best, {"apple", "pear"}, ""), std::logic_error);
  EXPECT_THROW(table.bind("best", &Basket::best, {"apple", "pear", "plum", "fig"}, ""), std::logic_error);
  EXPECT_THROW(table.bind("fruits", &Basket::fruits, {"apple", "pear"}, ""), std::logic_error);
}

}  // namespace
}  // namespace thresher::parameters
