#include "experiments/linear_generative/work.hpp"

#include "experiments/linear_generative/data/data.hpp"
#include "experiments/linear_generative/estimators/dense_decomposition.hpp"
#include "experiments/linear_generative/model/setting.hpp"
#include "linalg/panel_lanczos.hpp"

#include <algorithm>
#include <cmath>

namespace thresher::linear_generative {

namespace {

/// LAPACK's symmetric eigensolvers in units of GEMM time: eigenvectors, their two factors, eigenvalues alone.
constexpr double kEigenvectorFlops = 10;
constexpr double kFactorFlops = 5;
constexpr double kEigenvalueFlops = 4;
/// Passes of the eigensolver: one Krylov-Schur basis and the Rayleigh-Ritz step.
constexpr double kEigenPasses = 41;
/// What `auto` storage is taken to have when times are estimated (the budget of a run is not known here).
constexpr double kTypicalRoom = 1.5e9;

double examples_used(Parameters const& point) {
  return static_cast<double>(number_of_examples(point));
}
double padded_seeds(Parameters const& point) {
  return 8 * std::ceil(static_cast<double>(point.num_generated) / 8);
}
double entries(Parameters const& point) {
  return examples_used(point) * static_cast<double>(point.dim);
}

/// Lanczos steps from the rate (sqrt(kappa) - 1) / (sqrt(kappa) + 1) of the bulk, with the two tests that a
/// stop takes; algebraic decay at a hard edge ends near 85, and so do power laws.
double expected_steps(Parameters const& point) {
  constexpr double kMost = 85;
  double const c = static_cast<double>(point.dim) / examples_used(point);
  double const upper = std::pow(1 + std::sqrt(c), 2) + point.ridge;
  double const lower = std::pow(1 - std::sqrt(c), 2) + point.ridge;
  double const root = std::sqrt(upper / std::max(lower, 1e-12));
  double const steps = std::log(point.krylov_tol) / std::log(std::max((root - 1) / (root + 1), 1e-6)) + 6;
  return std::min({steps, kMost, static_cast<double>(point.krylov_max), static_cast<double>(point.dim)});
}

bool is_regenerated(Parameters const& point, int ranks) {
  return settled_storage(point, ranks, kTypicalRoom) == linalg::RowStorage::implicit;
}

/// One pass over both data sets with a panel of so many columns.
void add_pass(study::Cost& cost, Parameters const& point, double columns, double products, int ranks) {
  double const padded = 8 * std::ceil(columns / 8);
  cost.flops += kSets * products * 2 * entries(point) * padded;
  if (is_regenerated(point, ranks))
    cost.normals += kSets * entries(point);
  else
    cost.bytes_streamed += kSets * 8 * entries(point);
}

void add_lanczos(study::Cost& cost, Parameters const& point, int ranks) {
  double const steps = expected_steps(point);
  auto const d = static_cast<double>(point.dim);
  for (int step = 0; step < static_cast<int>(steps); ++step)
    add_pass(cost, point, static_cast<double>(point.num_generated), 2, ranks);
  cost.bytes_streamed += kSets * 4 * 8 * d * static_cast<double>(point.num_generated) * steps * steps / 2;
}

void add_sampling(study::Cost& cost, Parameters const& point, int ranks) {
  auto const d = static_cast<double>(point.dim);
  auto const n = examples_used(point);
  auto const seeds = static_cast<double>(point.num_generated);
  double const smaller = std::min(n, d);
  add_pass(cost, point, kSets * seeds, 1, ranks);
  switch (point.model) {
    case Model::conv: {
      double const modes = d * std::log2(d);
      cost.flops += kSets * 10 * seeds * modes;
      if (point.kernel > 0)
        cost.flops += kSets * (10 * std::pow(static_cast<double>(point.kernel), 6) +
                               10 * static_cast<double>(point.noise_steps) * modes);
      return;
    }
    case Model::patch_net: {
      double const layer =
          d * static_cast<double>(point.kernel * point.kernel + 2) * static_cast<double>(point.hidden);
      cost.flops += kSets * (static_cast<double>(point.train_steps * point.batch) * 5 * layer +
                             static_cast<double>(point.noise_steps) * seeds * 2.5 * layer);
      return;
    }
    case Model::sqrt:
    case Model::diffusion:
      break;
  }
  if (settled_method(point) == Method::dense) {
    cost.flops += kSets * 4 * smaller * smaller * seeds;
    if (n < d) add_pass(cost, point, seeds, 2, ranks);
    if (point.ridge > 0 && measures_bulk_distance(point) && !has_few_spikes(point))
      cost.flops += kSets * (kEigenvalueFlops + 2) * d * d * d;
    return;
  }
  if (settled_method(point) == Method::krylov) {
    add_lanczos(cost, point, ranks);
  } else {
    for (std::int64_t seed = 0; seed < point.num_generated; ++seed)
      for (int pass = 0; pass < 120; ++pass) add_pass(cost, point, 1, 2, ranks);
  }
  for (int pass = 0; pass < static_cast<int>(kEigenPasses); ++pass) add_pass(cost, point, 1, 2, ranks);
  if (measures_bulk_distance(point)) add_lanczos(cost, point, ranks);
}

void add_decomposition(study::Cost& cost, Parameters const& point, int ranks) {
  auto const d = static_cast<double>(point.dim);
  auto const n = examples_used(point);
  if (!is_regenerated(point, ranks)) cost.normals += kSets * n * d;
  if (point.model == Model::conv) {
    cost.flops += kSets * 5 * n * d * std::log2(d);
    return;
  }
  if (!is_matrix_function(point.model) || settled_method(point) != Method::dense) return;
  double const smaller = std::min(n, d);
  cost.flops += kSets * (smaller * smaller * std::max(n, d) + kFactorFlops * smaller * smaller * smaller);
  if (has_few_spikes(point)) return;
  if (measures_bulk_distance(point) || measures_divergence(point))
    cost.flops += kSets * (kEigenvectorFlops - kFactorFlops) * smaller * smaller * smaller;
  if (measures_bulk_distance(point) && point.ridge == 0)
    cost.flops +=
        kSets * (smaller * smaller * std::max(n, d) + kEigenvalueFlops * smaller * smaller * smaller);
}

}  // namespace

double bytes_besides_rows(Parameters const& point, int ranks) {
  auto const d = static_cast<double>(point.dim);
  double const seeds = padded_seeds(point);
  double const own = 1.0 / ranks;
  // Whole panels of a pass (in, out, packed for MPI), the rank's own of seeds and samples, a block of rows.
  double bytes = 8 * d * (seeds * (ranks == 1 ? 3 : 4) + 2 * seeds + 6 * seeds * own) +
                 8 * std::max(256.0 * 1024, 64 * d);
  bytes += 8 * d * static_cast<double>(2 * point.rank + 1);
  if (point.spectrum == Spectrum::input && is_matrix_function(point.model)) bytes += 8 * 3 * d * d;
  if (point.model == Model::patch_net) {
    double const features = static_cast<double>(point.kernel * point.kernel + 2 + 2 * point.hidden);
    bytes += 8 * static_cast<double>(std::max<std::int64_t>(point.batch, 8)) * d * features;
    bytes += 8 * entries(point) * (ranks == 1 ? kSets : 1);  // a network sees all rows of its set
  }
  if (!is_matrix_function(point.model)) return bytes;
  switch (settled_method(point)) {
    case Method::dense:
      return bytes + DenseDecomposition::bytes_per_rank(point, ranks);
    case Method::krylov: {
      double const steps = expected_steps(point) * (measures_bulk_distance(point) ? 2 : 1);
      bytes += linalg::PanelLanczos::bytes_per_rank(point.dim, point.num_generated, steps, ranks);
      // Ritz vectors of every seed and their image.
      return bytes + 8 * d * (2 + 2 * own) * seeds * static_cast<double>(leading_vectors(point));
    }
    case Method::mfn:
      return bytes + 8 * 102 * d * own;
    case Method::automatic:
      break;
  }
  return bytes;
}

study::Cost stage_cost(std::size_t stage, Parameters const& point, int ranks) {
  study::Cost cost;
  cost.bytes_per_rank = bytes_besides_rows(point, ranks);
  // `auto` takes room for rows only where there is some.
  auto const method = settled_method(point);
  bool const holds_rows = is_matrix_function(point.model) && method != Method::dense;
  if (holds_rows && (point.storage == Storage::stored || point.storage == Storage::stored32))
    cost.remedy = "storage = implicit";
  if (point.storage != Storage::automatic)
    cost.bytes_per_rank += linalg::TallMatrix::bytes_per_rank(number_of_examples(point), point.dim, ranks,
                                                              settled_storage(point, ranks, 0));
  if (stage == 0) {
    auto const d = static_cast<double>(point.dim);
    cost.normals = d * static_cast<double>(point.rank);
    if (point.spectrum == Spectrum::input && is_matrix_function(point.model))
      cost.flops = kEigenvectorFlops * d * d * d;
  } else if (stage == 1) {
    add_decomposition(cost, point, ranks);
  } else {
    cost.normals += static_cast<double>(point.num_generated) * static_cast<double>(point.dim);
    add_sampling(cost, point, ranks);
  }
  return cost;
}

}  // namespace thresher::linear_generative
