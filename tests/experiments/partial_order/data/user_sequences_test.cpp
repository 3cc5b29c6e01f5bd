#include "experiments/partial_order/data/user_sequences.hpp"

#include "../../services.hpp"
#include "experiments/partial_order/data/user_lists.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <functional>

namespace thresher::partial_order {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

/// A file whose groups may have attributes.
class FileWithAttributes : public trials::MemoryInput {
 public:
  bool has(std::string const& name) const override {
    return MemoryInput::has(name) || name == "sequences" || name == "truth";
  }
  std::optional<std::vector<double>> numbers(std::string const& object,
                                             std::string const& attribute) const override {
    auto const found = attributes.find(object + "/" + attribute);
    if (found == attributes.end()) return std::nullopt;
    return std::vector<double>{found->second};
  }
  std::map<std::string, double> attributes;
};

FileWithAttributes small_file() {
  FileWithAttributes input;
  input.attributes["sequences/n_items"] = 5;
  input.sets["sequences/items"] = {{7}, {0, 1, 4, 3, 2, 1, 4}};
  input.sets["sequences/offsets"] = {{4}, {0, 3, 5, 7}};
  return input;
}

std::string defect_of(std::function<void(FileWithAttributes&)> const& change) {
  auto input = small_file();
  change(input);
  try {
    examine_user_sequences(input);
  } catch (study::UserError const& error) {
    return error.what();
  }
  return "";
}

TEST(UserSequences, AreReadAsTheyAre) {
  auto input = small_file();
  input.sets["sequences/weight"] = {{3}, {1, 0.5, 2}};
  input.sets["truth/edges"] = {{2, 2}, {0, 1, 1, 4}};
  auto const facts = examine_user_sequences(input);
  EXPECT_EQ(facts.items, 5);
  EXPECT_EQ(facts.sequences, 3);
  EXPECT_EQ(facts.steps, 7);
  EXPECT_EQ(facts.pairs, 9 + 4 + 4);
  EXPECT_EQ(facts.longest, 3);
  EXPECT_FALSE(facts.full_lists);
  EXPECT_EQ(facts.unseen_items, 0);
  EXPECT_EQ(facts.edges, 2);
  EXPECT_THAT(facts.small_truth, ElementsAre(Relation{0, 1}, Relation{1, 4}));
  auto const lists = read_lists(input, "sequences", 5, Repeats::refused);
  EXPECT_THAT(lists[1].items, ElementsAre(3, 2));
  EXPECT_EQ(lists[1].weight, 0.5);
}

TEST(UserSequences, KeepUnlistedItemsOfChoiceSetsBehind) {
  auto input = small_file();
  input.sets["sequences/choice_items"] = {{10}, {4, 3, 1, 0, 3, 2, 4, 0, 1, 2}};
  input.sets["sequences/choice_offsets"] = {{4}, {0, 4, 6, 10}};
  auto const lists = read_lists(input, "sequences", 5, Repeats::refused);
  EXPECT_THAT(lists[0].items, ElementsAre(0, 1, 4, 3));
  EXPECT_THAT(lists[2].items, ElementsAre(1, 4, 0, 2));
  EXPECT_THAT(lists.steps, ElementsAre(3, 2, 2));
  EXPECT_EQ(examine_user_sequences(input).steps, 7);
}

TEST(UserSequences, KeepTheFirstOfRepeatedActions) {
  auto input = small_file();
  input.attributes["sequences/dedup"] = 1;
  input.sets["sequences/items"].values = {0, 1, 0, 3, 2, 1, 4};
  auto const lists = read_lists(input, "sequences", 5, Repeats::first_kept);
  EXPECT_THAT(lists[0].items, ElementsAre(0, 1));
  EXPECT_TRUE(examine_user_sequences(input).dedup);
}

TEST(UserSequences, AreRefusedWithTheirDefect) {
  EXPECT_EQ(defect_of([](FileWithAttributes&) {}), "");
  EXPECT_THAT(defect_of([](auto& f) { f.sets["sequences/items"].values[2] = 5; }), HasSubstr("[0, 4]"));
  EXPECT_THAT(defect_of([](auto& f) { f.sets["sequences/items"].values[2] = 0; }),
              HasSubstr("list 0 of /sequences holds item 0 twice"));
  EXPECT_THAT(defect_of([](auto& f) {
                f.sets["sequences/offsets"].values = {0, 1, 5, 7};
              }),
              HasSubstr("list 0 of /sequences holds 1 item; allowed are at least 2"));
  EXPECT_THAT(defect_of([](auto& f) {
                f.sets["sequences/offsets"].values = {0, 5, 3, 7};
              }),
              HasSubstr("falls from 5 to 3"));
  EXPECT_THAT(defect_of([](auto& f) {
                f.sets["sequences/offsets"].values = {0, 3, 5, 6};
              }),
              HasSubstr("from 0 to 7"));
  EXPECT_THAT(defect_of([](auto& f) { f.attributes.clear(); }), HasSubstr("number of items is missing"));
  EXPECT_THAT(defect_of([](auto& f) { f.sets.clear(); }), HasSubstr("neither"));
  EXPECT_THAT(defect_of([](auto& f) {
                f.sets["sequences/weight"] = {{3}, {1, 0, 1}};
              }),
              HasSubstr("positive"));
  EXPECT_THAT(defect_of([](auto& f) {
                f.sets["sequences/weight"] = {{2}, {1, 1}};
              }),
              HasSubstr("each of 3 lists"));
}

TEST(UserSequences, RefuseWrongChoiceSetsAndCycles) {
  auto const with_choices = [](std::vector<double> items, std::vector<double> offsets) {
    return defect_of([&](FileWithAttributes& f) {
      f.sets["sequences/choice_items"] = {{static_cast<std::int64_t>(items.size())}, items};
      f.sets["sequences/choice_offsets"] = {{static_cast<std::int64_t>(offsets.size())}, offsets};
    });
  };
  EXPECT_THAT(with_choices({0, 1, 3, 2, 1, 4}, {0, 2, 4, 6}), HasSubstr("more than its choice set (2)"));
  EXPECT_THAT(with_choices({0, 1, 2, 3, 2, 1, 4}, {0, 3, 5, 7}), HasSubstr("item 4, which is not in"));
  EXPECT_THAT(with_choices({0, 1, 4, 0, 3, 2, 1, 4}, {0, 4, 6, 8}), HasSubstr("item 0 twice in its choice"));
  EXPECT_THAT(with_choices({0, 1, 4, 3, 2}, {0, 3, 5}), HasSubstr("2 lists"));
  EXPECT_THAT(defect_of([](auto& f) {
                f.sets["truth/edges"] = {{3, 2}, {0, 1, 1, 4, 4, 0}};
              }),
              HasSubstr(" > "));
  EXPECT_THAT(defect_of([](auto& f) { f.sets["truth/edges"] = {{1, 2}, {0, 7}}; }), HasSubstr("[0, 4]"));
}

}  // namespace
}  // namespace thresher::partial_order
