#include "experiments/hawkes_network/estimators/screening.hpp"

#include "../services.hpp"
#include "experiments/hawkes_network/estimators/candidate_list.hpp"
#include "streams.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <random>

namespace thresher::hawkes_network {
namespace {

class ScreeningTest : public ::testing::Test {
 protected:
  mpi::Communicator self_ = mpi::Communicator::self();
  study::Team team_{self_};
};

TEST_F(ScreeningTest, MatchesTheExampleWorkedByHand) {
  Parameters point;
  point.d = 3;
  point.t_obs = 10;
  point.screen_lags = 2;
  auto const streams = testing::streams_of(testing::small_example());
  Observation const observation(self_, streams, 10);
  auto const found = screen_pairs(point, observation, {.all_correlations = true}, team_);
  std::vector<double> const expected{0,           -0.86914809, 0.10686348, 1.82733502, 0,
                                     -1.04092891, 1.61827584,  0.95988719, 0};
  for (std::size_t k = 0; k < 9; ++k) EXPECT_NEAR(found.correlations[k], expected[k], 1e-8);
}

TEST_F(ScreeningTest, IntegerSumsAreThoseOfTheCounts) {
  std::mt19937_64 draw(4);
  for (std::int64_t const clip : {1, 2, 3, 4, 255})
    for (std::int64_t const n : {64, 100, 131, 640})
      for (int const lags : {1, 3, 70}) {
        if (n < lags + 1) continue;
        Bins const bins{1, n};
        std::vector<std::vector<double>> streams(5);
        std::vector<std::vector<std::int64_t>> counts(5,
                                                      std::vector<std::int64_t>(static_cast<std::size_t>(n)));
        BitPlanes planes(n, clip);
        std::vector<BinMoments> moments;
        for (std::size_t i = 0; i < 5; ++i) {
          for (std::int64_t k = 0; k < n + 3; ++k) {
            auto const count = static_cast<std::int64_t>(draw() % 5 == 0 ? draw() % 300 : draw() % 3);
            for (std::int64_t c = 0; c < count; ++c) streams[i].push_back(static_cast<double>(k) + 0.5);
            if (k < n) counts[i][static_cast<std::size_t>(k)] = std::min(count, clip);
          }
          auto const sums = planes.add(streams[i], bins);
          std::int64_t total = 0;
          std::int64_t squares = 0;
          for (auto const count : counts[i]) {
            total += count;
            squares += count * count;
          }
          EXPECT_EQ(sums.counts, total);
          EXPECT_EQ(sums.squares, squares);
          moments.push_back(moments_of(sums, n));
        }
        PairCorrelations correlations(
            {n, digits_for(clip), std::vector<double>(static_cast<std::size_t>(lags), 1.0)});
        auto const all = planes.data();
        auto const node_words = static_cast<std::size_t>(planes.node_words());
        // Rows 1..3 against columns 2..4: a tile that is not on the diagonal.
        correlations.set_rows(
            {std::span(all).subspan(node_words, 3 * node_words), std::span(moments).subspan(1, 3)});
        std::vector<double> sums;
        correlations.integer_sums(
            {std::span(all).subspan(2 * node_words, 3 * node_words), std::span(moments).subspan(2, 3)}, sums);
        for (std::size_t i = 0; i < 3; ++i)
          for (std::size_t lag = 1; lag <= static_cast<std::size_t>(lags); ++lag)
            for (std::size_t j = 0; j < 3; ++j) {
              std::int64_t sum = 0;
              for (std::size_t k = lag; k < static_cast<std::size_t>(n); ++k)
                sum += counts[i + 1][k] * counts[j + 2][k - lag];
              ASSERT_EQ(sums[(i * static_cast<std::size_t>(lags) + lag - 1) * 3 + j],
                        static_cast<double>(sum))
                  << "clip " << clip << ", n " << n << ", lag " << lag;
            }
      }
}

/// Noise on `nodes` nodes, with a copy of node 0 in node 1 half a bin later.
EventStreams noise_with_an_echo(std::int64_t nodes, double horizon) {
  std::mt19937_64 draw(11);
  std::exponential_distribution<double> gap(0.6);
  std::vector<std::vector<double>> streams(static_cast<std::size_t>(nodes));
  for (auto& stream : streams)
    for (double t = gap(draw); t < horizon; t += gap(draw)) stream.push_back(t);
  streams[1].clear();
  for (double const t : streams[0])
    if (t + 0.5 < horizon) streams[1].push_back(t + 0.5);
  return testing::streams_of(streams);
}

TEST_F(ScreeningTest, CandidatesAreTheLargestStatistics) {
  Parameters point;
  point.d = 150;
  point.t_obs = 500;
  point.screen_fp = 20;
  point.max_candidates = 7;
  auto const streams = noise_with_an_echo(point.d, point.t_obs);
  Observation const observation(self_, streams, point.t_obs);
  auto const found = screen_pairs(point, observation, {.candidates = true, .all_correlations = true}, team_);
  double const level = screening_level(point);
  for (std::int64_t i = 0; i < point.d; ++i) {
    std::vector<Candidate> expected;
    for (std::int64_t j = 0; j < point.d; ++j) {
      double const r = found.correlations[static_cast<std::size_t>(i * point.d + j)];
      if (r > level) expected.push_back({static_cast<std::int32_t>(j), r});
    }
    std::ranges::stable_sort(expected, std::greater<>(), &Candidate::correlation);
    if (expected.size() > 7) expected.resize(7);
    std::ranges::sort(expected, {}, &Candidate::source);
    auto const& got = found.candidates[static_cast<std::size_t>(i)];
    ASSERT_EQ(got.size(), expected.size());
    for (std::size_t k = 0; k < got.size(); ++k) EXPECT_EQ(got[k].source, expected[k].source);
  }
  EXPECT_EQ(found.candidates[1].size(), 7U);
  EXPECT_TRUE(std::ranges::any_of(found.candidates[1],
                                  [](auto const& c) { return c.source == 0 && c.correlation > 10; }));
}

TEST_F(ScreeningTest, GoesOnWhereItWasInterrupted) {
  Parameters point;
  point.d = 200;
  point.t_obs = 400;
  auto const streams = noise_with_an_echo(point.d, point.t_obs);
  Observation const observation(self_, streams, point.t_obs);
  ScreeningRequest const request{.candidates = true, .all_correlations = true};
  auto const whole = screen_pairs(point, observation, request, team_);
  trials::MemoryServices services;
  team_.set_services(&services);
  services.stop_after(2);
  EXPECT_THROW(screen_pairs(point, observation, request, team_), study::Interrupted);
  ASSERT_TRUE(services.kept);
  services.stop_at = -1;
  services.asked = 0;
  auto const continued = screen_pairs(point, observation, request, team_);
  EXPECT_EQ(continued.correlations, whole.correlations);
  for (std::size_t i = 0; i < whole.candidates.size(); ++i) {
    ASSERT_EQ(continued.candidates[i].size(), whole.candidates[i].size());
    for (std::size_t k = 0; k < whole.candidates[i].size(); ++k)
      EXPECT_EQ(continued.candidates[i][k].source, whole.candidates[i][k].source);
  }
}

TEST(CandidateList, KeepsTheSmallerSourceOfEquals) {
  CandidateList list;
  for (std::int32_t const source : {9, 3, 7, 1, 5}) list.offer({source, 2.0}, 3);
  auto const kept = list.take(3);
  ASSERT_EQ(kept.size(), 3U);
  EXPECT_EQ(kept[0].source, 1);
  EXPECT_EQ(kept[1].source, 3);
  EXPECT_EQ(kept[2].source, 5);
}

}  // namespace
}  // namespace thresher::hawkes_network
