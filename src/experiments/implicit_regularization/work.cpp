#include "experiments/implicit_regularization/work.hpp"

#include "experiments/implicit_regularization/data/trial_data.hpp"
#include "experiments/implicit_regularization/model/candidates.hpp"
#include "experiments/implicit_regularization/model/network_shape.hpp"
#include "experiments/implicit_regularization/model/own_snapshots.hpp"
#include "experiments/implicit_regularization/model/setting.hpp"
#include "experiments/implicit_regularization/solvers/stages.hpp"

#include <algorithm>
#include <cmath>

namespace thresher::implicit_regularization {

namespace {

constexpr double kPanelRows = 1024, kMinimiserVectors = 72, kGramNumbers = 1 << 20;
/// Work over d^3 at the rate of products (measured at d = 4000): eigenvectors, and the symmetric matrix of d
/// runs. One rank does it while the others wait.
constexpr double kDecomposition = 11, kMatrixFit = 30;

/// Sizes of a point, as numbers to multiply.
struct Sizes {
  double n, d, parameters, own_parameters, blocks, ranks;
  double batch;  ///< rows of an update
  double panel;  ///< numbers in one panel of all hidden layers

  Sizes(Parameters const& p, int team) : ranks(team) {
    bool const own = p.input != nullptr;
    auto const shape = network_shape(p);
    n = static_cast<double>(own ? p.input->rows : p.n);
    d = static_cast<double>(shape.inputs(0));
    bool const network = is_network(p);
    parameters = network ? static_cast<double>(shape.parameters()) : d;
    blocks = static_cast<double>(own ? p.input->snapshots : blocks_of(p));
    batch = takes_batches(p) ? static_cast<double>(p.batch) : n;
    bool const wide = network && shape.layers() == 2;
    double const largest_block = wide ? unit_share(shape.outputs(0)) : 1;
    own_parameters = wide ? parameters * largest_block : parameters;
    double units = 0;
    if (network) units = static_cast<double>(shape.units_before(shape.hidden_layers()));
    double const rows = wide ? std::min(n, kPanelRows) : n / row_blocks(static_cast<std::int64_t>(n)) + 1;
    panel = rows * units * largest_block;
  }

