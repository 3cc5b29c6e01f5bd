#include "results/integrity.hpp"

#include "../study/small_experiment.hpp"
#include "hdf5/attribute.hpp"
#include "hdf5/dataset.hpp"
#include "hdf5/file.hpp"
#include "results/result_file.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <cstring>
#include <fstream>
#include <functional>
#include <iterator>
#include <unistd.h>

namespace thresher::results {
namespace {

/// A study with failures, artifacts of trial 0 and one prediction, in a file.
class ResultFileTest : public testing::Test {
 protected:
  ~ResultFileTest() override {
    for (auto const* name : {"whole", "damaged", "again"}) std::remove(path(name).c_str());
  }

  static std::string path(std::string const& name) {
    return testing::TempDir() + "thresher_integrity_" + std::to_string(getpid()) + name;
  }

  static std::vector<Record> records(Study const& study) {
    std::vector<Record> all;
    for (std::uint32_t point = 0; point < study.grid().size(); ++point)
      for (std::int64_t trial = -1; trial < 4; ++trial) {
        bool const failed = trial == 3;
        Record record{.point = point,
                      .trial = trial,
                      .status = failed ? Status::failed : Status::ok,
                      .seconds = 0.5,
                      .values = std::vector<double>(trial < 0 ? 1 : 2, 0.25 + point),
                      .reason = failed ? "asked to fail" : "",
                      .artifacts = {}};
        if (trial == 0) record.artifacts.push_back({"fitted", {3}, {1.0 + point, 2, 3}, {}});
        all.push_back(std::move(record));
      }
    return all;
  }

  static Provenance provenance() { return {{{"runs", "once"}, {"version", "0"}}}; }

  /// Writes the file whose bytes are to be damaged.
  static std::string write(SmallStudy& small) {
    auto const all = records(small.study);
    for (auto const& record : all) small.ledger.enter(record);
    write_result_file(path("whole"), small.study, small.ledger, FreshTrials(small.ledger.survey(), all), {},
                      provenance());
    std::ifstream file(path("whole"), std::ios::binary);
    return {std::istreambuf_iterator<char>(file), {}};
  }

  static void collect(hdf5::Object const& group, std::string const& place,
                      std::map<std::string, std::vector<double>>& numbers) {
    for (auto const& name : hdf5::members(group)) {
      auto const member = hdf5::open_object(group, name);
      if (hdf5::is_number(member))
        numbers[place + name] = hdf5::read<double>(member);
      else if (H5Iget_type(member.get()) == H5I_GROUP)
        collect(member, place + name + "/", numbers);
    }
  }

  /// Every number of a file, by data set.
  static std::map<std::string, std::vector<double>> numbers_in(std::string const& name) {
    std::map<std::string, std::vector<double>> numbers;
    collect(hdf5::open_file(name), "", numbers);
    return numbers;
  }

  /// What a resumed run makes of the file "damaged": nothing when it refuses it, else every number that it
  /// writes.
  static std::optional<std::map<std::string, std::vector<double>>> resumed(SmallStudy& small) {
    Ledger ledger(small.study, survey(small.study, 4, 1e9, {}));
    try {
      auto const stored =
          std::make_shared<ResultReader const>(path("damaged"), small.experiment.description());
      stored->enter_into(ledger, small.study);
      write_result_file(path("again"), small.study, ledger, FreshTrials(ledger.survey()), {stored},
                        provenance());
    } catch (UserError const&) {
      return std::nullopt;
    }
    return numbers_in(path("again"));
  }

  static bool same(std::map<std::string, std::vector<double>> const& a,
                   std::map<std::string, std::vector<double>> const& b) {
    return std::ranges::equal(a, b, [](auto const& x, auto const& y) {
      return x.first == y.first && std::ranges::equal(x.second, y.second, [](double u, double v) {
               return u == v || (std::isnan(u) && std::isnan(v));
             });
    });
  }

