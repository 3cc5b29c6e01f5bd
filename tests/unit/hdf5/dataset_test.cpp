#include "hdf5/dataset.hpp"

#include "hdf5/attribute.hpp"
#include "hdf5/call.hpp"
#include "hdf5/chunk_index.hpp"
#include "hdf5/file.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <cstring>
#include <fstream>
#include <numeric>
#include <stdexcept>
#include <unistd.h>

namespace thresher::hdf5 {
namespace {

class DatasetTest : public testing::Test {
 protected:
  DatasetTest() : path_(testing::TempDir() + "thresher_hdf5_" + std::to_string(getpid())) {}
  ~DatasetTest() override { std::remove(path_.c_str()); }
  std::string path_;
};

TEST_F(DatasetTest, GivesBackWhatWasWritten) {
  std::vector<double> large(100 * 1000);
  std::iota(large.begin(), large.end(), 0.0);
  {
    auto const file = create_file(path_);
    write_dataset(file, "large", large, {100, 1000});
    write_dataset(file, "scalar", std::vector<std::int64_t>{7}, {});
    write_dataset(file, "texts", std::vector<std::string>{"a", "", "longer"}, {3});
    auto const sparse = create_dataset<double>(file, "sparse", {4, 5}, {2, 5});
    write_box<double>(sparse, {{1, 1}, {2, 3}}, std::vector<double>{1, 2, 3, 4, 5, 6});
    set_attribute(file, "text", "yes");
    set_attribute(file, "number", 12);
  }
  auto const file = open_file(path_);
  EXPECT_EQ(read<double>(open_dataset(file, "large")), large);
  EXPECT_EQ(read<std::int64_t>(open_dataset(file, "scalar")), (std::vector<std::int64_t>{7}));
  EXPECT_EQ(read_strings(open_dataset(file, "texts"), {{1}, {2}}), (std::vector<std::string>{"", "longer"}));
  auto const sparse = open_dataset(file, "sparse");
  EXPECT_EQ(extents(sparse), (Extents{4, 5}));
  EXPECT_EQ(read_box<double>(sparse, {{2, 2}, {1, 2}}), (std::vector<double>{5, 6}));
  EXPECT_TRUE(std::isnan(read<double>(sparse)[0]));
  EXPECT_EQ(text_attribute(file, "text"), "yes");
  EXPECT_EQ(integer_attribute(file, "number"), 12);
  EXPECT_FALSE(has_attribute(file, "other"));
}

TEST_F(DatasetTest, ErrorsSayWhatHdf5Says) {
  EXPECT_THROW(open_file("/no/such/file"), std::runtime_error);
  auto const file = create_file(path_);
  auto const dataset = write_dataset(file, "a", std::vector<double>{1, 2}, {2});
  EXPECT_THROW(read_box<double>(dataset, {{0, 0}, {1, 1}}), std::runtime_error);
  EXPECT_THROW(read_box<double>(dataset, {{1}, {2}}), std::runtime_error);
  EXPECT_THROW(open_dataset(file, "b"), std::runtime_error);
}

/// What the far readers need: see the page on the result file.
TEST_F(DatasetTest, LayoutsAreThoseThatEveryReaderHas) {
  auto const file = create_file(path_);
  auto const layout = [&](Extents const& extents) {
    auto const dataset = write_dataset(file, "of" + std::to_string(volume(extents)),
                                       std::vector<double>(volume(extents)), extents);
    Object const properties(H5Dget_create_plist(dataset.get()), "properties");
    unsigned most = 0, least = 0;
    check(H5Pget_attr_phase_change(properties.get(), &most, &least), "attribute storage");
    EXPECT_EQ(most, 8u);
    return H5Pget_layout(properties.get());
  };
  EXPECT_EQ(layout({}), H5D_CONTIGUOUS);
  EXPECT_EQ(layout({2}), H5D_CHUNKED);
  EXPECT_EQ(layout({2000, 20}), H5D_CHUNKED);
  EXPECT_EQ(chunk_of({100, 1000}, kNumbersPerChunk), (Extents{16, 1000}));
  EXPECT_THROW(write_dataset(file, "none", std::vector<double>(), {0}), std::logic_error);
}

TEST_F(DatasetTest, IntegersAreNarrowWhereAllFit) {
  auto const file = create_file(path_);
  auto const bytes = [](Object const& dataset) {
    Object const type(H5Dget_type(dataset.get()), "type");
    return H5Tget_size(type.get());
  };
  std::vector<std::int64_t> const narrow{-2147483648, 2147483647};
  std::vector<std::int64_t> const wide{0, 2147483648};
  EXPECT_EQ(bytes(write_integers(file, "narrow", narrow, {2})), 4u);
  EXPECT_EQ(bytes(write_integers(file, "wide", wide, {2})), 8u);
  EXPECT_EQ(read<std::int64_t>(open_dataset(file, "narrow")), narrow);
  EXPECT_EQ(read<std::int64_t>(open_dataset(file, "wide")), wide);
  for (auto const value : {narrow[0], wide[1]}) {
    set_attribute(file, "number", value);
    EXPECT_EQ(integer_attribute(file, "number"), value);
  }
}

TEST_F(DatasetTest, AttributesMayBeLargeAndMany) {
  std::string const large(400'000, 'x');
  {
    auto const file = create_file(path_);
    auto const scale = write_counting_scale(file, "scale", 3);
    set_attribute(scale, "large", large);
    for (int k = 0; k < 500; ++k) {
      attach_scale(write_dataset(file, "d" + std::to_string(k), std::vector<double>(3), {3}), scale, 0);
      if (k < 100) set_attribute(scale, "a" + std::to_string(k), k);
    }
  }
  auto const file = open_file(path_);
  auto const scale = open_dataset(file, "scale");
  EXPECT_EQ(text_attribute(scale, "large"), large);
  EXPECT_EQ(integer_attribute(scale, "a99"), 99);
}

TEST_F(DatasetTest, TheIndexTellsWhichChunksAreThere) {
  auto const file = create_file(path_, 1);
  auto const sparse = create_dataset<double>(file, "sparse", {5, 10}, {2, 4});
  write_box<double>(sparse, {{2, 4}, {2, 4}}, std::vector<double>(8));
  ChunkIndex const index(sparse);
  EXPECT_EQ(index.size(), 1u);
  EXPECT_TRUE(index.holds({3, 7}));
  EXPECT_FALSE(index.holds({3, 8}));
  EXPECT_FALSE(index.holds({1, 4}));
  // Many more than the file was made for.
  std::vector<double> numbers(5000);
  std::iota(numbers.begin(), numbers.end(), 0.0);
  auto const many = create_dataset<double>(file, "many", {5000}, {1});
  for (hsize_t k = 0; k < 5000; ++k)
    write_box<double>(many, {{4999 - k}, {1}}, std::span(numbers).subspan(4999 - k, 1));
  EXPECT_EQ(read<double>(many), numbers);
  EXPECT_EQ(ChunkIndex(many).size(), 5000u);
  EXPECT_THROW(ChunkIndex(write_dataset(file, "scalar", std::vector<double>{1}, {})), std::runtime_error);
}

TEST_F(DatasetTest, WhatIsMissingTakesNoSpace) {
  auto const file = create_file(path_);
  Extents const extents{3, 100, 1000};
  ASSERT_EQ(chunk_of(extents, kNumbersPerChunk), (Extents{1, 16, 1000}));
  std::vector<double> numbers(volume(extents));
  std::iota(numbers.begin(), numbers.end(), 0.0);
  auto const at = [&](std::size_t i, std::size_t j, std::size_t k) { return (i * 100 + j) * 1000 + k; };
  auto const forget = [&](std::size_t from, std::size_t to, double by) {
    std::fill(numbers.begin() + static_cast<std::ptrdiff_t>(from),
              numbers.begin() + static_cast<std::ptrdiff_t>(to), by);
  };
  forget(at(0, 16, 0), at(0, 48, 0), std::nan(""));    // two chunks
  forget(at(1, 96, 0), at(2, 0, 0), std::nan(""));     // the short one at the end of a row
  forget(at(2, 0, 0), at(2, 16, 0), -std::nan(""));    // reads as another NaN: stays
  forget(at(2, 16, 0), at(2, 31, 999), std::nan(""));  // all but one number of a chunk
  auto const dataset = write_dataset(file, "a", numbers, extents);
  EXPECT_EQ(ChunkIndex(dataset).size(), 3u * 7u - 3u);
  auto const found = read<double>(dataset);
  EXPECT_EQ(std::memcmp(found.data(), numbers.data(), numbers.size() * sizeof(double)), 0);
  // Zeros are numbers: they are there, and small.
  auto const zeros = write_dataset(file, "zeros", std::vector<std::int32_t>(40000), {40000});
  EXPECT_EQ(ChunkIndex(zeros).size(), 3u);
  EXPECT_LT(H5Dget_storage_size(zeros.get()), 1000u);
  EXPECT_EQ(read<std::int64_t>(zeros), std::vector<std::int64_t>(40000));
}

TEST_F(DatasetTest, AFlippedBitOfDeflatedNumbersIsAnError) {
  std::vector<std::int32_t> numbers(40000);
  std::iota(numbers.begin(), numbers.end(), 0);
  haddr_t at = 0;
  {
    auto const file = create_file(path_);
    auto const dataset = write_dataset(file, "a", numbers, {40000});
    flush(file);
    Object const space(H5Dget_space(dataset.get()), "space");
    unsigned mask = 0;
    hsize_t place = 0, bytes = 0;
    ASSERT_GE(H5Dget_chunk_info(dataset.get(), space.get(), 1, &place, &mask, &at, &bytes), 0);
    EXPECT_LT(bytes, 4u * kNumbersPerChunk / 2);
  }
  EXPECT_EQ(read<std::int32_t>(open_dataset(open_file(path_), "a")), numbers);
  std::fstream bytes(path_, std::ios::binary | std::ios::in | std::ios::out);
  bytes.seekg(static_cast<std::streamoff>(at + 40));
  auto const byte = static_cast<char>(bytes.get() ^ 16);
  bytes.seekp(static_cast<std::streamoff>(at + 40)).put(byte);
  bytes.close();
  EXPECT_THROW(read<std::int32_t>(open_dataset(open_file(path_), "a")), std::runtime_error);
}

TEST_F(DatasetTest, AFlippedBitIsAnError) {
  {
    auto const file = create_file(path_);
    write_dataset(file, "a", std::vector<double>(5000, 0.5), {5000});
  }
  std::fstream bytes(path_, std::ios::binary | std::ios::in | std::ios::out);
  std::string const whole{std::istreambuf_iterator<char>(bytes), {}};
  double const half = 0.5;
  auto const at = whole.find(std::string(reinterpret_cast<char const*>(&half), sizeof half));
  ASSERT_NE(at, std::string::npos);
  bytes.seekp(static_cast<std::streamoff>(at + 80)).put('x');
  bytes.close();
  auto const file = open_file(path_);
  EXPECT_THROW(read<double>(open_dataset(file, "a")), std::runtime_error);
}

}  // namespace
}  // namespace thresher::hdf5
