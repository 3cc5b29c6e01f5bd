#include "experiments/hawkes_network/estimators/filter_blocks.hpp"
#include "experiments/hawkes_network/estimators/method.hpp"
#include "numerics/stable_functions.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

namespace thresher::hawkes_network {

namespace {

/// Factors whose product is taken before a logarithm, so that it stays below 1e300.
int factors_at_once(double largest) {
  return static_cast<int>(std::clamp(300 / std::log10(std::max(largest, 1.1)), 1.0, 32.0));
}

/// log sum over the events t of a sink of log(1 + ratio E_j(t)), for all sources.
class LogFactors {
 public:
  LogFactors(std::int64_t rows, std::size_t sources, int at_once)
      : sources_(sources),
        at_once_(at_once),
        pending_(static_cast<std::size_t>(rows), 0),
        products_(static_cast<std::size_t>(rows) * sources, 1.0),
        logs_(static_cast<std::size_t>(rows) * sources, 0.0) {}

  void add(std::size_t row, std::size_t first, std::size_t count, double scale, double const* filters) {
    double* const products = products_.data() + row * sources_ + first;
    for (std::size_t j = 0; j < count; ++j) products[j] *= std::fma(scale, filters[j], 1);
    if (++pending_[row] == at_once_) flush(row, first, count);
  }
  /// To be called when a block of sources is done.
  void flush(std::size_t row, std::size_t first, std::size_t count) {
    double* const products = products_.data() + row * sources_ + first;
    double* const logs = logs_.data() + row * sources_ + first;
    for (std::size_t j = 0; j < count; ++j) {
      logs[j] += std::log(products[j]);
      products[j] = 1;
    }
    pending_[row] = 0;
  }
  double value(std::size_t row, std::size_t source) const {
    return logs_[row * sources_ + source] + std::log(products_[row * sources_ + source]);
  }
  void begin_block() { std::ranges::fill(pending_, 0); }

 private:
  std::size_t sources_;
  int at_once_;
  std::vector<int> pending_;
  std::vector<double> products_;
  std::vector<double> logs_;
};

/// The optimal decoder of a bipartite network with one parent for each sink and known rates.
class MapParent : public Method {
 public:
  std::string name() const override { return "map_parent"; }

  void check(Parameters const& point, study::Verdict& verdict) const override {
    inert_screening(verdict);
    inert_lasso(verdict);
    inert_edge_rule(verdict);
    for (auto const* name : {"refine", "refit"}) verdict.inert(name);
    std::vector<std::string> wrong;
    if (point.input != nullptr) wrong.push_back("no input");
    if (point.graph != Graph::bipartite) wrong.push_back("graph = bipartite");
    if (point.s != 1) wrong.push_back("s = 1");
    if (point.alpha_spread != 0) wrong.push_back("alpha_spread = 0");
    if (point.mu_spread != 0) wrong.push_back("mu_spread = 0");
    if (point.self_weight != 0) wrong.push_back("self_weight = 0");
    if (point.hub_exponent != 1) wrong.push_back("hub_exponent = 1");
    if (point.kernel != Kernel::exponential) wrong.push_back("kernel = exp");
    if (working_decay(point) != point.beta) wrong.push_back("beta_fit = 0");
    if (!wrong.empty()) verdict.refuse("method", fmt::format("map_parent needs {}", fmt::join(wrong, ", ")));
    if (verdict.given("edge_rule") && point.edge_rule == EdgeRule::fdr)
      verdict.warn("edge_rule = fdr has no influence with method = map_parent");
    if (verdict.given("refine") && point.refine == Refine::binned)
      verdict.warn("refine = binned has no influence with method = map_parent");
  }

  MethodWork work(Parameters const& point, double events, double ranks) const override {
    double const d = static_cast<double>(point.d);
    double const own = std::ceil(d / ranks);
    return {own * d / 2 * (16 + sizeof(ScoredPair)) + 36 * events / ranks, events * d * 2};
  }

  Fit fit(MethodInput const& input, study::Team& team) const override {
    auto const& point = input.point;
    auto const& observation = input.observation;
    auto const own = observation.own();
    auto const sources = source_count(point);
    std::int64_t busiest = 0;
    for (std::int64_t j = 0; j < sources; ++j) busiest = std::max(busiest, observation.count(j));
    double const ratio = point.alpha * point.beta / point.mu;
    int const at_once = factors_at_once(1 + ratio * static_cast<double>(busiest));

    LogFactors factors(own.size(), static_cast<std::size_t>(sources), at_once);
    auto const first_sink = static_cast<std::size_t>(std::max<std::int64_t>(0, sources - own.begin));
    FilterBlocks blocks(observation, point.beta, team);
    std::vector<double> ends;
    for (std::int64_t begin = 0; begin < sources; begin += FilterBlocks::kBlock) {
      factors.begin_block();
      auto const of_block = blocks(
          {begin, std::min(sources, begin + FilterBlocks::kBlock)},
          [&](std::size_t row, std::size_t first, std::size_t count, double factor, double const* filters) {
            if (row >= first_sink) factors.add(row, first, count, ratio * factor, filters);
          });
      ends.insert(ends.end(), of_block.begin(), of_block.end());
    }

    Fit fit;
    fit.selection = Selection::best_score;
    for (std::int64_t i = own.begin; i < own.end; ++i) {
      auto const row = static_cast<std::size_t>(i - own.begin);
      auto& pairs = fit.pairs.emplace_back();
      fit.baselines.push_back(point.mu);
      fit.self_weights.push_back(0);
      if (i < sources) continue;
      std::vector<double> scores;
      for (std::int64_t j = 0; j < sources; ++j) {
        auto const at = static_cast<std::size_t>(j);
        scores.push_back(factors.value(row, at) -
                         point.alpha * (static_cast<double>(observation.count(j)) - ends[at]));
      }
      double const norm = numerics::log_sum_exp(scores);
      for (std::int64_t j = 0; j < sources; ++j)
        pairs.push_back(
            {static_cast<std::int32_t>(j), scores[static_cast<std::size_t>(j)] - norm, point.alpha});
    }
    return fit;
  }
};

}  // namespace

Method const& map_parent_method() {
  static MapParent const method;
  return method;
}

}  // namespace thresher::hawkes_network
