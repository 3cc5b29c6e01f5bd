#include "results/journal.hpp"

#include <gtest/gtest.h>

#include <cstdio>
#include <filesystem>
#include <fstream>

namespace thresher::results {
namespace {

class JournalTest : public testing::Test {
 protected:
  JournalTest() : path_(testing::TempDir() + "thresher_journal_" + std::to_string(getpid())) {}
  ~JournalTest() override { std::remove(path_.c_str()); }

  static Record record(std::uint32_t point, std::int64_t trial) {
    return {.point = point,
            .trial = trial,
            .status = Status::ok,
            .seconds = 0.5,
            .values = {1.5, 2.5},
            .reason = "",
            .artifacts = {{"a", {2}, {3, 4}, ""}}};
  }
  static std::vector<std::byte> entries_of(std::vector<Record> const& records) {
    RecordEntries entries;
    for (auto const& record : records) entries.add(record);
    return entries.take();
  }
  std::string path_;
};

TEST_F(JournalTest, GivesBackWhatWasWritten) {
  {
    Journal journal(
        path_,
        {.toml = "p = 1\n", .experiment = "e", .records = {}, .in_flight = {}, .strikes = {{{7, 1}, 2}}});
    journal.append(std::vector{Unit{3, {0, 1}}});
    journal.append(entries_of({record(0, 3)}));
    journal.sync();
  }
  auto const contents = Journal::read(path_);
  EXPECT_EQ(contents.experiment, "e");
  EXPECT_EQ(contents.toml, "p = 1\n");
  ASSERT_EQ(contents.records.size(), 1u);
  EXPECT_EQ(contents.records[0].values, (std::vector<double>{1.5, 2.5}));
  EXPECT_EQ(contents.records[0].artifacts[0].values, (std::vector<double>{3, 4}));
  ASSERT_EQ(contents.in_flight.size(), 1u);
  EXPECT_EQ(contents.in_flight[0].points, (std::vector<std::uint32_t>{1}));
  EXPECT_EQ(contents.strikes.at({7, 1}), 2);
}

TEST_F(JournalTest, VisitsRecordsInEntriesAsTheyWereAdded) {
  auto failed = record(2, 8);
  failed.status = Status::failed;
  failed.reason = "why";
  failed.values.clear();
  failed.artifacts.clear();
  std::vector<Record> visited;
  for_each_record(entries_of({record(0, 3), failed, record(1, 4)}),
                  [&](Record const& one) { visited.push_back(one); });
  ASSERT_EQ(visited.size(), 3u);
  EXPECT_EQ(visited[1].point, 2u);
  EXPECT_EQ(visited[1].trial, 8);
  EXPECT_EQ(visited[1].status, Status::failed);
  EXPECT_EQ(visited[1].reason, "why");
  EXPECT_TRUE(visited[1].values.empty());
  EXPECT_TRUE(visited[1].artifacts.empty());
  EXPECT_EQ(visited[2].trial, 4);
  EXPECT_EQ(visited[2].reason, "");
  EXPECT_EQ(visited[2].values, record(1, 4).values);
  EXPECT_EQ(visited[2].artifacts.at(0).values, (std::vector<double>{3, 4}));
}

TEST_F(JournalTest, KnowsWhetherTheRunWasToEnd) {
  JournalContents contents{
      .toml = "", .experiment = "e", .records = {}, .in_flight = {{3, {0}}}, .strikes = {}};
  {
    Journal journal(path_, contents);
    EXPECT_FALSE(Journal::read(path_).ended_on_demand);
    journal.append_end_on_demand();
    EXPECT_TRUE(Journal::read(path_).ended_on_demand);
    EXPECT_EQ(Journal::read(path_).in_flight.size(), 1u);
  }
  contents.ended_on_demand = true;
  Journal const again(path_, contents);
  EXPECT_TRUE(Journal::read(path_).ended_on_demand);
}

TEST_F(JournalTest, IsAsPrivateAsTheFileThatItBelongsTo) {
  auto const file = path_ + ".h5";
  std::ofstream(file) << "x";
  std::filesystem::permissions(file, std::filesystem::perms{0600});
  JournalContents const contents{
      .toml = "", .experiment = "e", .records = {}, .in_flight = {}, .strikes = {}};
  Journal const journal(path_, contents, file);
  EXPECT_EQ(std::filesystem::status(path_).permissions(), std::filesystem::perms{0600});
  std::remove(file.c_str());
}

TEST_F(JournalTest, EveryCutAndFlipLosesOnlyTheTail) {
  {
    Journal journal(path_,
                    {.toml = "p = 1\n", .experiment = "e", .records = {}, .in_flight = {}, .strikes = {}});
    for (int t = 0; t < 5; ++t) journal.append(entries_of({record(0, t)}));
  }
  std::ifstream file(path_, std::ios::binary);
  std::string const whole{std::istreambuf_iterator<char>(file), {}};
  for (std::size_t at = 0; at < whole.size(); ++at)
    for (int cut = 0; cut < 2; ++cut) {
      auto damaged = cut == 1 ? whole.substr(0, at) : whole;
      if (cut == 0) damaged[at] = static_cast<char>(damaged[at] ^ 4);
      std::ofstream(path_, std::ios::binary | std::ios::trunc) << damaged;
      try {
        auto const contents = Journal::read(path_);
        for (std::size_t k = 0; k < contents.records.size(); ++k) {
          EXPECT_EQ(contents.records[k].trial, static_cast<std::int64_t>(k));
          EXPECT_EQ(contents.records[k].values, (std::vector<double>{1.5, 2.5}));
        }
      } catch (std::runtime_error const&) {
        EXPECT_LT(at, 8u) << "only the first bytes say whether it is a journal";
      }
    }
}

}  // namespace
}  // namespace thresher::results
