#include "experiments/entropy_coupling/predictions.hpp"
#include "trial.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <functional>
#include <vector>

// Means over trials against reference values from an independent implementation, within four standard errors
// (of both).

namespace thresher::entropy_coupling {
namespace {

using testing::run_trial;
using testing::Sample;

struct Expected {
  double Metrics::*metric;
  double mean;
  double standard_error;
};

class References : public ::testing::Test {
 protected:
  std::vector<Sample> sample(Parameters const& point, int trials,
                             std::vector<double Metrics::*> const& metrics) {
    std::vector<Sample> samples(metrics.size());
    for (int trial = 0; trial < trials; ++trial) {
      auto const measured = run_trial(experiment_, {point}, team_, trial).front();
      for (std::size_t s = 0; s < metrics.size(); ++s) samples[s].add(measured.*metrics[s]);
    }
    return samples;
  }
  void expect(Parameters const& point, int trials, std::vector<Expected> const& expected) {
    std::vector<double Metrics::*> metrics;
    for (auto const& e : expected) metrics.push_back(e.metric);
    auto const samples = sample(point, trials, metrics);
    for (std::size_t s = 0; s < expected.size(); ++s) {
      double const spread = std::hypot(samples[s].standard_error(), expected[s].standard_error);
      EXPECT_NEAR(samples[s].mean(), expected[s].mean, 4 * spread + 1e-12) << "metric " << s;
    }
  }
  static Parameters point(std::int64_t n, double bias, std::int64_t m, Estimator estimator) {
    Parameters point;
    point.n = n;
    point.q_bias = bias;
    point.m = m;
    point.estimator = estimator;
    return point;
  }

