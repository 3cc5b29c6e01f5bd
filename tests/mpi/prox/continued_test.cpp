#include "../../unit/prox/problems.hpp"
#include "prox/fista_lasso.hpp"
#include "prox/working_set.hpp"

#include <gtest/gtest.h>

#include <memory>
#include <vector>

namespace {

using namespace thresher;
using thresher::testing::random_regression;

void expect_same_bits(prox::LassoSolution const& found, prox::LassoSolution const& expected) {
  EXPECT_EQ(found.coefficients.indices, expected.coefficients.indices);
  EXPECT_EQ(found.coefficients.values, expected.coefficients.values);
  EXPECT_EQ(found.residual, expected.residual);
  EXPECT_EQ(found.relative_gap, expected.relative_gap);
  EXPECT_EQ(found.iterations, expected.iterations);
  EXPECT_EQ(found.full_passes, expected.full_passes);
  EXPECT_EQ(found.polished, expected.polished);
  EXPECT_EQ(found.converged, expected.converged);
}

/// A solve that is cut after every few passes, its solver thrown away and made again from the state it left,
/// has the bits of one that is not.
class Continued : public ::testing::Test {
 protected:
  mpi::Communicator world = mpi::Communicator::duplicate(MPI_COMM_WORLD);
  thresher::testing::Regression const regression = random_regression(120, 400, 40, 0.5, 46);
  prox::DenseDesign design = regression.design(world);
  int cuts = 0;

  /// Options that end a solve at the `passes`-th question.
  static prox::LassoOptions cut_after(int passes) {
    prox::LassoOptions options;
    options.stopping = [asked = 0, passes](double) mutable { return ++asked >= passes; };
    return options;
  }
};

class ContinuedWorkingSets : public Continued, public ::testing::WithParamInterface<std::int64_t> {};
/// Gram matrices on one rank, and spread over the team.
INSTANTIATE_TEST_SUITE_P(Gram, ContinuedWorkingSets, ::testing::Values(100000, 80));

TEST_P(ContinuedWorkingSets, AlongAPath) {
  // Long steps down and up: along short ones one pass is enough, and a solve of one pass has no place to be
  // cut.
  std::vector<double> const lambdas{0.5, 0.1, 0.3, 0.06, 0.2, 0.05, 0.15, 0.07};
  prox::LassoOptions options;
  options.largest_local_gram = GetParam();
  auto cut_options = cut_after(1);
  cut_options.largest_local_gram = GetParam();
  prox::WorkingSet whole(design, regression.b, options);
  auto cut = std::make_unique<prox::WorkingSet>(design, regression.b, cut_options);
  for (double const lambda : lambdas) {
    auto const expected = whole.solve(lambda);
    auto found = cut->solve(lambda);
    while (!cut->done()) {
      ++cuts;
      bytes::Writer writer;
      cut->save(writer);
      auto const bytes = writer.take();
      bytes::Reader reader(bytes);
      cut = std::make_unique<prox::WorkingSet>(design, regression.b, cut_options);
      cut->load(reader);
      found = cut->finish();
    }
    expect_same_bits(found, expected);
  }
  EXPECT_GE(cuts, 4);
  std::vector<std::int64_t> const excluded{1, 2, 399};
  EXPECT_EQ(cut->largest_correlation_outside(excluded), whole.largest_correlation_outside(excluded));
}

TEST_F(Continued, Fista) {
  double const lambda = 0.05;
  auto const columns = design.local_columns().size();
  auto const expected = prox::FistaLasso(world, columns, "test_").solve(design, regression.b, lambda, {});
  prox::FistaLasso solver(world, columns, "test_");
  auto found = solver.solve(design, regression.b, lambda, cut_after(2));
  while (!found.converged) {
    ASSERT_LT(++cuts, 1000);
    bytes::Writer writer;
    solver.save(writer);
    auto const bytes = writer.take();
    bytes::Reader reader(bytes);
    solver = prox::FistaLasso(world, columns, "test_");
    found = solver.finish(design, regression.b, lambda, cut_after(2), reader);
  }
  EXPECT_GT(cuts, 1);
  expect_same_bits(found, expected);
}

}  // namespace
