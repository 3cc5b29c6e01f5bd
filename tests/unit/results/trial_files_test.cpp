#include "results/trial_files.hpp"

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <unistd.h>

namespace thresher::results {
namespace {

class TrialFilesTest : public testing::Test {
 protected:
  TrialFilesTest() { std::filesystem::create_directories(folder_); }
  ~TrialFilesTest() override { std::filesystem::remove_all(folder_); }

  std::size_t states() const {
    auto const entries = std::filesystem::directory_iterator(folder_ / "a.h5.state");
    return static_cast<std::size_t>(std::distance(begin(entries), end(entries)));
  }

  std::filesystem::path folder_ =
      std::filesystem::temp_directory_path() / ("thresher-files-" + std::to_string(getpid()));
  mpi::Communicator self_ = mpi::Communicator::self();
  std::string output_ = folder_ / "a.h5";
};

std::vector<std::byte> bytes_of(char letter) {
  return std::vector<std::byte>(3, static_cast<std::byte>(letter));
}

TEST_F(TrialFilesTest, StatesOfStagesAreKeptApartAndForgottenTogether) {
  TrialPlace const data{"data", 5};
  TrialPlace const point{"point", 5};
  TrialFiles files(output_, 0, self_);
  files.keep(data, bytes_of('a'));
  files.keep(point, bytes_of('b'));
  files.keep(point, bytes_of('c'));
  EXPECT_EQ(states(), 2u);
  TrialFiles later(output_, 1, self_);
  EXPECT_EQ(later.restore(data), bytes_of('a'));
  EXPECT_EQ(later.restore(point), bytes_of('c'));
  EXPECT_EQ(later.restore({"data", 6}), std::nullopt);
  later.forget();
  EXPECT_EQ(states(), 0u);
  EXPECT_EQ(later.restore(data), std::nullopt);
}

TEST_F(TrialFilesTest, SaysWhetherAStateMoved) {
  TrialPlace const place{"point", 0};
  TrialFiles files(output_, 0, self_);
  EXPECT_TRUE(files.keep(place, bytes_of('a')));
  EXPECT_FALSE(files.keep(place, bytes_of('a')));
  EXPECT_TRUE(files.keep(place, bytes_of('b')));
}

TEST_F(TrialFilesTest, TheEndOfAStudyLeavesOnlyWhatIsNotOurs) {
  TrialFiles files(output_, 0, self_);
  files.keep({"point", 0}, bytes_of('a'));
  files.keep({"point", 1}, bytes_of('b'));
  std::ofstream(folder_ / "a.h5.state" / "notes.txt") << "the user's";
  forget_all_states(output_);
  EXPECT_EQ(states(), 1u);
  std::filesystem::remove(folder_ / "a.h5.state" / "notes.txt");
  forget_all_states(output_);
  EXPECT_FALSE(std::filesystem::exists(folder_ / "a.h5.state"));
  forget_all_states(output_);  // nothing to do
}

TEST_F(TrialFilesTest, ADamagedStateIsNone) {
  TrialPlace const place{"point", 0};
  TrialFiles files(output_, 0, self_);
  files.keep(place, bytes_of('a'));
  for (auto const& entry : std::filesystem::directory_iterator(folder_ / "a.h5.state"))
    std::filesystem::resize_file(entry.path(), std::filesystem::file_size(entry.path()) - 1);
  EXPECT_EQ(files.restore(place), std::nullopt);
}

}  // namespace
}  // namespace thresher::results