  Experiment experiment_;
  mpi::Communicator alone_ = mpi::Communicator::self();
  study::Team team_{alone_};
};

TEST_F(References, OfIndependentObservations) {
  auto at = point(64, .3, 9, Estimator::independent);
  at.m_cap = 9;
  expect(at, 400,
         {{&Metrics::h_bits, .28885, .00166},
          {&Metrics::zero, 0, 0},
          {&Metrics::tv_extract, .07753, .00056},
          {&Metrics::bayes_error, .09491, .00061},
          {&Metrics::impure_cells, 52.18, .14},
          {&Metrics::boundaries, 63, 0}});
}

TEST_F(References, OfTheJointGreedyCoupling) {
  expect(point(64, .3, 6, Estimator::joint_mec), 200,
         {{&Metrics::h_bits, 4.5318, .0067},
          {&Metrics::bayes_error, .8966, .0013},
          {&Metrics::impure_cells, 2, 0}});
}

TEST_F(References, OfTheListGreedyCoupling) {
  expect(point(64, .3, 6, Estimator::list_greedy), 200,
         {{&Metrics::h_bits, .2790, .0050},
          {&Metrics::h_info_bits, .1299, .0060},
          {&Metrics::h_lb_bits, .1325, .0058},
          {&Metrics::impure_mass, .3311, .0056},
          {&Metrics::boundaries, 16.32, .12},
          {&Metrics::m_lb, 6.975, .011},
          {&Metrics::m_ub, 26.31, .26}});
}

TEST_F(References, OfTheOracle) {
  expect(point(3, .3, 2, Estimator::exact), 400,
         {{&Metrics::h_bits, .0747, .0029}, {&Metrics::h_lb_bits, .0057, .0014}, {&Metrics::zero, 0, 0}});
}

TEST_F(References, OfLargeAlphabets) {
  auto greedy = point(16384, .3, 8, Estimator::list_greedy);
  for (int trial = 0; trial < 3; ++trial) {
    auto const measured = run_trial(experiment_, {greedy}, team_, trial).front();
    EXPECT_EQ(measured.m_vol, 16);
    EXPECT_NEAR(measured.m_zero, 19, 1);
    auto book = greedy;
    book.estimator = Estimator::codebook;
    EXPECT_EQ(run_trial(experiment_, {book}, team_, trial).front().m_zero, 16);
  }
  greedy.n = 131072;
  auto const measured = run_trial(experiment_, {greedy}, team_, 0).front();
  EXPECT_EQ(measured.m_vol, 20);
  EXPECT_NEAR(measured.m_zero, 24, 1);
}

TEST_F(References, OfTheIntervalAlgorithmAreItsTheory) {
  struct Case {
    std::int64_t n;
    double bias;
    std::int64_t m;
  };
  for (auto const& [n, bias, m] : {Case{64, .3, 6}, Case{64, .3, 12}, Case{256, .1, 10}, Case{20, .5, 5}}) {
    auto at = point(n, bias, m, Estimator::independent);
    at.m_cap = m;
    auto const samples = sample(at, 400, {&Metrics::h_bits});
    Predictions predicted;
    predict_interval_entropy(at, predicted);
    EXPECT_NEAR(samples[0].mean(), predicted.h_ind_mean_bits, 4 * samples[0].standard_error());
  }
}

TEST_F(References, OfTwoSymbolsAreTheirTheory) {
  for (double const bias : {.05, .1})
    for (std::int64_t const m : {1, 2, 3, 4, 7}) {
      auto const at = point(2, bias, m, Estimator::list_greedy);
      Predictions predicted;
      predict_two_symbols(at, predicted);
      Sample zero;
      Sample bits;
      constexpr int kTrials = 1000;
      for (int trial = 0; trial < kTrials; ++trial) {
        auto const measured = run_trial(experiment_, {at}, team_, trial).front();
        zero.add(measured.zero);
        bits.add(measured.h_bits);
        if (m >= 2 && measured.zero == 0) {
          EXPECT_EQ(measured.gap_bits, 0);  // greedy is optimal, and certified so
        }
      }
      double const probability = predicted.zero_prob_exact2;
      EXPECT_NEAR(zero.mean(), probability, 4 * std::sqrt(probability * (1 - probability) / kTrials));
      EXPECT_NEAR(bits.mean(), predicted.h_exact2_mean_bits, 4 * bits.standard_error());
    }
}

TEST_F(References, SayThatThreeGenericSymbolsNeedMoreThanTwoBits) {
  auto at = point(3, .5, 2, Estimator::exact);
  for (int trial = 0; trial < 300; ++trial)
    EXPECT_EQ(run_trial(experiment_, {at}, team_, trial).front().zero, 0);
}

TEST_F(References, SettleMostCodebooksAtTheGenericBound) {
  Sample excess;
  for (double const bias : {.3, .5})
    for (int trial = 0; trial < 15; ++trial)
      excess.add(run_trial(experiment_, {point(256, bias, 8, Estimator::codebook)}, team_, trial)
                     .front()
                     .m_excess_gen);
  EXPECT_EQ(excess.count(), 30);
  EXPECT_LE(excess.mean(), .1);
}

TEST_F(References, ServeEveryNumberOfObservationsFromOneSearch) {
  for (auto const estimator : {Estimator::list_greedy, Estimator::independent, Estimator::tie_break,
                               Estimator::codebook, Estimator::joint_mec}) {
    std::vector<Parameters> points;
    for (std::int64_t const m : {1, 3, 5, 8, 12}) points.push_back(point(64, .3, m, estimator));
    for (auto& p : points) p.dep_last = 2;
    auto const together = run_trial(experiment_, points, team_, 5);
    for (std::size_t p = 0; p < points.size(); ++p) {
      auto const apart = run_trial(experiment_, {points[p]}, team_, 5).front();
      auto const same = [](double a, double b) { return a == b || (std::isnan(a) && std::isnan(b)); };
      EXPECT_TRUE(same(together[p].h_bits, apart.h_bits));
      EXPECT_TRUE(same(together[p].tv_extract, apart.tv_extract));
      EXPECT_TRUE(same(together[p].bayes_error, apart.bayes_error));
      EXPECT_TRUE(same(together[p].m_zero, apart.m_zero));
    }
  }
}

TEST_F(References, KeepTheLawsWhenOnlyTheirNumberGrows) {
  auto at = point(50, .3, 3, Estimator::list_greedy);
  at.q_kind = ObservationLaw::dirichlet;
  at.k = 3;
  at.q_hetero = true;
  at.m_cap = 4;
  auto const few = run_trial(experiment_, {at}, team_, 1).front();
  at.m_cap = 100;
  auto const many = run_trial(experiment_, {at}, team_, 1).front();
  EXPECT_EQ(few.h_bits, many.h_bits);
  EXPECT_EQ(few.h_q_sum_bits, many.h_q_sum_bits);
  EXPECT_TRUE(std::isnan(few.m_zero) || few.m_zero == many.m_zero);
}

TEST_F(References, RepresentSamplesBySeveralPriors) {
  for (std::int64_t const k : {2, 8, 64}) {
    auto at = point(10000, .3, 2, Estimator::list_greedy);
    at.p_kind = SymbolLaw::zipf;
    at.p_samples = 1024;
    at.q_kind = ObservationLaw::uniform;
    at.k = k;
    for (int trial = 0; trial < 3; ++trial) {
      auto const measured = run_trial(experiment_, {at}, team_, trial).front();
      auto const least = static_cast<double>(digits(static_cast<std::int64_t>(measured.n_eff), k));
      EXPECT_GE(measured.m_zero, least);
      EXPECT_LE(measured.m_zero, least + (k == 2 ? 2 : 1));
    }
  }
}

}  // namespace
}  // namespace thresher::entropy_coupling