  /// Largest part of the hidden units on a rank: whole blocks.
  double unit_share(std::int64_t units) const {
    double const blocks_of_units = unit_blocks(units);
    return std::min(1.0, std::ceil(blocks_of_units / ranks) / blocks_of_units);
  }
};

double data_bytes(Parameters const& p, Sizes const& s) {
  double const share = spreads_rows(p) ? 1 / std::min(s.ranks, static_cast<double>(row_blocks(p.n))) : 1;
  double const again = p.input == nullptr && p.resample == Resample::bootstrap ? 2 : 1;
  return 8 * s.n * share * (s.d * again + 4);
}

double updates(Parameters const& p) {
  if (p.input != nullptr) return 0;
  if (p.model == Model::diagonal) return static_cast<double>(p.steps);
  if (p.observation != Observation::endpoint) return static_cast<double>(p.burn_in);
  return optimizer_of(p) == Optimizer::lbfgs ? static_cast<double>(p.max_iter) / 4
                                             : static_cast<double>(p.steps);
}

bool by_moments(Parameters const& p) {
  return p.input == nullptr && p.loss == Loss::squared && !takes_batches(p) && p.d <= p.n &&
         (p.model == Model::diagonal || p.model == Model::linear);
}

study::Cost train_cost(Parameters const& p, Sizes const& s) {
  study::Cost cost;
  double const square = s.d * s.d;
  cost.bytes_per_rank = 8 * (2 * s.blocks * s.parameters / s.ranks + 4 * s.panel + 8 * s.own_parameters);
  if (is_spectral(p) && p.input == nullptr) {
    cost.flops = s.blocks * (4 * s.n * s.d + 6 * square * s.ranks);
    cost.bytes_per_rank += 8 * 48 * s.d;
    if (p.resample == Resample::bootstrap)
      cost.flops += s.blocks * (2 * s.n * square + s.ranks * kDecomposition * square * s.d);
    return cost;
  }
  if (by_moments(p)) {
    cost.flops = s.blocks * (2 * s.n * square + s.ranks * 2 * updates(p) * square);
    cost.bytes_per_rank += 8 * 4 * square;
    return cost;
  }
  double const masks =
      p.modification == Modification::dropout ? 12 : 0;  // flops that a mask's entry is worth
  double const units = static_cast<double>(p.width * p.depth);
  double const per_update = s.batch * (6 * s.parameters + (10 + masks) * units) + 20 * s.parameters;
  cost.flops = s.blocks * updates(p) * per_update;
  bool const updates_at_minimum = p.observation == Observation::update && p.model == Model::linear;
  bool const ends_at_minimum = p.observation == Observation::endpoint && optimizer_of(p) == Optimizer::lbfgs;
  if (updates_at_minimum || ends_at_minimum) cost.bytes_per_rank += 8 * kMinimiserVectors * s.parameters;
  return cost;
}

/// Columns that a deviation holds besides weights and b.
double stored_columns(Candidates needed) {
  double count = 0;
  for (auto const name : {Candidate::l2_init, Candidate::group, Candidate::path, Candidate::data_l2,
                          Candidate::dropout, Candidate::gradnorm, Candidate::batchnoise})
    if (needed.contains(name)) ++count;
  return count;
}

/// Panels of every hidden layer that gradients, dropout columns or Hessian products hold.
double panels(Candidates needed, Parameters const& p) {
  bool const hessian = needed.contains(Candidate::gradnorm) || needed.contains(Candidate::batchnoise) ||
                       (p.input == nullptr && p.horizon > 0);
  if (hessian) return 8;
  return needed.contains(Candidate::dropout) ? 7 : 4;
}

/// Numbers of a rank in the blocks of a deviation.
double deviation_numbers(Parameters const& p, Sizes const& s) {
  double const parts = p.input != nullptr ? 11 : 1;  // with each tenth of the rows left out
  return s.blocks * parts * (2 + stored_columns(needed_columns(p))) * s.parameters / s.ranks;
}

study::Cost observe_cost(Parameters const& p, Sizes const& s) {
  auto const needed = needed_columns(p);
  double const columns = stored_columns(needed);
  study::Cost cost;
  double const vectors = p.observation == Observation::flow ? 12 : 6;
  cost.bytes_per_rank =
      8 * (deviation_numbers(p, s) + (vectors + columns) * s.own_parameters + panels(needed, p) * s.panel);
  // Sums over rows of replicated weights: the blocks' sums.
  bool const is_deep = s.panel > 0 && s.own_parameters == s.parameters;
  if (s.ranks > 1 && is_deep)
    cost.bytes_per_rank += 8 * s.parameters * (2 + 2 * row_blocks(static_cast<std::int64_t>(s.n)) / s.ranks);
  double const gradient = 6 * s.n * s.parameters;
  double gradients = 2;
  if (needed.contains(Candidate::dropout)) gradients += 3;
  if (needed.contains(Candidate::data_l2)) gradients += 0.4;
  if (needed.contains(Candidate::gradnorm)) gradients += 3;
  if (needed.contains(Candidate::batchnoise)) gradients += 3;
  if (p.input == nullptr) {
    auto const repeats = static_cast<double>(p.n_repeats);
    if (p.observation == Observation::update) gradients += 1.2 * repeats;
    if (p.observation == Observation::flow) gradients += 4 * static_cast<double>(p.flow_substeps) + 2;
    if (p.modification == Modification::minibatch) gradients += 2 * repeats;
  }
  cost.flops = s.blocks * gradients * gradient;
  if (p.input == nullptr && p.modification == Modification::step_size)
    cost.flops += static_cast<double>(p.horizon) * (20 * static_cast<double>(p.flow_substeps) + 1) * gradient;
  if (p.matrix_fit != MatrixFit::none) {
    cost.bytes_per_rank += 8 * 2 * s.d * s.d;
    cost.flops += 2 * s.n * s.d * s.d;
  }
  return cost;
}

study::Cost fit_cost(Parameters const& p, Sizes const& s) {
  auto const count = static_cast<double>(members(needed_columns(p)).size()) + 1;
  double const entries = s.blocks * s.parameters;
  study::Cost cost;
  cost.flops = entries * (4 * count * count + 61 * 12);
  // The profile keeps two numbers per entry of all blocks; columns are made block by block.
  cost.bytes_per_rank = 8 * (deviation_numbers(p, s) + (4 * entries + (count + 1) * s.parameters) / s.ranks);
  if (p.matrix_fit != MatrixFit::none) {
    double const square = s.d * s.d;
    cost.flops += s.ranks * (kMatrixFit * square * s.d + 6 * square * s.blocks);
    cost.bytes_per_rank += 8 * (8 * square + 6 * s.d * s.blocks);
  }
  return cost;
}

}  // namespace

study::Cost stage_cost(std::size_t stage, Parameters const& point, int ranks) {
  Sizes const s(point, ranks);
  double const data = data_bytes(point, s);
  double const spectrum = needs_spectrum(point) ? 8 * s.d * s.d : 0;
  study::Cost cost;
  switch (stage) {
    case 0:
      cost.normals = point.input != nullptr ? 0 : s.n * s.d;
      cost.bytes_streamed = 8 * s.n * s.d;
      break;
    case 1:
      if (spectrum > 0) {
        cost.flops = s.n * s.d * s.d + s.ranks * kDecomposition * s.d * s.d * s.d;
        // LAPACK's workspace is two matrices; stripes of the Gram matrix are summed in four copies.
        cost.bytes_per_rank = 3 * spectrum + 8 * 4 * std::min(s.d * s.d, kGramNumbers);
      }
      break;
    case 2:
      cost = train_cost(point, s);
      cost.normals = s.blocks * (s.n + s.parameters);
      break;
    case 3:
      cost = observe_cost(point, s);
      cost.normals = s.blocks * s.n;
      break;
    default:
      cost = fit_cost(point, s);
      break;
  }
  cost.bytes_per_rank += data + (stage > 1 ? spectrum : 0);
  return cost;
}

}  // namespace thresher::implicit_regularization
