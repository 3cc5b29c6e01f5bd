#include "results/result_store.hpp"

#include "../study/small_experiment.hpp"
#include "hdf5/dataset.hpp"
#include "hdf5/file.hpp"

#include <gtest/gtest.h>

#include <chrono>
#include <cstdlib>
#include <filesystem>
#include <string>
#include <thread>

namespace thresher::results {
namespace {

constexpr std::uint32_t kPoints = 600;

class ResultStoreTest : public testing::Test {
 protected:
  void SetUp() override { store_.begin({}, {}, {}); }
  ~ResultStoreTest() override { std::filesystem::remove_all(folder_); }

  static std::string new_folder() {
    char name[] = "/tmp/thresher-store-XXXXXX";
    return mkdtemp(name);
  }
  std::string output() const { return folder_ + "/a.h5"; }
  std::vector<Record> journal() const { return Journal::read(output() + ".journal").records; }
  std::vector<double> stored(std::string const& group, std::string const& name) const {
    return hdf5::read<double>(hdf5::open_dataset(hdf5::open_group(hdf5::open_file(output()), group), name));
  }

  void keep(Record record) {
    small_.ledger.enter(record);
    store_.hold(record);
    RecordEntries entries;
    entries.add(record);
    store_.append(entries.take());
  }

  std::string folder_ = new_folder();
  SmallStudy small_{Texts{{"mean", "0:1:599"}, {"trials", "2"}, {"checkpoint_interval", "0.05"}}};
  OutputLock lock_{output(), 10};
  ResultStore store_{output(), small_.study, small_.ledger, {{{"runs", "once"}, {"version", "0"}}}, lock_};
};

/// Predictions are in the ledger alone: a new journal must not lose those that the new file came too early
/// for.
TEST_F(ResultStoreTest, WhatComesWhileTheFileIsWrittenIsInTheNextJournal) {
  keep({.point = 0, .trial = 0, .values = {1.5, 0}});
  keep({.point = 0, .trial = trial_of_theory(0), .values = {2.5}});
  EXPECT_EQ(journal().size(), 2u);
  std::uint32_t point = 1;
  for (; point < kPoints; ++point) {
    std::this_thread::sleep_for(std::chrono::milliseconds(100));
    store_.tick();  // begins to write a file once that is due
    keep({.point = point, .trial = trial_of_theory(0), .values = {3.5 + point}});
    keep(Record::failed(small_.experiment.description(), point, trial_of_theory(1), "no luck"));
    store_.sync();
    if (journal().size() < 2 + 2 * point) break;  // not all that came: there is a new file
  }
  ASSERT_LT(point, kPoints) << "no file was written";
  auto const records = journal();
  ASSERT_EQ(records.size(), 2u);
  EXPECT_EQ(records[0].point, point);
  EXPECT_EQ(records[0].trial, trial_of_theory(0));
  EXPECT_EQ(records[0].status, Status::ok);
  EXPECT_EQ(records[0].values, std::vector<double>{3.5 + point});
  EXPECT_EQ(records[1].trial, trial_of_theory(1));
  EXPECT_EQ(records[1].status, Status::failed);
  EXPECT_EQ(records[1].reason, "no luck");
  EXPECT_EQ(stored("theory", "expected")[0], 2.5);
  EXPECT_EQ(stored("summary", "average_mean")[0], 1.5);
  EXPECT_TRUE(std::isnan(stored("theory", "expected")[point]));
  store_.finish({{{"runs", "once"}, {"version", "0"}}});
  EXPECT_EQ(stored("theory", "expected")[point], 3.5 + point);
  EXPECT_FALSE(std::filesystem::exists(output() + ".journal"));
}

TEST_F(ResultStoreTest, AFileIsWrittenForPredictionsAloneToo) {
  keep({.point = 3, .trial = trial_of_theory(0), .values = {2.5}});
  for (int k = 0; k < 1200 && !journal().empty(); ++k) {
    std::this_thread::sleep_for(std::chrono::milliseconds(50));
    store_.tick();
  }
  EXPECT_TRUE(journal().empty());
  EXPECT_EQ(stored("theory", "expected")[3], 2.5);
}

}  // namespace
}  // namespace thresher::results
