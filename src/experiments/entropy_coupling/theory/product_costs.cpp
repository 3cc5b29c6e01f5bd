#include "experiments/entropy_coupling/theory/product_costs.hpp"

#include <algorithm>
#include <cmath>
#include <iterator>

namespace thresher::entropy_coupling {

namespace {

// Costs that differ by less are equal up to rounding.
constexpr double kSameCost = 1e-11;
// Up to this many sorted lists are merged one by one, more are sorted together.
constexpr std::size_t kFewLists = 16;

bool cheaper(CostRun const& a, CostRun const& b) {
  return a.cost < b.cost;
}

std::vector<CostRun> joined(std::vector<CostRun> const& runs, std::int64_t limit) {
  std::vector<CostRun> result;
  std::int64_t left = limit;
  for (auto const& run : runs) {
    if (left == 0) break;
    std::int64_t const count = std::min(run.count, left);
    left -= count;
    if (!result.empty() && run.cost - result.back().cost < kSameCost)
      result.back().count += count;
    else
      result.push_back({run.cost, count});
  }
  return result;
}

}  // namespace

void ProductCosts::extend(Law const& law) {
  std::vector<CostRun> symbol_runs(law.size());
  for (std::size_t y = 0; y < law.size(); ++y) symbol_runs[y] = {-std::log2(law.probability(y)), 1};
  std::sort(symbol_runs.begin(), symbol_runs.end(), cheaper);
  symbol_runs = joined(symbol_runs, limit_);

  std::vector<CostRun> candidates;
  std::vector<CostRun> merged;
  std::int64_t cheaper_symbols = 0;
  for (auto const& symbol : symbol_runs) {
    std::int64_t const symbols_upto = cheaper_symbols + symbol.count;
    std::vector<CostRun> list;
    std::int64_t cheaper_prefixes = 0;
    for (auto const& prefix : runs_) {
      std::int64_t const prefixes_upto = cheaper_prefixes + prefix.count;
      // Pairs that are strictly cheaper than this one: once they fill the limit, so do those of all later
      // pairs.
      if (cheaper_prefixes * symbols_upto + prefixes_upto * cheaper_symbols -
              cheaper_prefixes * cheaper_symbols >=
          limit_)
        break;
      list.push_back({prefix.cost + symbol.cost, prefix.count * symbol.count});
      cheaper_prefixes = prefixes_upto;
    }
    cheaper_symbols = symbols_upto;
    if (list.empty()) break;
    if (symbol_runs.size() <= kFewLists) {
      merged.clear();
      std::merge(candidates.begin(), candidates.end(), list.begin(), list.end(), std::back_inserter(merged),
                 cheaper);
      candidates.swap(merged);
    } else {
      candidates.insert(candidates.end(), list.begin(), list.end());
    }
  }
  if (symbol_runs.size() > kFewLists) std::sort(candidates.begin(), candidates.end(), cheaper);
  runs_ = joined(candidates, limit_);
}

}  // namespace thresher::entropy_coupling
