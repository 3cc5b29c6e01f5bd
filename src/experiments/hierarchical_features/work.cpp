#include "experiments/hierarchical_features/work.hpp"

#include "experiments/hierarchical_features/data/trial_data.hpp"
#include "experiments/hierarchical_features/estimators/baselines.hpp"
#include "experiments/hierarchical_features/estimators/kernel_regression.hpp"

#include <algorithm>
#include <cmath>

namespace thresher::hierarchical_features {

namespace {

/// Products that the eigensolver takes where the bulk's edge must converge too: counted at D = 2000 to 5000.
constexpr double kTypicalProducts = 150;
/// Steps of conjugate gradients with n >= 2 D.
constexpr double kTypicalGradientSteps = 15;
/// Flops of LAPACK's reduction and eigenvectors, in units of D^3, at the speed of products of matrices.
constexpr double kDenseEigenFlops = 4;

struct Counts {
  Sizes sizes;
  Holding holding;
  double d;  ///< numbers held per sample
  double D;
  double m;
  double hidden;
  int ranks;
  double rows(Fold fold) const { return static_cast<double>(sizes.rows_of(fold)); }
};

Counts counts_of(Parameters const& point, study::Resources const& resources) {
  auto const sizes = sizes_of(point);
  return {sizes,
          settled_holding(point, resources.ranks, resources.bytes_per_rank),
          static_cast<double>(has_feature_matrix(point) ? sizes.features : sizes.inputs),
          static_cast<double>(sizes.features),
          static_cast<double>(sizes.learned),
          static_cast<double>(sizes.hidden),
          resources.ranks};
}

/// Passes over the samples of a fold, each with so many products F a or F^T w per sample.
void add_passes(study::Cost& cost, Counts const& counts, Fold fold, double passes, double products) {
  cost.flops += passes * products * 2 * counts.rows(fold) * counts.D;
  if (counts.holding == Holding::regenerated)
    cost.normals += passes * counts.rows(fold) * counts.d;
  else
    cost.bytes_streamed += passes * 8 * counts.rows(fold) * counts.d;
}

/// The samples and their labels.
void add_fold(study::Cost& cost, Counts const& counts, Fold fold) {
  if (counts.holding == Holding::stored) cost.normals += counts.rows(fold) * counts.d;
  add_passes(cost, counts, fold, 1, counts.hidden);
}

void add_first_layer(study::Cost& cost, Parameters const& point, Counts const& counts, double rounds) {
  if (is_dense(counts.sizes)) {
    // One rank decomposes while the others wait.
    cost.flops += rounds * (counts.rows(Fold::spectral) * counts.D * counts.D +
                            kDenseEigenFlops * std::pow(counts.D, 3) * counts.ranks);
    return;
  }
  double const products = std::min(kTypicalProducts, static_cast<double>(point.max_matvecs));
  add_passes(cost, counts, Fold::spectral, rounds * products, 2);
  double const basis = 2 * (counts.m + static_cast<double>(point.extra_eigs)) + 1;
  cost.flops += rounds * products * 4 * counts.D * basis;
}

void add_least_squares(study::Cost& cost, Counts const& counts, double rows) {
  double const products = counts.m * (counts.m + 1) / 2;
  cost.flops += rows * products * products + std::pow(products, 3) / 3 * counts.ranks;
}

void add_kernel_regression(study::Cost& cost, Parameters const& point, Counts const& counts) {
  constexpr double kRidges = 8;
  constexpr double kExponentialFlops = 40;
  auto const count = static_cast<double>(kernel_rows(point));
  auto const inputs = static_cast<double>(counts.sizes.inputs);
  cost.flops +=
      kRidges * std::pow(count, 3) / 3 + count * count * (inputs + kExponentialFlops / 2) +
      (counts.rows(Fold::readout) + counts.rows(Fold::test)) * count * (2 * inputs + kExponentialFlops);
}

/// Everything but the samples that a rank holds at once, in the stage where it is most.
double bytes_besides_samples(Parameters const& point, Counts const& counts) {
  double const share = 1.0 / counts.ranks;
  auto const extra = static_cast<double>(point.extra_eigs);
  double const columns = std::max(counts.m, counts.hidden);
  // A panel whole and as coefficients, while features are made of it.
  double const panel = 8 * 2 * counts.D * columns;
  double solver = 8 * (counts.D * share * (2 * (counts.m + extra) + 22) + 6 * counts.D);
  if (is_dense(counts.sizes)) solver = 8 * (2 * counts.D * counts.D + 3 * 256 * counts.D);
  double rows = 0;
  for (auto const fold : counts.sizes.rows) rows = std::max(rows, static_cast<double>(fold));
  double const features = 8 * rows * share * (2 * columns + 6);
  double const products = counts.m * (counts.m + 1) / 2;
  bool const least_squares = point.second_layer == SecondLayer::ls || point.refine_rounds > 0;
  double const gram = least_squares ? 8 * products * (products + 256) : 0;
  double const directions = 8 * counts.D * share * (counts.hidden + 3 * counts.m);
  // Labels and scalars of a fold on rank 0.
  double const gathered = 8 * 4 * std::max(counts.rows(Fold::readout), counts.rows(Fold::test));
  return directions + gathered + std::max({panel + features, solver, gram + features});
}

}  // namespace

study::Cost stage_cost(std::size_t stage, Parameters const& point, study::Resources const& resources) {
  auto const counts = counts_of(point, resources);
  study::Cost cost;
  double const samples = fold_bytes_per_rank(point, resources.ranks, counts.holding);
  cost.bytes_per_rank = samples + bytes_besides_samples(point, counts);
  if (counts.holding == Holding::stored && point.input == nullptr) cost.remedy = "storage = regenerate";
  bool const kernel = uses_inputs(point, Baseline::krr);
  auto const rounds = static_cast<double>(point.refine_rounds);
  switch (stage) {
    case 0:
      cost.normals = counts.D * counts.hidden;
      cost.flops = 4 * counts.D * counts.hidden * counts.hidden * counts.ranks;
      if (kernel) {
        double const regression = samples + kernel_regression_bytes(point, resources.ranks);
        if (regression > cost.bytes_per_rank) {
          cost.bytes_per_rank = regression;
          cost.remedy = "a smaller krr_n_max";
        }
        add_kernel_regression(cost, point, counts);
      }
      break;
    case 1:
      add_fold(cost, counts, Fold::spectral);
      if (point.residualize == Residualize::linear)
        add_passes(cost, counts, Fold::spectral, kTypicalGradientSteps + 1, 2);
      add_first_layer(cost, point, counts, 1);
      break;
    case 2:
      if (rounds == 0) break;
      add_fold(cost, counts, Fold::second);
      add_passes(cost, counts, Fold::spectral, rounds, counts.m);
      add_passes(cost, counts, Fold::second, rounds, counts.m);
      add_passes(cost, counts, Fold::readout, rounds, counts.m);
      add_first_layer(cost, point, counts, rounds);
      add_least_squares(cost, counts, rounds * counts.rows(Fold::second));
      break;
    case 3:
      if (rounds == 0) add_fold(cost, counts, Fold::second);
      add_passes(cost, counts, Fold::second, 1, counts.m);
      if (point.second_layer == SecondLayer::ls) add_least_squares(cost, counts, counts.rows(Fold::second));
      break;
    default:
      add_fold(cost, counts, Fold::readout);
      add_fold(cost, counts, Fold::test);
      add_passes(cost, counts, Fold::readout, 1, counts.m + counts.hidden);
      add_passes(cost, counts, Fold::test, 1, counts.m + 2 * counts.hidden);
      if (uses_oracle(point)) add_passes(cost, counts, Fold::second, 1, counts.hidden);
      break;
  }
  return cost;
}

}  // namespace thresher::hierarchical_features
