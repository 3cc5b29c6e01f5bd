#include "experiments/group_matrix/theory/predictions.hpp"

#include "experiments/group_matrix/model/design.hpp"
#include "experiments/group_matrix/theory/game_dimension.hpp"
#include "experiments/group_matrix/theory/masked_blocks.hpp"
#include "experiments/group_matrix/theory/statistical_dimension.hpp"
#include "numerics/spiked_singular.hpp"

#include <algorithm>
#include <cmath>

namespace thresher::group_matrix {

namespace {

double real(std::int64_t value) {
  return static_cast<double>(value);
}

/// Squared size of the noise of unit variance in so many rows, where share_square sums the squared shares
/// times the densities.
double noise_square(double share_square, std::int64_t rows, std::int64_t columns) {
  double const factor = 1 + std::sqrt(real(columns) / real(rows));
  return share_square * factor * factor;
}

/// Sum over a group's rows of p_b / (number of the row's groups)^2.
double shared_density(Design const& design, std::int64_t group) {
  auto const part = [&](std::int64_t block, double rows, double groups) {
    return design.block_density(block) * rows / (groups * groups);
  };
  double sum = 0;
  if (design.factors() == 2) {
    for (std::int64_t b = 0; b < design.blocks(); ++b)
      sum += part(b, real(design.block_intersection(b, group)), 2);
    return sum;
  }
  auto const next = (group + 1) % design.blocks();
  double const lent = design.coverage() == 2 ? real(design.size(group) - design.block_rows()) : 0;
  return part(group, lent, 2) + part(group, real(design.block_rows()) - lent, 1) + part(next, lent, 2);
}

/// The spectral law of one base block: singular values in units of the noise's.
struct BlockLaw {
  numerics::SpikedSingular law;
  double strength;  ///< theta^2
  double noise;     ///< tau
};
BlockLaw block_law(Parameters const& point, Design const& design, std::int64_t block) {
  double const p = design.block_density(block);
  double const noise_square = std::max(0.0, (point.noise_sd * point.noise_sd + 1 - p) / p);
  return {{real(design.columns()) / real(design.block_rows())},
          real(design.columns()) / real(point.rank_1) / noise_square,
          std::sqrt(noise_square)};
}

bool is_plain_partition(Parameters const& point, Design const& design) {
  return point.input == nullptr && design.coverage() == 1 && point.rank_shared == 0 && point.rank_1 > 0 &&
         point.score_mean == 0 && point.block_fraction == 0;
}

}  // namespace

void predict_rates(Parameters const& point, Predictions& predictions) {
  if (point.input != nullptr) return;
  Design const design(point);
  auto const n = design.rows(), d = design.columns();
  double game = 0, separate = 0, density = 0;
  for (std::int64_t g = 0; g < design.groups(); ++g)
    game += real(design.group_rank(g)) * noise_square(shared_density(design, g), design.size(g), d);
  for (std::int64_t b = 0; b < design.blocks(); ++b) {
    double const sum = design.block_density(b) * real(design.block_rows());
    density += sum;
    separate += real(design.block_rank(b)) * noise_square(sum, design.block_rows(), d);
  }
  double const global = real(std::min(design.whole_rank(), n)) * noise_square(density, n, d);
  auto const rate = [&](double coverage, double sum) {
    return std::sqrt((point.noise_sd * point.noise_sd + 1) * coverage * sum / (real(n) * real(d))) /
           point.density;
  };
  predictions.rate_game = rate(real(design.coverage()), game);
  predictions.rate_separate = rate(1, separate);
  predictions.rate_global = rate(1, global);

  double missing = 0, lost = 0;
  for (std::int64_t i = 0; i < n; ++i) {
    double const p = std::min(1.0, design.block_density(design.block_of(i)));
    double const ratio = p * real(d) / real(design.components(i));
    double const variance = point.noise_sd == 0 ? 0 : 1 / (1 + ratio / (point.noise_sd * point.noise_sd));
    double const weight = point.density == 1 ? 1 : 1 - p;
    missing += weight;
    lost += weight * variance;
  }
  predictions.oracle_error = std::sqrt(lost / missing);
}

void predict_densities(Parameters const& point, Predictions& predictions) {
  if (point.input != nullptr) return;
  Design const design(point);
  predictions.p_star_global =
      nuclear_norm_dimension(real(design.rows()), real(design.columns()), real(design.whole_rank()));
  double sum = 0;
  for (std::int64_t b = 0; b < design.blocks(); ++b)
    sum +=
        nuclear_norm_dimension(real(design.block_rows()), real(design.columns()), real(design.block_rank(b)));
  predictions.p_star_separate = sum / real(design.blocks());
}

void predict_game_density(Parameters const& point, study::TheoryContext const& context,
                          Predictions& predictions) {
  if (point.input != nullptr || point.method != Estimator::game ||
      point.n_rows * point.n_cols > kMostEntriesForDimension)
    return;
  predictions.p_star_game =
      game_dimension(point, [&](std::string_view name) { return context.stream(name); });
}

void predict_spectral(Parameters const& point, Predictions& predictions) {
  Design const design(point);
  if (!is_plain_partition(point, design)) return;
  double cosine = 0, error = 0, noise = 0;
  auto const blocks = real(design.blocks());
  for (std::int64_t b = 0; b < design.blocks(); ++b) {
    auto const block = block_law(point, design, b);
    // Columns are the law's left side.
    double const right = block.law.left_overlap(block.strength),
                 left = block.law.right_overlap(block.strength);
    cosine += right / blocks;
    error += (1 - left * right) / blocks;
    noise += block.noise / blocks;
  }
  predictions.tau = noise;
  predictions.spectral_cos2 = cosine;
  predictions.spectral_error = std::sqrt(error);
  auto const m = real(design.block_rows());
  predictions.tau_crit_group = std::pow(m * real(design.columns()), 0.25) / std::sqrt(real(point.rank_1));
  predictions.tau_crit_global = predictions.tau_crit_group * std::pow(m / real(design.rows()), 0.25);
}

void predict_masked_spectral(Parameters const& point, study::TheoryContext const& context,
                             Predictions& predictions) {
  if (point.rank_1 > kMostRankOfMaskedBlocks || !is_plain_partition(point, Design(point))) return;
  predictions.spectral_cos2_masked =
      masked_captured_part(point, [&](std::string_view name) { return context.stream(name); });
}

void predict_thresholding(Parameters const& point, Predictions& predictions) {
  Design const design(point);
  if (!is_plain_partition(point, design) || point.density < 1 || point.tuning != Tuning::universal ||
      point.noise_sd == 0)
    return;
  auto const block = block_law(point, design, 0);
  auto const m = real(design.block_rows()), d = real(design.columns());
  double const signal = std::sqrt(m * d / real(point.rank_1));
  double const observed = block.noise * std::sqrt(m * block.law.squared_value(block.strength));
  double const kept = std::max(0.0, observed - point.noise_sd * (std::sqrt(m) + std::sqrt(d))) / signal;
  predictions.svt_error = std::sqrt(
      1 + kept * kept -
      2 * kept * std::sqrt(block.law.left_overlap(block.strength) * block.law.right_overlap(block.strength)));
}

}  // namespace thresher::group_matrix
