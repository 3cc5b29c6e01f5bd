#include "experiments/group_matrix/estimators/penalised_method.hpp"

#include "experiments/group_matrix/model/group_weights.hpp"
#include "experiments/group_matrix/solvers/group_threshold.hpp"
#include "experiments/group_matrix/solvers/row_operator.hpp"
#include "study/rates.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <utility>

namespace thresher::group_matrix {

namespace {

/// An analysis that is expected to take longer is kept when the run ends before it.
constexpr double kLengthySeconds = 60;
/// Part of a path that is walked before it ends, and the rank that is expected in parts of the smaller side.
constexpr double kWalked = 0.7;
constexpr double kRankPart = 0.5;
/// LAPACK's whole decomposition of a Gram matrix, in units of the cube of its order.
constexpr double kEigenFlops = 9;
constexpr double kExpectedRank = 60;
constexpr double kLeastValidationEntries = 10;
constexpr double kLeastValidationPairs = 3;

bool walks_path(Parameters const& point) {
  return point.tuning == Tuning::validation || point.tuning == Tuning::oracle;
}

}  // namespace

void PenalisedMethod::check(Parameters const& point, study::Verdict& verdict) const {
  if (point.tuning == Tuning::universal && (point.input != nullptr || point.noise_sd == 0))
    verdict.refuse("tuning", point.input != nullptr
                                 ? "universal needs the noise level, which own data do not tell: allowed are "
                                   "validation and fixed"
                                 : "universal needs noise_sd > 0");
  if (point.tuning == Tuning::oracle && point.input != nullptr)
    verdict.refuse("tuning",
                   "oracle needs the truth, which own data do not tell: allowed are validation and fixed");
  if (point.tuning == Tuning::oracle && point.density == 1 && point.block_fraction == 0)
    verdict.refuse("tuning", "oracle needs unobserved entries: density = 1 leaves none");
  double const held = point.val_fraction * extents_of(point).observed;
  if (point.tuning == Tuning::validation && held < kLeastValidationEntries)
    verdict.refuse("val_fraction",
                   fmt::format("leaves {:.3g} validation entries on average; allowed is at least {}", held,
                               kLeastValidationEntries));
  double const pairs = point.val_fraction * extents_of(point).pairs;
  if (point.tuning == Tuning::validation && point.val_split == HeldOut::pairs &&
      pairs < kLeastValidationPairs)
    verdict.refuse(
        "val_split",
        fmt::format("holds out {:.3g} pairs of a block and a column on average; allowed is at least "
                    "{}",
                    pairs, kLeastValidationPairs));
  if (walks_path(point) && point.lambda_last > point.lambda_first)
    verdict.refuse("lambda_last", fmt::format("allowed is at most lambda_first = {}", point.lambda_first));
  if (has_solvers() && point.rank_cap > 0 && point.solver == Solver::admm)
    verdict.refuse("rank_cap", "needs solver = prox_avg: allowed with admm is 0");
}

std::vector<std::string_view> PenalisedMethod::reads(Parameters const& point) const {
  std::vector<std::string_view> names{"tuning", "tol", "max_iterations", "svd_passes", "svd_oversample"};
  if (walks_path(point)) {
    names.insert(names.end(), {"lambda_first", "lambda_count"});
    if (point.lambda_count > 1) names.emplace_back("lambda_last");
  }
  if (point.tuning == Tuning::validation) names.insert(names.end(), {"val_fraction", "val_split"});
  if (point.tuning == Tuning::fixed) names.emplace_back("lambda_fraction");
  if (!has_solvers()) return names;
  names.emplace_back("solver");
  if (point.solver == Solver::admm)
    names.emplace_back("rho");
  else
    names.insert(names.end(), {"rank_cap", "pa_step"});
  return names;
}

std::vector<double Metrics::*> PenalisedMethod::measures(Parameters const& point) const {
  std::vector<double Metrics::*> metrics{&Metrics::objective};
  if (point.tuning != Tuning::universal) metrics.push_back(&Metrics::lambda_selected);
  if (point.tuning == Tuning::validation) metrics.push_back(&Metrics::val_error);
  if (has_solvers() && point.solver == Solver::admm) metrics.push_back(&Metrics::duality_gap);
  return metrics;
}

study::Cost PenalisedMethod::cost(Parameters const& point, int ranks) const {
  auto const size = extents_of(point);
  auto const sizes = group_sizes(point);
  double const share = 1.0 / ranks;
  bool const is_admm = has_solvers() && point.solver == Solver::admm;
  double rows = 0, grams = 0, orders = 0, factors = 0, largest = 0, decompositions = 0, products = 0,
         panel = 0, width = 0, all_ranks = 0, evaluation = 0;
  for (double const group : sizes) {
    double const side = std::min(group, size.columns);
    double const order = ranks == 1 ? side : size.columns;
    double rank = is_admm || side <= kLargestGram ? std::ceil(kRankPart * side) : kExpectedRank;
    if (point.rank_cap > 0 && !is_admm) rank = std::min(rank, static_cast<double>(point.rank_cap));
    rows += group;
    largest = std::max(largest, group);
    double const block = rank + static_cast<double>(point.svd_oversample);
    if (side <= kSmallGram || (side <= kLargestGram && kGramPerRank * rank > side)) {
      panel = std::max(panel, group * size.columns * share);
      grams += order * order;
      orders = std::max(orders, order);
      decompositions += order * order * (kEigenFlops * order + group * size.columns / side) +
                        4 * size.columns * group * rank;
    } else {
      double const times = 2 * static_cast<double>(point.svd_passes + 1);
      products += 2 * block * (times + 1) *
                  (is_admm ? group * size.columns
                           : size.observed * group / size.rows +
                                 (group + size.columns) * rank * static_cast<double>(sizes.size()));
      products += 8 * size.columns * block * block;
    }
    factors += (group * share + size.columns) * rank;
    width = std::max(width, block);
    // The spectrum of the group's rows: a Gram matrix, or all rows sent to one rank.
    evaluation = std::max(evaluation, side < order ? 3 * side * order : side * side);
    all_ranks += rank;
  }
  double const fits = walks_path(point) ? 1 + kWalked * static_cast<double>(point.lambda_count) : 1;
  double const count = std::min(iterations(point), static_cast<double>(point.max_iterations)) * fits;
  study::Cost cost;
  cost.flops =
      count * (decompositions + products + 20 * rows * size.columns +
               (is_admm ? 0 : 8 * size.observed * factors / std::max(1.0, rows * share + size.columns)));
  cost.bytes_streamed = count * 8 * 8 * rows * size.columns * (is_admm ? 1 : 0.2);
  double const observed = size.observed * share;
  // A rank's rows of one group, and of those that are worked on at once.
  double const own = std::min(largest, size.rows * share);
  double const at_once = std::min(rows * share, own * ranks);
  double const part = own * size.columns;
  if (part <= kMostDense && size.observed >= kDensePart * size.entries) panel = std::max(panel, part);
  // Two parts of the entries, and vectors of numbers at them; Gram matrices with eigenvectors and workspaces;
  // blocks of vectors that one rank orthogonalises.
  cost.bytes_per_rank = observed * ((walks_path(point) ? 12 : 0) + 8 * 5) + 24 * size.rows * share +
                        8 * (std::min(grams, static_cast<double>(1 << 25)) + 4 * orders * orders +
                             12 * size.columns * width + (3 * own + 2 * at_once) * width);
  if (is_admm) {
    cost.bytes_per_rank +=
        8 * size.columns * (share * (2 * rows + 3 * size.rows) + 2 * own) + 16 * factors + 8 * evaluation;
    cost.remedy = "solver = prox_avg";
  } else {
    // Three iterates, a panel, and the rows of a group in coordinates of the parts that meet it, or in all.
    double const coordinates = 2 * all_ranks < size.columns ? all_ranks : size.columns;
    cost.bytes_per_rank += 8 * (3 * factors + 2 * panel + coordinates * (own + 2 * coordinates));
  }
  return cost;
}

Result PenalisedMethod::run(Parameters const& point, MatrixData const& data, study::Team& team) const {
  double const seconds = study::Rates{}.seconds(cost(point, data.communicator().size())) /
                         static_cast<double>(data.communicator().size());
  study::KeptWork work(team, seconds > kLengthySeconds ? study::Length::lengthy : study::Length::brief,
                       "group_matrix 2");
  return tuned_fit(point, data, program(point, data), work);
}

FitSettings fit_settings(Parameters const& point, double default_tolerance) {
  FitSettings settings;
  settings.tolerance = point.tol > 0 ? point.tol : default_tolerance;
  settings.max_iterations = point.max_iterations;
  settings.penalty = point.rho;
  settings.step = point.pa_step;
  settings.ridge = point.side_ridge;
  settings.svd_passes = point.svd_passes;
  settings.svd_oversample = point.svd_oversample;
  settings.rank_cap = point.rank_cap;
  return settings;
}

Program group_program(Parameters const& point, MatrixData const& data, std::vector<PenalisedGroup> groups) {
  bool const is_admm = point.solver == Solver::admm;
  auto const settings = fit_settings(point, is_admm ? 1e-4 : 1e-5);
  std::int64_t rows = 0;
  for (auto const& group : groups) rows += group.rows->size;
  bool const is_partition = rows == data.observations().rows();
  auto const make = is_admm                                  ? consensus_admm
                    : is_partition && settings.rank_cap == 0 ? proximal_gradient
                                                             : proximal_average;
  return {std::move(groups),
          [make, &comm = data.communicator()](Observations const& observations, GroupPenalty const& penalty,
                                              FitSettings const& how) {
            return make(comm, observations, penalty, how);
          },
          settings, std::max(settings.tolerance, is_admm ? 1e-3 : 1e-4)};
}

std::vector<PenalisedGroup> game_groups(Parameters const& point, std::vector<GroupRows> const& groups,
                                        GroupRows const& whole) {
  std::vector<PenalisedGroup> penalised;
  auto const weights = group_weights(point);
  for (std::size_t g = 0; g < groups.size(); ++g)
    if (weights[g] > 0) penalised.push_back({&groups[g], weights[g]});
  if (point.weight_root > 0) penalised.push_back({&whole, point.weight_root});
  return penalised;
}

}  // namespace thresher::group_matrix
