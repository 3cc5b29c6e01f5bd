#include "hdf5/dataset.hpp"

#include "hdf5/attribute.hpp"
#include "hdf5/file.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <cstdio>
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

TEST_F(DatasetTest, SmallOnesLieInTheHeaderLargeOnesInChunks) {
  auto const file = create_file(path_);
  auto const layout = [&](std::size_t numbers) {
    auto const dataset =
        write_dataset(file, std::to_string(numbers), std::vector<double>(numbers), {numbers});
    Object const properties(H5Dget_create_plist(dataset.get()), "properties");
    return H5Pget_layout(properties.get());
  };
  EXPECT_EQ(layout(1024), H5D_COMPACT);
  EXPECT_EQ(layout(1025), H5D_CHUNKED);
  EXPECT_EQ(chunk_of({100, 1000}, kNumbersPerChunk), (Extents{16, 1000}));
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
