#include "experiments/partial_order/solvers/relaxed_posterior.hpp"

#include "latents.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <vector>

namespace thresher::partial_order {
namespace {

using testing::random_latents;
using testing::weighted_lists;

TEST(RelaxedPosterior, HasTheGradientOfCentralDifferences) {
  Parameters point;
  point.n_items = 6;
  point.latent_dim = 3;
  point.tau = 0.4;
  auto const lists = weighted_lists(6, 6, 15, 0, 43);
  auto const self = mpi::Communicator::self();
  for (bool const infers : {false, true}) {
    point.infer_hyper = infers;
    RelaxedPosterior posterior(self, lists, point);
    auto const start = random_latents(6, 3, 47).values;
    std::vector<double> x(start.begin(), start.end());
    if (infers) x.insert(x.end(), {0.4, -0.3, -2});
    ASSERT_EQ(x.size(), posterior.size());
    std::vector<double> gradient(x.size()), unused(x.size());
    posterior(x, point.tau, gradient);
    for (std::size_t c = 0; c < x.size(); ++c) {
      auto above = x, below = x;
      above[c] += 1e-5;
      below[c] -= 1e-5;
      double const slope = (posterior(above, point.tau, unused) - posterior(below, point.tau, unused)) / 2e-5;
      EXPECT_NEAR(gradient[c], slope, 1e-7 * std::max(1.0, std::abs(slope))) << c;
    }
  }
}

TEST(RelaxedPosterior, IsFlatWhereAHyperParameterIsClipped) {
  Parameters point;
  point.n_items = 4;
  point.infer_hyper = true;
  auto const lists = weighted_lists(4, 4, 3, 0, 53);
  auto const self = mpi::Communicator::self();
  RelaxedPosterior posterior(self, lists, point);
  std::vector<double> x = random_latents(4, 2, 59).values;
  x.insert(x.end(), {13, 0, -14});
  std::vector<double> gradient(x.size());
  double const value = posterior(x, 0.5, gradient);
  EXPECT_EQ(gradient[8], 0);
  EXPECT_EQ(gradient[10], 0);
  x[8] = 12;
  x[10] = -12;
  EXPECT_EQ(posterior(x, 0.5, gradient), value);
}

}  // namespace
}  // namespace thresher::partial_order
