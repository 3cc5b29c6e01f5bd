#include "experiments/entropy_coupling/solvers/codebook_dual.hpp"
#include "experiments/entropy_coupling/solvers/codebook_newton.hpp"
#include "experiments/entropy_coupling/solvers/codebook_search.hpp"
#include "experiments/entropy_coupling/solvers/codewords.hpp"
#include "experiments/entropy_coupling/theory/bounds.hpp"
#include "experiments/entropy_coupling/theory/product_costs.hpp"
#include "linear_program.hpp"
#include "random_laws.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <set>
#include <vector>

namespace thresher::entropy_coupling {
namespace {

using testing::feasible;
using testing::law_of;
using testing::RandomLaws;

random::Stream stream(std::int64_t trial) {
  return {random::hash_identity("codebook test " + std::to_string(trial)), "codebook"};
}

struct Instance {
  Law law;
  std::vector<Law> observations;
  CodebookTry at;
  PackedCodes codes;
  std::vector<std::int32_t> owners;
  bool generic = true;  // laws without ties
};

Instance make_instance(RandomLaws& laws, std::int64_t number, std::int64_t n, std::int64_t k, std::int64_t m,
                       std::int64_t ratio) {
  bool const generic = laws.below(4) > 0;
  Instance instance{generic ? laws.generic_law(n) : laws.law(n), {}, {stream(number)},
                    PackedCodes(std::vector<std::int64_t>{}),    {}, generic};
  Law const observation = generic ? laws.generic_law(k) : laws.law(k);
  double cells = 1;
  for (std::int64_t i = 0; i < m; ++i) {
    instance.observations.push_back(observation);
    cells *= static_cast<double>(k);
  }
  instance.at.observations = static_cast<std::uint64_t>(m);
  instance.at.codewords = static_cast<std::uint64_t>(std::min(static_cast<double>(ratio * n), cells));
  instance.at.alphabet = static_cast<std::uint64_t>(k);
  instance.codes = cheapest_codewords(integer_costs(instance.observations), instance.at);
  if (instance.at.codewords >= instance.law.size()) instance.owners = deal_owners(instance.law, instance.at);
  return instance;
}

std::vector<std::int32_t> code_of(PackedCodes const& codes, std::size_t j, std::size_t m) {
  std::vector<std::int32_t> code;
  for (std::size_t i = 0; i < m; ++i) code.push_back(codes.value(j, i));
  return code;
}

TEST(Codewords, AreTheCheapestCellsAndDistinct) {
  RandomLaws laws(21);
  for (int round = 0; round < 200; ++round) {
    auto const k = 2 + laws.below(3);
    auto const m = 1 + laws.below(6);
    std::vector<Law> observations;
    bool const equal = laws.below(2) == 0;
    Law const common = laws.law(k);
    for (int i = 0; i < m; ++i) observations.push_back(equal ? common : laws.law(2 + laws.below(k)));
    auto const costs = integer_costs(observations);
    std::vector<Cost> all{0};
    std::uint64_t alphabet = 0;
    for (auto const& of_observation : costs) {
      std::vector<Cost> next;
      for (Cost const c : all)
        for (Cost const more : of_observation) next.push_back(c + more);
      all = next;
      alphabet = std::max<std::uint64_t>(alphabet, of_observation.size());
    }
    std::sort(all.begin(), all.end());
    auto const wanted = static_cast<std::uint64_t>(1 + laws.below(std::ssize(all)));
    CodebookTry const at{stream(round), static_cast<std::uint64_t>(m), 0, wanted, alphabet};
    auto const codes = cheapest_codewords(costs, at);
    ASSERT_EQ(codes.size(), wanted);
    std::set<std::vector<std::int32_t>> distinct;
    for (std::size_t j = 0; j < codes.size(); ++j) {
      auto const code = code_of(codes, j, observations.size());
      Cost cost = 0;
      for (std::size_t i = 0; i < code.size(); ++i) cost += costs[i][static_cast<std::size_t>(code[i])];
      ASSERT_EQ(cost, all[j]);
      distinct.insert(code);
    }
    ASSERT_EQ(distinct.size(), wanted);
    // The same costs, in doubles and with multiplicities, carry the volume bound.
    ProductCosts runs(static_cast<std::int64_t>(wanted));
    for (auto const& observation : observations) runs.extend(observation);
    std::size_t j = 0;
    for (auto const& run : runs.runs())
      for (std::int64_t c = 0; c < run.count; ++c, ++j)
        ASSERT_NEAR(run.cost, static_cast<double>(all[j]) * 1e-9, 1e-7);
    ASSERT_EQ(j, wanted);
  }
}

TEST(Codewords, OfUniformObservationsUseEveryValue) {
  Law const uniform = law_of(std::vector<double>(64, 1.0));
  std::vector<Law> const observations(3, uniform);
  CodebookTry const at{stream(1), 3, 0, 1000, 64};
  auto const codes = cheapest_codewords(integer_costs(observations), at);
  for (std::size_t i = 0; i < 3; ++i) {
    std::set<std::int32_t> used;
    for (std::size_t j = 0; j < codes.size(); ++j) used.insert(codes.value(j, i));
    EXPECT_EQ(used.size(), 64U);
  }
}

TEST(Codewords, AreDealtEvenly) {
  RandomLaws laws(22);
  for (int round = 0; round < 100; ++round) {
    Law const law = laws.law(1 + laws.below(20));
    CodebookTry const at{stream(round), 4, 1, law.size() * 2 + static_cast<std::uint64_t>(laws.below(40)), 2};
    auto const owners = deal_owners(law, at);
    std::vector<std::size_t> owned(law.size(), 0);
    for (auto const x : owners) ++owned[static_cast<std::size_t>(x)];
    auto const [least, most] = std::minmax_element(owned.begin(), owned.end());
    ASSERT_LE(*most - *least, 1U);
    for (std::size_t j = 1; j < law.size(); ++j)
      ASSERT_GE(law.masses[static_cast<std::size_t>(owners[j - 1])],
                law.masses[static_cast<std::size_t>(owners[j])]);
  }
}

TEST(CodebookDual, HasTheGradientAndHessianOfItsObjective) {
  auto const alone = mpi::Communicator::self();
  RandomLaws laws(23);
  for (int round = 0; round < 60; ++round) {
    auto const k = 2 + laws.below(4);
    auto const instance =
        make_instance(laws, round, 4 + laws.below(20), k, 2 + laws.below(4), 2 + laws.below(7));
    if (instance.owners.empty()) continue;  // fewer cells than symbols
    CodebookDual dual(alone, instance.law, instance.observations, instance.codes, instance.owners);
    auto const d = static_cast<std::int64_t>(dual.dimension());
    std::vector<double> beta;
    for (std::int64_t f = 0; f < d; ++f) beta.push_back(laws.uniform() - .5);
    std::vector<double> gradient(beta.size());
    std::vector<double> other(beta.size());
    std::vector<double> square(beta.size() * beta.size());
    dual.evaluate(beta, gradient);
    linalg::MatrixView const hessian(square.data(), d, d);
    dual.hessian(beta, hessian);
    constexpr double kStep = 1e-5;
    for (std::int64_t f = 0; f < d; ++f) {
      auto moved = beta;
      moved[static_cast<std::size_t>(f)] += kStep;
      double const above = dual.evaluate(moved, other);
      auto const gradient_above = other;
      moved[static_cast<std::size_t>(f)] -= 2 * kStep;
      double const below = dual.evaluate(moved, other);
      ASSERT_NEAR((above - below) / (2 * kStep), gradient[static_cast<std::size_t>(f)], 1e-8);
      for (std::int64_t g = 0; g < d; ++g) {
        double const slope =
            (gradient_above[static_cast<std::size_t>(g)] - other[static_cast<std::size_t>(g)]) / (2 * kStep);
        ASSERT_NEAR(slope, hessian(f, g), 1e-8);
        ASSERT_EQ(hessian(f, g), hessian(g, f));
      }
    }
    // The matrix-free product agrees.
    std::vector<double> direction;
    for (std::int64_t f = 0; f < d; ++f) direction.push_back(laws.uniform() - .5);
    dual.prepare_products(beta);
    dual.hessian_times(direction, other);
    for (std::int64_t f = 0; f < d; ++f) {
      double expected = 0;
      for (std::int64_t g = 0; g < d; ++g) expected += hessian(f, g) * direction[static_cast<std::size_t>(g)];
      ASSERT_NEAR(other[static_cast<std::size_t>(f)], expected, 1e-12);
    }
    std::vector<double> eigenvalues(beta.size());
    linalg::syevd(linalg::Eigenvectors::none, linalg::Triangle::upper, hessian, eigenvalues);
    ASSERT_GE(eigenvalues.front(), -1e-14);
  }
}

TEST(CodebookDual, AgreesWithALinearProgram) {
  auto const alone = mpi::Communicator::self();
  RandomLaws laws(24);
  int feasible_cases = 0;
  int cases = 0;
  for (int round = 0; round < 150; ++round) {
    auto const k = 2 + laws.below(2);
    auto const instance =
        make_instance(laws, 1000 + round, 3 + laws.below(8), k, 2 + laws.below(4), 2 + laws.below(3));
    if (instance.owners.empty()) continue;  // fewer cells than symbols
    std::size_t const n = instance.law.size();
    std::vector<std::vector<double>> rows;
    std::vector<double> right;
    for (std::size_t x = 0; x < n; ++x) {
      right.push_back(instance.law.probability(x));
      auto& row = rows.emplace_back(instance.owners.size(), 0.0);
      for (std::size_t j = 0; j < instance.owners.size(); ++j)
        row[j] = instance.owners[j] == static_cast<std::int32_t>(x);
    }
    for (std::size_t i = 0; i < instance.observations.size(); ++i)
      for (std::size_t y = 0; y < instance.observations[i].size(); ++y) {
        right.push_back(instance.observations[i].probability(y));
        auto& row = rows.emplace_back(instance.owners.size(), 0.0);
        for (std::size_t j = 0; j < instance.owners.size(); ++j)
          row[j] = instance.codes.value(j, i) == static_cast<std::int32_t>(y);
      }
    CodebookDual dual(alone, instance.law, instance.observations, instance.codes, instance.owners);
    auto const end = minimise_dual(dual);
    ++cases;
    bool const possible = feasible(rows, right);
    if (possible) ++feasible_cases;
    if (end.certified) {
      ASSERT_TRUE(possible) << "round " << round;
    }
    // Laws with exact ties may be feasible on the boundary only, which a certificate cannot say.
    if (instance.generic) {
      ASSERT_EQ(end.certified, possible) << "round " << round << " gradient " << end.largest_gradient;
    }
    if (!end.certified) continue;
    auto const masses = dual.masses(end.beta);
    for (std::size_t r = 0; r < rows.size(); ++r) {
      double sum = 0;
      for (std::size_t j = 0; j < masses.size(); ++j) sum += rows[r][j] * masses[j];
      ASSERT_NEAR(sum, right[r], 1e-10);
    }
  }
  EXPECT_GT(cases, 100);
  EXPECT_GT(feasible_cases, cases / 10);
  EXPECT_LT(feasible_cases, cases * 9 / 10);
}

TEST(CodebookSearch, ReachesTheLowerBounds) {
  auto const alone = mpi::Communicator::self();
  study::Team team(alone);
  RandomLaws laws(25);
  Law const fair = law_of({1, 1});
  for (int b = 5; b <= 8; ++b) {
    team.begin_trial({"powers of two\n", b});
    Law const law = law_of(std::vector<double>(std::size_t{1} << b, 1.0));
    std::vector<Law> const observations(30, fair);
    auto const found =
        search_codebook(team, law, observations, bound_entropy(law, observations).m_lb, {}, Keep::verdict);
    EXPECT_EQ(found.zero_at, b);
  }
  for (int trial = 0; trial < 20; ++trial) {
    team.begin_trial({"dirichlet\n", trial});
    std::vector<double> weights(256);
    for (double& w : weights) w = -std::log(1 - laws.uniform());
    Law const law = law_of(weights);
    std::vector<Law> const observations(60, law_of({.7, .3}));
    auto const bounds = bound_entropy(law, observations);
    auto const found = search_codebook(team, law, observations, bounds.m_lb, {}, Keep::codebook);
    ASSERT_TRUE(found.zero_at && bounds.m_gen);
    EXPECT_GE(*found.zero_at, *bounds.m_lb);
    EXPECT_LE(*found.zero_at, *bounds.m_gen + 1);
    // The codebook that is left: a function of the code, with all marginals.
    auto const& book = found.codebook;
    auto const m = static_cast<std::size_t>(*found.zero_at);
    std::set<std::vector<std::int32_t>> codes;
    std::vector<double> of_x(law.size(), 0.0);
    std::vector<double> of_ones(m, 0.0);
    for (std::size_t j = 0; j < book.owners.size(); ++j) {
      ASSERT_GT(book.masses[j], 0);
      codes.insert({book.codes.begin() + static_cast<std::ptrdiff_t>(j * m),
                    book.codes.begin() + static_cast<std::ptrdiff_t>((j + 1) * m)});
      of_x[static_cast<std::size_t>(book.owners[j])] += book.masses[j];
      for (std::size_t i = 0; i < m; ++i) of_ones[i] += book.masses[j] * book.codes[j * m + i];
    }
    ASSERT_EQ(codes.size(), book.owners.size());
    for (std::size_t x = 0; x < law.size(); ++x) ASSERT_NEAR(of_x[x], law.probability(x), 1e-12);
    for (double const ones : of_ones) ASSERT_NEAR(ones, .3, 1e-10);
  }
}

TEST(CodebookSearch, SolvesLargeDimensionsWithoutAMatrix) {
  auto const alone = mpi::Communicator::self();
  study::Team team(alone);
  team.begin_trial({"large alphabet\n", 0});
  RandomLaws laws(26);
  std::vector<double> weights(4000);
  for (double& w : weights) w = 1 + laws.uniform();
  Law const law = law_of(weights);
  std::vector<Law> const observations(4, law_of(std::vector<double>(1100, 1.0)));  // dimension 2198 at m = 2
  auto const bounds = bound_entropy(law, observations);
  auto const found = search_codebook(team, law, observations, bounds.m_lb, {}, Keep::verdict);
  ASSERT_TRUE(found.zero_at);
  EXPECT_EQ(*found.zero_at, *bounds.m_gen);
}

TEST(CodebookSearch, GivesUpWithMoreEquationsThanMasses) {
  auto const alone = mpi::Communicator::self();
  study::Team team(alone);
  team.begin_trial({"few symbols\n", 0});
  Law const law = law_of({3, 2, 1});
  std::vector<Law> const observations(9, law_of(std::vector<double>(64, 1.0)));
  EXPECT_FALSE(search_codebook(team, law, observations, 1, {}, Keep::verdict).zero_at);
}

/// Write X in base k: Y_0 = U uniform, Y_i = digit_i + U mod k. Every observation is uniform and X is a
/// function of them.
TEST(ShiftCode, ReachesZeroForUniformObservationsWhateverTheLaw) {
  RandomLaws laws(27);
  for (int round = 0; round < 50; ++round) {
    auto const k = 2 + laws.below(4);
    auto const n = 2 + laws.below(30);
    Law const law = laws.law(n);
    std::int64_t digits = 0;
    for (std::int64_t reach = 1; reach < n; reach *= k) ++digits;
    std::vector<std::vector<double>> marginal(static_cast<std::size_t>(digits + 1),
                                              std::vector<double>(static_cast<std::size_t>(k), 0.0));
    std::set<std::vector<std::int64_t>> codes;
    for (std::int64_t x = 0; x < n; ++x)
      for (std::int64_t u = 0; u < k; ++u) {
        std::vector<std::int64_t> code{u};
        std::int64_t rest = x;
        for (std::int64_t i = 0; i < digits; ++i, rest /= k) code.push_back((rest % k + u) % k);
        ASSERT_TRUE(codes.insert(code).second);
        for (std::size_t i = 0; i < code.size(); ++i)
          marginal[i][static_cast<std::size_t>(code[i])] +=
              law.probability(static_cast<std::size_t>(x)) / static_cast<double>(k);
      }
    for (auto const& of_observation : marginal)
      for (double const p : of_observation) ASSERT_NEAR(p, 1 / static_cast<double>(k), 1e-12);
  }
}

}  // namespace
}  // namespace thresher::entropy_coupling
