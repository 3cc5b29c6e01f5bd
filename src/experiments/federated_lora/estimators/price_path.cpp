#include "experiments/federated_lora/estimators/price_path.hpp"

#include "experiments/federated_lora/estimators/clair_program.hpp"
#include "experiments/federated_lora/estimators/detection.hpp"
#include "experiments/federated_lora/estimators/program_stack.hpp"
#include "experiments/federated_lora/model/sizes.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdint>
#include <utility>
#include <vector>

namespace thresher::federated_lora {

namespace {

constexpr double kWidest = 2;  ///< last price over the one in use, and that over the first

/// Logarithmic.
std::vector<double> prices(double middle, std::int64_t count) {
  std::vector<double> result;
  for (std::int64_t k = 0; k < count; ++k) {
    double const place = count == 1 ? 0 : 2 * static_cast<double>(k) / static_cast<double>(count - 1) - 1;
    result.push_back(middle * std::pow(kWidest, place));
  }
  return result;
}

}  // namespace

void store_price_path(Solution const& solution, Parameters const& point, study::Team& team) {
  constexpr std::array kNames{"path_lambda", "path_rank", "path_gap", "path_flags"};
  if (point.path_points == 0 ||
      std::ranges::none_of(kNames, [&](char const* name) { return team.wants(name); }))
    return;
  auto const& stack = solution.data().estimates();
  ProgramStack const program(point, solution.data());
  double const middle = solution.convex().lambda;
  auto const lambdas = prices(middle, point.path_points);
  std::vector<double> ranks, gaps, flags;
  solve_clair_path(program.stack(), clair_settings(point, middle), lambdas, [&](ClairSolution const& at) {
    if (team.stopping()) throw study::Interrupted();
    ranks.push_back(static_cast<double>(at.low_rank.rank()));
    gaps.push_back(at.duality_gap);
    Recoveries recovery{
        {program.common(at.common), completed_frame(at.low_rank.vectors.view(), fitted_rank(point)), {}, {}}};
    if (point.score == Score::residual)
      detect({&stack}, point, recovery);
    else
      detect_by({at.block_norms}, {&stack}, point, recovery);
    flags.insert(flags.end(), recovery.front().flags.begin(), recovery.front().flags.end());
  });
  auto const store = [&](char const* name, std::vector<std::int64_t> extents, std::vector<double> values) {
    if (team.wants(name)) team.store({name, std::move(extents), std::move(values)});
  };
  store("path_lambda", {point.path_points}, lambdas);
  store("path_rank", {point.path_points}, std::move(ranks));
  store("path_gap", {point.path_points}, std::move(gaps));
  store("path_flags", {point.path_points, stack.clients()}, std::move(flags));
}

}  // namespace thresher::federated_lora
