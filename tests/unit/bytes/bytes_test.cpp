#include "bytes/reader.hpp"
#include "bytes/writer.hpp"

#include <gtest/gtest.h>

#include <array>
#include <limits>
#include <string>

namespace thresher::bytes {
namespace {

struct Inner {
  std::string name;
  std::vector<double> values;
  int stays = 7;
  static constexpr std::tuple members{&Inner::name, &Inner::values};
};
struct Outer {
  std::array<double, 2> plain{};
  std::vector<Inner> inner;
  std::vector<std::vector<float>> nested;
  static constexpr std::tuple members{&Outer::plain, &Outer::inner, &Outer::nested};
};

TEST(Bytes, GiveBackWhatWasWritten) {
  Writer writer;
  writer.put(std::uint8_t{3}, Outer{{1, 2}, {{"a", {}, 0}, {"", {3, 4}, 0}}, {{}, {5}}}, std::string("end"));
  auto const bytes = writer.take();
  Reader reader(bytes);
  EXPECT_EQ(reader.get<std::uint8_t>(), 3);
  auto const outer = reader.get<Outer>();
  EXPECT_EQ(outer.plain, (std::array<double, 2>{1, 2}));
  ASSERT_EQ(outer.inner.size(), 2u);
  EXPECT_EQ(outer.inner[0].name, "a");
  EXPECT_EQ(outer.inner[1].values, (std::vector<double>{3, 4}));
  EXPECT_EQ(outer.nested, (std::vector<std::vector<float>>{{}, {5}}));
  EXPECT_EQ(reader.get<std::string>(), "end");
  EXPECT_THROW(reader.get<std::uint8_t>(), std::runtime_error);
}

TEST(Bytes, WhatDoesNotTravelStays) {
  Writer writer;
  writer.put(Inner{"new", {1}, 1});
  auto const bytes = writer.take();
  Inner inner{"old", {2, 3}, 5};
  Reader(bytes).read(inner);
  EXPECT_EQ(inner.name, "new");
  EXPECT_EQ(inner.values, std::vector<double>{1});
  EXPECT_EQ(inner.stays, 5);
}

TEST(Bytes, ASpanIsReadAsAVector) {
  std::vector<double> const values{1, 2, 3};
  Writer writer;
  writer.put(std::span(values).subspan(1), std::span<double const>());
  auto const bytes = writer.take();
  Reader reader(bytes);
  EXPECT_EQ(reader.get<std::vector<double>>(), (std::vector<double>{2, 3}));
  EXPECT_TRUE(reader.get<std::vector<double>>().empty());
}

TEST(Bytes, ACountThatLiesEndsAtTheEndOfTheBytes) {
  for (auto const count :
       {std::uint64_t{2}, std::uint64_t{1} << 61, std::numeric_limits<std::uint64_t>::max()}) {
    Writer writer;
    writer.put(count, 1.5);
    auto const bytes = writer.take();
    EXPECT_THROW(Reader(bytes).get<std::vector<double>>(), std::runtime_error);
    EXPECT_THROW(Reader(bytes).get<std::vector<std::string>>(), std::runtime_error);
  }
}

}  // namespace
}  // namespace thresher::bytes
