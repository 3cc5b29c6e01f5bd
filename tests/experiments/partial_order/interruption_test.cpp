#include "trial.hpp"

#include <gtest/gtest.h>

#include <bit>
#include <cstdint>

namespace thresher::partial_order {
namespace {

/// A point that is priced as hours of climbs, which end early, so that its work is kept.
Parameters long_point(MethodKind method) {
  auto point = small_point(method);
  point.max_iter = 1'000'000'000;
  point.start_iter = 1'000'000'000;
  point.restarts = 3;
  point.chains = 2;
  point.warmup = 20;
  point.samples = 30;
  point.vi_iter = 40;
  point.n_test = 20;
  return point;
}

void expect_same_bits(Metrics const& one, Metrics const& other, char const* what) {
  for (auto const member :
       {&Metrics::closure_f1, &Metrics::edge_brier, &Metrics::heldout_loglik, &Metrics::accept_rate,
        &Metrics::rhat, &Metrics::ess, &Metrics::elbo, &Metrics::log_posterior, &Metrics::evaluations})
    EXPECT_EQ(std::bit_cast<std::uint64_t>(one.*member), std::bit_cast<std::uint64_t>(other.*member))
        << what << ": " << one.*member << " and " << other.*member;
}

// Cut again and again, a trial goes on from what it left, to the same bits as in one piece.
TEST(PosetInterruption, LongWorkGoesOnToTheSameBits) {
  auto const self = mpi::Communicator::self();
  for (auto const method : {MethodKind::relaxed_mcmc, MethodKind::hybrid_mcmc, MethodKind::fr_vi,
                            MethodKind::mf_vi, MethodKind::map}) {
    auto const point = long_point(method);
    study::Team whole(self);
    auto const expected = trials::run_trial(experiment(), point, whole, 0);

    trials::MemoryServices services;
    study::Team cut(self);
    cut.set_services(&services);
    int cuts = 0;
    for (bool done = false; !done;) {
      // Long enough for a stage of a climb, which is not cut.
      services.stop_after(60 + 10 * cuts);
      try {
        expect_same_bits(trials::run_trial(experiment(), point, cut, 0), expected, "after cuts");
        done = true;
      } catch (study::Interrupted const&) {
        ++cuts;
        ASSERT_LT(cuts, 200);
      }
    }
    EXPECT_GT(cuts, 1) << static_cast<int>(method);
    EXPECT_TRUE(services.kept.has_value());
  }
}

}  // namespace
}  // namespace thresher::partial_order
