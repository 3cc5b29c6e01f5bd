#include "experiments/group_matrix/validity.hpp"

#include "experiments/group_matrix/estimators/method.hpp"
#include "experiments/group_matrix/model/design.hpp"
#include "experiments/group_matrix/model/own_matrix.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace thresher::group_matrix {

namespace {

/// Densities may exceed 1 by rounding.
constexpr double kRounding = 1e-12;

bool has_factor_2(Parameters const& point) {
  return point.design == GroupDesign::crossed && point.levels_2 > 1;
}

/// Whether the rows can be grouped at all.
bool refuse_groups(Parameters const& point, study::Verdict& verdict) {
  if (point.design == GroupDesign::chain && point.levels_1 < 3) {
    verdict.refuse("levels_1", "design = chain allows at least 3");
    return true;
  }
  if (point.n_rows % point.levels_1 != 0) {
    verdict.refuse("levels_1", fmt::format("allowed are divisors of n_rows = {}", point.n_rows));
    return true;
  }
  if (has_factor_2(point) && (point.n_rows / point.levels_1) % point.levels_2 != 0) {
    verdict.refuse("levels_2", fmt::format("allowed are divisors of n_rows / levels_1 = {}",
                                           point.n_rows / point.levels_1));
    return true;
  }
  return false;
}

void refuse_ranks(Parameters const& point, Design const& design, study::Verdict& verdict) {
  if (point.rank_shared + point.rank_1 + (has_factor_2(point) ? point.rank_2 : 0) == 0)
    return verdict.refuse(has_factor_2(point) ? "rank_2" : "rank_1",
                          "leaves rows without a component: allowed is at "
                          "least 1 for some rank");
  if (point.rank_1 > design.size(0))
    return verdict.refuse("rank_1",
                          fmt::format("allowed are at most the {} rows of a group", design.size(0)));
  if (has_factor_2(point) && point.rank_2 > design.size(design.blocks()))
    return verdict.refuse("rank_2", fmt::format("allowed are at most the {} rows of a group of factor 2",
                                                design.size(design.blocks())));
  if (design.whole_rank() >= point.n_cols)
    verdict.refuse("rank_1",
                   fmt::format("with rank_shared and rank_2 the matrix has rank {}; allowed is less than "
                               "n_cols = {}",
                               design.whole_rank(), point.n_cols));
}

void refuse_densities(Parameters const& point, Design const& design, study::Verdict& verdict) {
  double const largest = (1 - point.block_fraction) / design.richest();
  if (point.density / largest > 1 + kRounding)
    verdict.refuse(
        "density",
        fmt::format("with density_ratio {:g} and block_fraction {:g} it gives a block the density {:.3g} "
                    "> 1; the largest admissible density is {:.4g}",
                    point.density_ratio, point.block_fraction, point.density / largest, largest));
}

}  // namespace

void refuse_invalid(Parameters const& point, study::Verdict& verdict) {
  if (point.input != nullptr) {
    auto const& own = *point.input;
    if (point.n_rows != own.rows) verdict.refuse("n_rows", fmt::format("the file has {}", own.rows));
    if (point.n_cols != own.columns) verdict.refuse("n_cols", fmt::format("the file has {}", own.columns));
  } else {
    if (refuse_groups(point, verdict)) return;
    Design const design(point);
    refuse_ranks(point, design, verdict);
    refuse_densities(point, design, verdict);
  }
  if (verdict.refusal().empty()) method_of(point).check(point, verdict);
}

void name_inert(Parameters const& point, study::Verdict& verdict) {
  auto const unless = [&](bool used, std::initializer_list<char const*> names) {
    if (used) return;
    for (auto const* name : names) verdict.inert(name);
  };
  bool const own = point.input != nullptr;
  unless(!own,
         {"design", "n_rows", "n_cols", "levels_1", "levels_2", "overlap", "rank_shared", "rank_1", "rank_2",
          "distinctness", "score_mean", "density", "density_ratio", "block_fraction", "noise_sd"});
  if (!own) {
    unless(point.design == GroupDesign::crossed, {"levels_2"});
    unless(has_factor_2(point), {"rank_2"});
    unless(point.design == GroupDesign::chain, {"overlap"});
    unless(point.levels_1 > 1, {"density_ratio"});
  }
  auto const read = method_of(point).reads(point);
  for (auto const* name :
       {"weight_mix", "weight_root", "tuning", "lambda_fraction", "lambda_first", "lambda_last",
        "lambda_count", "val_fraction", "val_split", "solver", "rank_cap", "pa_step", "rho", "tol",
        "max_iterations", "side_ridge", "svd_passes", "svd_oversample"})
    unless(std::ranges::find(read, name) != read.end(), {name});
  // Held-out entries are drawn trial by trial; nothing else is random in own data.
  if (own && point.tuning == Tuning::fixed) verdict.deterministic();
}

void adopt_shape(Parameters& point) {
  point.n_rows = point.input->rows;
  point.n_cols = point.input->columns;
}

}  // namespace thresher::group_matrix