  static void write_damaged(std::string const& bytes) {
    std::ofstream(path("damaged"), std::ios::binary) << bytes;
  }
};

TEST_F(ResultFileTest, IsTheSameWhenResumed) {
  for (auto const& inputs : {Texts{{"size", "1,2,3"}, {"trials", "5"}, {"artifacts", "first"}},
                             Texts{{"trials", "5"}, {"artifacts", "first"}}}) {
    SmallStudy small(inputs);
    write_damaged(write(small));
    auto const again = resumed(small);
    ASSERT_TRUE(again);
    EXPECT_TRUE(same(*again, numbers_in(path("whole"))));
    EXPECT_TRUE(again->contains("failures/failure"));
  }
}

/// HDF5's index of chunks has no checksum of its own, and what it does not find reads as missing.
TEST_F(ResultFileTest, AFlippedBitOfAnIndexIsRefusedOrHarmless) {
  SmallStudy small(Texts{{"size", "1,2,3"}, {"mean", "0,1"}, {"trials", "5"}, {"artifacts", "first"}});
  auto const whole = write(small);
  auto const good = numbers_in(path("whole"));
  int refused = 0;
  int indices = 0;
  for (auto at = whole.find("TREE\1"); at != std::string::npos; at = whole.find("TREE\1", at + 1), ++indices)
    // Entries begin after 24 bytes: size, mask and place of a chunk, then its address.
    for (std::size_t byte = 4 + static_cast<std::size_t>(indices % 12); byte < 100; byte += 12) {
      auto damaged = whole;
      damaged[at + byte] = static_cast<char>(damaged[at + byte] ^ (1 << (byte * 7 + at) % 8));
      write_damaged(damaged);
      auto const again = resumed(small);
      refused += again ? 0 : 1;
      EXPECT_TRUE(!again || same(*again, good)) << "byte " << byte << " of the index at " << at;
    }
  EXPECT_GT(indices, 20);
  EXPECT_GT(refused, indices);
}

TEST_F(ResultFileTest, AnotherNumberInPlaceOfAScalarIsRefused) {
  SmallStudy small(Texts{{"trials", "5"}, {"mean", "0.375"}});
  auto const whole = write(small);
  auto const replaced = [&](std::string const& name, auto value) {
    write_damaged(whole);
    {
      hdf5::Object const file(H5Fopen(path("damaged").c_str(), H5F_ACC_RDWR, H5P_DEFAULT), "file");
      hdf5::write_box<decltype(value)>(hdf5::open_dataset(file, name), {}, std::vector{value});
    }
    return !resumed(small);
  };
  EXPECT_FALSE(replaced("mean", 0.375));
  EXPECT_TRUE(replaced("mean", 0.5));
  EXPECT_TRUE(replaced("size", std::int64_t{5}));
  EXPECT_TRUE(replaced("theory/expected", 0.5));
  EXPECT_TRUE(replaced("summary/average_mean", 0.5));
  EXPECT_TRUE(replaced("summary/trials_ran", std::int64_t{5}));
  EXPECT_TRUE(replaced("team_size", std::int64_t{2}));
}

TEST_F(ResultFileTest, AnotherStudyTextIsRefused) {
  SmallStudy small(Texts{{"trials", "5"}});
  write_damaged(write(small));
  {
    hdf5::Object const file(H5Fopen(path("damaged").c_str(), H5F_ACC_RDWR, H5P_DEFAULT), "file");
    auto text = hdf5::text_attribute(file, "toml");
    text.replace(text.find("trials = 5"), 10, "trials = 7");
    hdf5::set_attribute(file, "toml", text);
  }
  EXPECT_FALSE(resumed(small));
}

TEST_F(ResultFileTest, WithoutFailuresThereIsNoTable) {
  SmallStudy small(Texts{{"trials", "1"}});
  write_damaged(write(small));
  EXPECT_FALSE(hdf5::exists(hdf5::open_file(path("damaged")), "failures"));
}

TEST_F(ResultFileTest, WithoutTrialsThereAreNoEmptyDataSets) {
  SmallStudy small(Texts{{"trials", "0"}, {"mean", "1,2"}});
  write_damaged(write(small));
  EXPECT_FALSE(hdf5::exists(hdf5::open_file(path("damaged")), "trial"));
  auto const again = resumed(small);
  ASSERT_TRUE(again);
  EXPECT_TRUE(same(*again, numbers_in(path("whole"))));
  EXPECT_EQ(again->at("theory/expected"), (std::vector<double>{0.25, 1.25}));
}

}  // namespace
}  // namespace thresher::results
