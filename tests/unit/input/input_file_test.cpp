#include "input/input_file.hpp"

#include "hdf5/attribute.hpp"
#include "hdf5/dataset.hpp"
#include "hdf5/file.hpp"
#include "parameters/value.hpp"

#include <gtest/gtest.h>
#include <hdf5.h>

#include <cmath>
#include <filesystem>
#include <unistd.h>

namespace thresher::input {
namespace {

class InputFileTest : public testing::Test {
 protected:
  InputFileTest() {
    auto const file = hdf5::create_file(path_);
    hdf5::write_dataset<double>(file, "horizon", {2.5}, {});
    auto const matrix =
        hdf5::write_dataset<double>(file, "matrix", {1, std::nan(""), 3, 4, 5, INFINITY}, {3, 2});
    hdf5::set_attribute(matrix, "layers", std::vector<double>{3, 2, 1});
    hdf5::set_attribute(file, "activation", std::string("relu"));
    auto const group = hdf5::create_group(file, "modules");
    hdf5::create_group(group, "b");
    hdf5::create_group(group, "a");
    // As h5py writes a text.
    hid_t const type = H5Tcopy(H5T_C_S1);
    H5Tset_size(type, H5T_VARIABLE);
    hid_t const space = H5Screate(H5S_SCALAR);
    hid_t const attribute = H5Acreate2(group.get(), "loss", type, space, H5P_DEFAULT, H5P_DEFAULT);
    char const* const letters = "square";
    H5Awrite(attribute, type, &letters);
    H5Aclose(attribute);
    H5Sclose(space);
    H5Tclose(type);
  }
  ~InputFileTest() override { std::filesystem::remove(path_); }

  std::string path_ =
      std::filesystem::temp_directory_path() / ("thresher-input-" + std::to_string(getpid()) + ".h5");
};

TEST_F(InputFileTest, ReadsScalarsPartsAndWhatIsMissing) {
  InputFile const input(path_);
  EXPECT_TRUE(input.extents("horizon").empty());
  EXPECT_EQ(input.read("horizon", {0, 1}, {0, 1}), std::vector<double>{2.5});
  EXPECT_EQ(input.read("matrix", {1, 3}, {0, 1}), (std::vector<double>{3, 5}));
  auto const row = input.read_with_missing("matrix", {0, 1}, {0, 2});
  EXPECT_EQ(row[0], 1);
  EXPECT_TRUE(std::isnan(row[1]));
  EXPECT_THROW(input.read("matrix", {0, 1}, {0, 2}), UserError);
  EXPECT_THROW(input.read_with_missing("matrix", {2, 3}, {0, 2}), UserError);
}

TEST_F(InputFileTest, ReadsAttributesAndMembers) {
  InputFile const input(path_);
  EXPECT_EQ(input.numbers("matrix", "layers"), (std::vector<double>{3, 2, 1}));
  EXPECT_EQ(input.text("/", "activation"), "relu");
  EXPECT_EQ(input.text("modules", "loss"), "square");
  EXPECT_EQ(input.text("modules", "none"), std::nullopt);
  EXPECT_EQ(input.numbers("nothing", "layers"), std::nullopt);
  EXPECT_THROW((void)input.text("matrix", "layers"), UserError);
  EXPECT_THROW((void)input.numbers("/", "activation"), UserError);
  EXPECT_EQ(input.members("modules"), (std::vector<std::string>{"a", "b"}));
  EXPECT_TRUE(input.members("nothing").empty());
  EXPECT_THROW((void)input.members("matrix"), UserError);
}

}  // namespace
}  // namespace thresher::input
