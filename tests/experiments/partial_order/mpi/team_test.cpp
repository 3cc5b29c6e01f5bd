#include "../trial.hpp"

#include <gtest/gtest.h>

#include <bit>
#include <cmath>
#include <cstdint>

namespace thresher::partial_order {
namespace {

constexpr double Metrics::*kCompared[] = {&Metrics::closure_f1,
                                          &Metrics::cover_f1,
                                          &Metrics::pair_error,
                                          &Metrics::edge_brier,
                                          &Metrics::edge_ece,
                                          &Metrics::edge_auc,
                                          &Metrics::heldout_loglik,
                                          &Metrics::heldout_excess,
                                          &Metrics::feasible_recall,
                                          &Metrics::infeasible_detect,
                                          &Metrics::accept_rate,
                                          &Metrics::rhat,
                                          &Metrics::ess,
                                          &Metrics::elbo,
                                          &Metrics::log_posterior,
                                          &Metrics::beta_hat,
                                          &Metrics::ip_cov,
                                          &Metrics::pair_coverage,
                                          &Metrics::relaxation_gap,
                                          &Metrics::soft_hard_max,
                                          &Metrics::pred_search_exact,
                                          &Metrics::evaluations,
                                          &Metrics::fidelity_mae,
                                          &Metrics::threshold_chosen};

/// Trials on the whole world against the same trials on each rank alone.
class PosetTeamTest : public ::testing::Test {
 protected:
  void expect_same_bits(Parameters const& point) {
    study::Team together(world_);
    study::Team alone(self_);
    auto const team = trials::run_trial(experiment(), point, together, 0);
    auto const single = trials::run_trial(experiment(), point, alone, 0);
    if (world_.rank() != 0) return;
    for (auto member : kCompared)
      EXPECT_EQ(std::bit_cast<std::uint64_t>(team.*member), std::bit_cast<std::uint64_t>(single.*member))
          << team.*member << " and " << single.*member << " of " << method_of(point);
  }
  static std::string method_of(Parameters const& point) {
    return std::to_string(static_cast<int>(point.method));
  }
  mpi::Communicator world_ = mpi::Communicator::duplicate(MPI_COMM_WORLD);
  mpi::Communicator self_ = mpi::Communicator::self();
};

/// Every method, briefly.
Parameters brief(MethodKind method) {
  auto point = small_point(method);
  point.n_sequences = 40;
  point.max_iter = 20;
  point.restarts = 2;
  point.start_iter = 5;
  point.chains = 3;
  point.warmup = 15;
  point.samples = 20;
  point.vi_iter = 25;
  point.vi_samples = 4;
  point.vi_fixed_draws = 5;
  point.posterior_samples = 40;
  point.n_test = 20;
  return point;
}

TEST_F(PosetTeamTest, EveryMethodHasTheSameBits) {
  for (auto const method :
       {MethodKind::map, MethodKind::relaxed_mcmc, MethodKind::hybrid_mcmc, MethodKind::hard_mcmc,
        MethodKind::fr_vi, MethodKind::mf_vi, MethodKind::mf_vi_saa, MethodKind::exact,
        MethodKind::intersection, MethodKind::threshold, MethodKind::threshold_ml, MethodKind::poset_search,
        MethodKind::plackett_luce, MethodKind::oracle}) {
    auto point = brief(method);
    point.fidelity = true;
    expect_same_bits(point);
  }
}

TEST_F(PosetTeamTest, PartialListsHaveTheSameBits) {
  auto point = brief(MethodKind::map);
  point.n_items = 70;
  point.list_length = 9;
  point.n_sequences = 60;
  point.polish = true;
  expect_same_bits(point);  // pairs of each list
  point.n_sequences = 300;
  point.infer_hyper = true;
  point.polish = false;
  expect_same_bits(point);  // tables of all pairs
}

TEST_F(PosetTeamTest, WideSumsHaveTheSameBits) {
  // More than 1024 coordinates: their sums go in shares.
  auto point = brief(MethodKind::map);
  point.n_items = 600;
  point.list_length = 12;
  point.n_sequences = 200;
  point.max_iter = 5;
  expect_same_bits(point);
  point.method = MethodKind::mf_vi;
  expect_same_bits(point);
}

TEST_F(PosetTeamTest, OrdersAreTheSameForEveryPoset) {
  for (auto const poset : {Poset::chain, Poset::antichain, Poset::forest, Poset::layered, Poset::crown}) {
    auto point = brief(MethodKind::threshold_ml);
    point.poset = poset;
    point.n_items = 12;
    expect_same_bits(point);
  }
  auto point = brief(MethodKind::poset_search);
  point.generator = Generator::queue_jump;
  expect_same_bits(point);
}

}  // namespace
}  // namespace thresher::partial_order
