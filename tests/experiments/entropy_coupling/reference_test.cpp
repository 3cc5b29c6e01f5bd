#include "../trials.hpp"
#include "experiments/entropy_coupling/experiment.hpp"
#include "experiments/entropy_coupling/theory/predictions.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <functional>
#include <vector>

// Means over trials against reference values from an independent implementation, within four standard errors
// (of both).

namespace thresher::entropy_coupling {
namespace {

using trials::Mean;
using trials::mean_of;
using trials::run_together;
using trials::run_trial;

struct Expected {
  double Metrics::*metric;
  double mean;
  double standard_error;
};

class References : public ::testing::Test {
 protected:
  std::vector<Metrics> sample(Parameters const& point, int count) {
    std::vector<Metrics> all;
    for (int trial = 0; trial < count; ++trial) all.push_back(run_trial(experiment_, point, team_, trial));
    return all;
  }
  static Mean mean_over(std::vector<Metrics> const& sample, double Metrics::*metric) {
    std::vector<double> values;
    for (auto const& measured : sample) values.push_back(measured.*metric);
    return mean_of(values);
  }
  void expect(Parameters const& point, int count, std::vector<Expected> const& expected) {
    auto const measured = sample(point, count);
    for (std::size_t k = 0; k < expected.size(); ++k) {
      auto const mean = mean_over(measured, expected[k].metric);
      double const spread = std::hypot(mean.error, expected[k].standard_error);
      EXPECT_NEAR(mean.value, expected[k].mean, 4 * spread + 1e-12) << "metric " << k;
    }
  }
  static Parameters point(std::int64_t n, double bias, std::int64_t m, Estimator estimator) {
    Parameters point{.n = n, .q_bias = bias, .estimator = estimator, .m = m};
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
    auto const measured = run_trial(experiment_, greedy, team_, trial);
    EXPECT_EQ(measured.m_vol, 16);
    EXPECT_NEAR(measured.m_zero, 19, 1);
    auto book = greedy;
    book.estimator = Estimator::codebook;
    EXPECT_EQ(run_trial(experiment_, book, team_, trial).m_zero, 16);
  }
  greedy.n = 131072;
  auto const measured = run_trial(experiment_, greedy, team_, 0);
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
    auto const mean = mean_over(sample(at, 400), &Metrics::h_bits);
    Predictions predicted;
    predict_interval_entropy(at, predicted);
    EXPECT_NEAR(mean.value, predicted.h_ind_mean_bits, 4 * mean.error);
  }
}

TEST_F(References, OfTwoSymbolsAreTheirTheory) {
  for (double const bias : {.05, .1})
    for (std::int64_t const m : {1, 2, 3, 4, 7}) {
      auto const at = point(2, bias, m, Estimator::list_greedy);
      Predictions predicted;
      predict_two_symbols(at, predicted);
      constexpr int kTrials = 1000;
      auto const measured = sample(at, kTrials);
      for (auto const& each : measured)
        if (m >= 2 && each.zero == 0) {
          EXPECT_EQ(each.gap_bits, 0);  // greedy is optimal, and certified so
        }
      double const probability = predicted.zero_prob_exact2;
      EXPECT_NEAR(mean_over(measured, &Metrics::zero).value, probability,
                  4 * std::sqrt(probability * (1 - probability) / kTrials));
      auto const bits = mean_over(measured, &Metrics::h_bits);
      EXPECT_NEAR(bits.value, predicted.h_exact2_mean_bits, 4 * bits.error);
    }
}

TEST_F(References, SayThatThreeGenericSymbolsNeedMoreThanTwoBits) {
  auto at = point(3, .5, 2, Estimator::exact);
  for (int trial = 0; trial < 300; ++trial) EXPECT_EQ(run_trial(experiment_, at, team_, trial).zero, 0);
}

TEST_F(References, SettleMostCodebooksAtTheGenericBound) {
  std::vector<double> excess;
  for (double const bias : {.3, .5})
    for (auto const& measured : sample(point(256, bias, 8, Estimator::codebook), 15)) {
      EXPECT_FALSE(std::isnan(measured.m_excess_gen));
      excess.push_back(measured.m_excess_gen);
    }
  EXPECT_LE(mean_of(excess).value, .1);
}

TEST_F(References, ServeEveryNumberOfObservationsFromOneSearch) {
  for (auto const estimator : {Estimator::list_greedy, Estimator::independent, Estimator::tie_break,
                               Estimator::codebook, Estimator::joint_mec}) {
    std::vector<Parameters> points;
    for (std::int64_t const m : {1, 3, 5, 8, 12}) points.push_back(point(64, .3, m, estimator));
    for (auto& p : points) p.dep_last = 2;
    auto const together = run_together(experiment_, points, team_, 5);
    for (std::size_t p = 0; p < points.size(); ++p) {
      auto const apart = run_trial(experiment_, points[p], team_, 5);
      auto const same = [](double a, double b) { return a == b || (std::isnan(a) && std::isnan(b)); };
      EXPECT_TRUE(same(together[p].metrics.h_bits, apart.h_bits));
      EXPECT_TRUE(same(together[p].metrics.tv_extract, apart.tv_extract));
      EXPECT_TRUE(same(together[p].metrics.bayes_error, apart.bayes_error));
      EXPECT_TRUE(same(together[p].metrics.m_zero, apart.m_zero));
    }
  }
}

TEST_F(References, KeepTheLawsWhenOnlyTheirNumberGrows) {
  auto at = point(50, .3, 3, Estimator::list_greedy);
  at.q_kind = ObservationLaw::dirichlet;
  at.k = 3;
  at.q_hetero = true;
  at.m_cap = 4;
  auto const few = run_trial(experiment_, at, team_, 1);
  at.m_cap = 100;
  auto const many = run_trial(experiment_, at, team_, 1);
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
      auto const measured = run_trial(experiment_, at, team_, trial);
      auto const least = static_cast<double>(digits(static_cast<std::int64_t>(measured.n_eff), k));
      EXPECT_GE(measured.m_zero, least);
      EXPECT_LE(measured.m_zero, least + (k == 2 ? 2 : 1));
    }
  }
}

}  // namespace
}  // namespace thresher::entropy_coupling
