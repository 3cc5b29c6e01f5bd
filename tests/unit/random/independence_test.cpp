// No overlap and no correlation between keys, streams, rows, neighbouring numbers, and sequences.
#include "random/philox.hpp"
#include "random/stream.hpp"
#include "statistics.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

namespace thresher::random {
namespace {

constexpr std::size_t draws_each = 1'000'000;

std::vector<double> drawn(Stream const& stream, Row row, std::uint64_t first = 0) {
  std::vector<double> values(draws_each);
  stream.normals(row, first, values);
  return values;
}

std::vector<double> squares(std::vector<double> values) {
  for (double& value : values) value *= value;
  return values;
}

void expect_independent(std::vector<double> const& a, std::vector<double> const& b, std::string const& what) {
  double const bound = 5 / std::sqrt(static_cast<double>(a.size()));
  EXPECT_LT(std::abs(test::correlation(a, b)), bound) << what;
  EXPECT_LT(std::abs(test::correlation(squares(a), squares(b))), bound) << what << ", squared";
}

TEST(Independence, OfNeighboursInEveryCoordinate) {
  Key const key = hash_identity("seed=1 trial=0");
  Stream const stream(key, "noise");
  std::vector<double> const here = drawn(stream, {5, 6, 7});
  expect_independent(here, drawn(stream, {6, 6, 7}), "i0");
  expect_independent(here, drawn(stream, {5, 7, 7}), "i1");
  expect_independent(here, drawn(stream, {5, 6, 8}), "i2");
  expect_independent(here, drawn(stream, {6, 5, 7}), "i0 and i1 exchanged");
  expect_independent(here, drawn(stream, {5, 6, 7}, 1), "next");
  expect_independent(here, drawn(stream, {5, 6, 7}, 2), "next pair");
  expect_independent(here, drawn(stream, {5, 6, 7}, 3), "over a pair");
  expect_independent(here, drawn(stream, {5, 6, 7}, draws_each), "later in the row");
  expect_independent(here, drawn(Stream(key, "noise2"), {5, 6, 7}), "stream");
  expect_independent(here, drawn(Stream(hash_identity("seed=1 trial=1"), "noise"), {5, 6, 7}), "trial");
  expect_independent(here, drawn(Stream(hash_identity("seed=2 trial=0"), "noise"), {5, 6, 7}), "seed");
  expect_independent(here, drawn(Stream({key.low ^ 1, key.high}, "noise"), {5, 6, 7}), "one bit of the key");

  Sequence sequence = stream.sequence({5, 6, 7}, 0);
  std::vector<double> in_sequence(draws_each);
  for (double& value : in_sequence) value = sequence.normal();
  expect_independent(here, in_sequence, "sequence of the same row");
}

TEST(Independence, OfColumnsOfABlock) {
  constexpr auto rows = static_cast<std::int64_t>(draws_each);
  Stream const stream(hash_identity("columns"), "noise");
  std::vector<double> block(4 * draws_each);
  fill_normals(stream, {0, rows, 0, 4}, Layout::column_major, std::span<double>(block), rows);
  auto column = [&](std::size_t k) {
    auto const begin = block.begin() + static_cast<std::ptrdiff_t>(k * draws_each);
    return std::vector<double>(begin, begin + static_cast<std::ptrdiff_t>(draws_each));
  };
  for (std::size_t a = 0; a < 4; ++a) {
    for (std::size_t b = 0; b < a; ++b)
      expect_independent(column(a), column(b), std::to_string(a) + std::to_string(b));
  }
  std::vector<double> const first = column(0);
  std::vector<double> next(first.begin() + 1, first.end());
  expect_independent({first.begin(), first.end() - 1}, next, "next row");
}

// Correlation of neighbouring numbers of neighbouring streams, each taken from its start.
TEST(Independence, OfManyShortStreams) {
  std::vector<double> a;
  std::vector<double> b;
  Key const key = hash_identity("short");
  for (int k = 0; k < 100'000; ++k) {
    Stream const stream(key, std::to_string(k));
    a.push_back(stream.normal({}, 0));
    b.push_back(stream.sequence({}, 0).normal());
  }
  expect_independent(a, b, "stream and its sequence");
  expect_independent({a.begin(), a.end() - 1}, {a.begin() + 1, a.end()}, "next stream");
}

template <class Value>
bool has_twins(std::vector<Value> values) {
  std::sort(values.begin(), values.end());
  return std::adjacent_find(values.begin(), values.end()) != values.end();
}

TEST(Independence, DistinctIdentitiesGiveDistinctWords) {
  Key const key = hash_identity("collisions");
  std::vector<std::uint64_t> words;
  std::vector<double> uniforms;
  std::vector<std::uint64_t> keys;
  for (int name = 0; name < 1000; ++name) {
    Stream const stream(key, "stream" + std::to_string(name));
    for (std::uint64_t row = 0; row < 1000; ++row) words.push_back(stream.sequence({row}, 0).bits());
    for (std::uint64_t row = 0; row < 200; ++row) uniforms.push_back(stream.uniform({row}, 0));
  }
  for (std::uint64_t row = 0; row < draws_each; ++row)
    keys.push_back(substream(key, {row, 0, 0, for_rows}).key);
  EXPECT_FALSE(has_twins(words));
  EXPECT_FALSE(has_twins(uniforms));
  EXPECT_FALSE(has_twins(keys));
}

// Sequences and rows of one stream share no word, wherever either starts.
TEST(Independence, SequencesDoNotOverlapRows) {
  Stream const stream(hash_identity("overlap"), "numbers");
  std::vector<double> values;
  for (std::uint64_t k = 0; k < 100; ++k) {
    std::vector<double> row(1000);
    stream.uniforms({k}, 0, row);
    values.insert(values.end(), row.begin(), row.end());
    for (std::uint64_t last = 0; last < 10; ++last) {
      Sequence sequence = stream.sequence({k}, last);
      for (int draw = 0; draw < 100; ++draw) values.push_back(sequence.uniform());
    }
  }
  EXPECT_FALSE(has_twins(values));
}

}  // namespace
}  // namespace thresher::random
