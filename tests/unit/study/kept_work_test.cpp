#include "study/kept_work.hpp"

#include "../../experiments/services.hpp"
#include "mpi/communicator.hpp"

#include <gtest/gtest.h>

namespace thresher::study {
namespace {

class KeptWorkTest : public testing::Test {
 protected:
  KeptWorkTest() { team_.set_services(&services_); }

  /// Leaves `value` as an interrupted analysis does.
  void leave(KeptWork work, int value) {
    services_.stop_after(0);
    EXPECT_THROW(work.advance(0.5, [&](bytes::Writer& state) { state.put(value); }), Interrupted);
    services_.stop_at = -1;
  }

  mpi::Communicator comm_ = mpi::Communicator::self();
  Team team_{comm_};
  trials::MemoryServices services_;
};

TEST_F(KeptWorkTest, IsTakenUpUnderItsName) {
  leave({team_, Length::lengthy, "descent"}, 7);
  KeptWork again(team_, Length::lengthy, "descent");
  ASSERT_NE(again.left(), nullptr);
  EXPECT_EQ(again.left()->get<int>(), 7);
  again.forget_left();
  EXPECT_EQ(again.left(), nullptr);
  EXPECT_EQ(KeptWork(team_, Length::lengthy, "descent 2").left(), nullptr);
}

TEST_F(KeptWorkTest, OfABriefAnalysisIsNone) {
  leave({team_, Length::brief, "descent"}, 7);
  EXPECT_FALSE(services_.kept);
  leave({team_, Length::lengthy, "descent"}, 7);
  EXPECT_EQ(KeptWork(team_, Length::brief, "descent").left(), nullptr);
}

TEST_F(KeptWorkTest, IsLedByWhatComesFirst) {
  KeptWork work(team_, Length::lengthy, "two parts");
  work.lead_with([](bytes::Writer& state) { state.put(1); });
  work.keep([](bytes::Writer& state) { state.put(2); });
  KeptWork again(team_, Length::lengthy, "two parts");
  ASSERT_NE(again.left(), nullptr);
  EXPECT_EQ(again.left()->get<int>(), 1);
  EXPECT_EQ(again.left()->get<int>(), 2);
}

TEST_F(KeptWorkTest, TellsHowFarItIs) {
  KeptWork work(team_, Length::brief, "descent");
  work.advance(0.25, [](bytes::Writer&) { FAIL() << "nobody stops it"; });
  EXPECT_EQ(services_.parts, std::vector{0.25});
}

}  // namespace
}  // namespace thresher::study
