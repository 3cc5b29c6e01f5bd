#pragma once

#include "experiments/entropy_coupling/solvers/coupling.hpp"
#include "experiments/entropy_coupling/solvers/joint_coupling.hpp"

#include <gtest/gtest.h>

#include <map>
#include <span>
#include <vector>

namespace thresher::entropy_coupling::testing {

/// Every marginal of the written coupling equals the prescribed law exactly, every atom has mass.
inline void expect_exact_marginals(Coupling<Mass> const& coupling, Law const& law,
                                   std::span<Law const> observations) {
  std::vector<Mass> of_x(law.size(), 0);
  std::vector<std::vector<Mass>> of_y;
  for (auto const& observation : observations) of_y.emplace_back(observation.size(), 0);
  for (std::size_t a = 0; a < coupling.size(); ++a) {
    ASSERT_GT(coupling.weights[a], 0);
    of_x[static_cast<std::size_t>(coupling.symbols[a])] += coupling.weights[a];
    auto const code = coupling.code_of(a);
    for (std::size_t i = 0; i < of_y.size(); ++i)
      of_y[i][static_cast<std::size_t>(code[i])] += coupling.weights[a];
  }
  ASSERT_EQ(of_x, law.masses);
  for (std::size_t i = 0; i < of_y.size(); ++i)
    ASSERT_EQ(of_y[i], observations[i].masses) << "observation " << i;
}

/// H(X|Y) in bits of the atoms, sorted into cells by their codes.
template <class Weight>
double entropy_of_atoms(Coupling<Weight> const& coupling, double total) {
  CellCollector<Weight> collector;
  std::map<std::pair<std::vector<std::int32_t>, Symbol>, Weight> merged;
  for (std::size_t a = 0; a < coupling.size(); ++a) {
    auto const code = coupling.code_of(a);
    merged[{std::vector<std::int32_t>(code.begin(), code.end()), coupling.symbols[a]}] += coupling.weights[a];
  }
  for (auto const& [key, weight] : merged) collector.add(key.second, key.first, weight);
  return conditional_entropy(collector.impure_cells()) / total;
}

}  // namespace thresher::entropy_coupling::testing
