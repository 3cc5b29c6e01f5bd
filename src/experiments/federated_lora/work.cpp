#include "experiments/federated_lora/work.hpp"

#include "experiments/federated_lora/data/client_stack.hpp"
#include "experiments/federated_lora/data/rank_truncation.hpp"
#include "experiments/federated_lora/data/stack_passes.hpp"
#include "experiments/federated_lora/model/sizes.hpp"

#include <algorithm>
#include <cmath>

namespace thresher::federated_lora {

namespace {

/// Iterations of the solver at admm_tol 1e-6 with noise; Weiszfeld's sweeps; products of the block Krylov
/// method per iteration, with blocks of rank + kBlockGuard columns, and for a frame from nothing.
constexpr double kIterations = 40;
constexpr double kIterationsWarm = 25;  ///< at a price close to the one before
constexpr double kSweeps = 25;
constexpr double kProductsWarm = 3;
constexpr double kProductsCold = 15;
constexpr double kBlockGuard = 4;
/// LAPACK's reduction of a Gram matrix, in units of n^3.
constexpr double kEigenFlops = 6;

struct Sizes {
  double clients, d1, d2, rank, entries;
  double known;  ///< rank of an estimate; 0: any
  bool factored;
};
Sizes sizes_of(Parameters const& point, Adapter const* adapter, int ranks) {
  auto const clients = static_cast<double>(point.clients);
  auto const d1 = static_cast<double>(point.d1);
  auto const d2 = static_cast<double>(point.d2);
  auto const known = known_rank(point, adapter);
  return {clients,
          d1,
          d2,
          static_cast<double>(fitted_rank(point)),
          clients * d1 * d2,
          static_cast<double>(known),
          stores_factors(point, known, ranks)};
}

/// A stack that is looked at: its rows, and columns of one client.
struct Shape {
  double rows, columns;
};

/// The stack about a centre: without a common part the left factors tell.
Shape looked_at(Parameters const& point, Sizes const& sizes) {
  bool const left_only = sizes.factored && point.centering == Centering::none;
  return {sizes.d1, left_only ? sizes.known : sizes.d2};
}

/// Leading left vectors of a stack, in so many products where it has many rows.
void add_frame(study::Cost& cost, Shape shape, Sizes const& sizes, double products) {
  double const rows = shape.rows;
  double const columns = sizes.clients * shape.columns;
  bool const by_gram = rows <= static_cast<double>(kLargestGram);
  if (by_gram)
    cost.flops += rows * rows * columns + kEigenFlops * rows * rows * rows;
  else
    cost.flops += products * 4 * rows * (sizes.rank + kBlockGuard) * columns;
  cost.bytes_streamed += (by_gram ? 1 : products) * 8 * rows * columns;
  // Every product makes the matrices from their factors.
  if (sizes.factored && shape.columns == sizes.d2)
    cost.flops += (by_gram ? 1 : products) * 2 * rows * columns * sizes.known;
}

double stack_bytes(Parameters const& point, int ranks) {
  return ClientStack::bytes_per_rank(point.clients, point.d1, point.d2, ranks);
}

/// The estimates as they are stored.
double estimates_bytes(Parameters const& point, Sizes const& sizes, int ranks) {
  if (!sizes.factored) return stack_bytes(point, ranks);
  return ClientStack::bytes_per_rank(point.clients, point.d1 + point.d2,
                                     static_cast<std::int64_t>(sizes.known), ranks);
}

/// What each rank holds in full: a few matrices of one client's shape, a block of columns, frames.
double whole_bytes(Parameters const& point, Sizes const& sizes) {
  double const block = 8 * static_cast<double>(columns_at_once(point.d1)) * sizes.d1;
  return 8 * (8 * sizes.d1 * sizes.d2 + 40 * sizes.d1 * (sizes.rank + 8)) + 2 * block +
         8 * 2 * std::min(sizes.d1, static_cast<double>(kLargestGram)) * sizes.d1;
}

/// Positions that a text of so many sequences predicts.
double positions(Parameters const& point, double sequences) {
  return sequences * static_cast<double>(point.copy_length);
}
/// Attention of a text, in flops per output position.
double attention_flops(Parameters const& point) {
  auto const d = static_cast<double>(point.d_model);
  return 2 * d * d + 8 * d * static_cast<double>(point.copy_length);
}
/// An exponential, in flops.
constexpr double kExponentialFlops = 30;

study::Cost pretraining_cost(Parameters const& point) {
  study::Cost cost;
  if (point.module != Module::copy) return cost;
  auto const d = static_cast<double>(point.d_model);
  auto const v = static_cast<double>(point.vocab);
  double const count = positions(point, 64);
  cost.flops = static_cast<double>(point.pretrain_steps) * count *
               (3 * attention_flops(point) + 8 * d * d + (6 * d + kExponentialFlops) * v);
  cost.bytes_per_rank = 8 * (count * (8 * d + 3 * v) + 6 * d * d + 2 * v * d);
  return cost;
}

study::Cost training_cost(Parameters const& point, int ranks, Sizes const& sizes) {
  study::Cost cost;
  auto const d = static_cast<double>(point.d_model);
  auto const v = static_cast<double>(point.vocab);
  double const rank = point.lora_rank == 0 ? d : static_cast<double>(point.lora_rank);
  double const count = positions(point, static_cast<double>(point.n_local));
  cost.bytes_per_rank = stack_bytes(point, ranks) + whole_bytes(point, sizes) + 8 * count * (6 * d + 3 * v);
  cost.flops = sizes.clients * static_cast<double>(point.train_steps) *
               (point.lora_rank == 0
                    ? count * (4 * d * v + kExponentialFlops * v) + 4 * d * d * v
                    : count * (4 * rank * d + 6 * rank * v + kExponentialFlops * v) + 4 * rank * d * v);
  // Every rank takes its turns: the team waits for the one with most clients.
  double const turns = std::ceil(sizes.clients / ranks) * ranks / sizes.clients;
  cost.flops *= turns;
  return cost;
}

/// Truncating one estimate: a full decomposition, or six products with a sketch.
double truncation_flops(Sizes const& sizes) {
  double const short_side = std::min(sizes.d1, sizes.d2);
  if (short_side > static_cast<double>(kLargestDenseSvd))
    return 6 * 2 * sizes.d1 * sizes.d2 * (sizes.known + static_cast<double>(kOversampling));
  return 20 * sizes.d1 * sizes.d2 * short_side;
}

study::Cost data_cost(Parameters const& point, int ranks, Sizes const& sizes) {
  study::Cost cost;
  cost.bytes_per_rank = estimates_bytes(point, sizes, ranks) + whole_bytes(point, sizes);
  // The noiseless stack, of which the exact level is measured, is there for a moment.
  if (point.heterogeneity > 0) cost.bytes_per_rank += stack_bytes(point, ranks);
  auto const n = static_cast<double>(point.n_local);
  double const linear = static_cast<double>(std::max(point.rank, point.contamination_rank));
  cost.flops += 3 * 2 * sizes.entries * linear;
  if (point.noise > 0 && point.module == Module::gaussian) cost.normals += sizes.entries;
  if (point.heterogeneity > 0) cost.normals += 3 * sizes.entries;
  if (point.module == Module::linreg) {
    cost.normals += sizes.clients * n * (sizes.d1 + sizes.d2);
    cost.flops += sizes.clients * n * sizes.d1 * (sizes.d1 + 4 * sizes.d2);
  }
  if (point.local_rank > 0) cost.flops += sizes.clients * truncation_flops(sizes);
  if (!sizes.factored) cost.bytes_streamed += kSweeps * 2 * 8 * sizes.entries;
  cost.flops += kSweeps * (5 + (sizes.factored ? 4 * sizes.known : 0)) * sizes.entries;
  Shape const about_common{sizes.d1, sizes.factored && point.common_norm == 0 ? sizes.known : sizes.d2};
  for (int frame = 0; frame < 2; ++frame) add_frame(cost, about_common, sizes, kProductsCold);
  if (point.heterogeneity > 0) add_frame(cost, {sizes.d1, sizes.d2}, sizes, kProductsCold);
  return cost;
}

/// Of the solver, on a stack that it holds.
void add_iterations(study::Cost& cost, Shape shape, Sizes sizes, double iterations) {
  double const entries = shape.rows * sizes.clients * shape.columns;
  sizes.factored = false;
  for (int iteration = 0; iteration < static_cast<int>(iterations); ++iteration) {
    add_frame(cost, shape, sizes, kProductsWarm);
    cost.flops += 4 * entries * sizes.rank + 12 * entries;
    cost.bytes_streamed += 5 * 8 * entries;
  }
}

/// The stack that the program is solved on, and the copies of it that the solver holds beside the estimates.
struct ProgramWork {
  Shape shape;
  double copies;
};
ProgramWork program_work(Parameters const& point, Sizes const& sizes) {
  if (point.compress_rank > 0) return {{static_cast<double>(point.compress_rank), sizes.d2}, 2};
  if (point.centering == Centering::none && sizes.known > 0)
    return {{sizes.d1, std::min(sizes.known, sizes.d2)}, sizes.factored ? 1.0 : 2.0};
  return {{sizes.d1, sizes.d2}, sizes.factored ? 2.0 : 1.0};
}
double program_bytes(Parameters const& point, Sizes const& sizes, int ranks) {
  auto const work = program_work(point, sizes);
  return work.copies * ClientStack::bytes_per_rank(point.clients, static_cast<std::int64_t>(work.shape.rows),
                                                   static_cast<std::int64_t>(work.shape.columns), ranks);
}

study::Cost solve_cost(Parameters const& point, int ranks, Sizes const& sizes) {
  study::Cost cost;
  cost.bytes_per_rank =
      estimates_bytes(point, sizes, ranks) + program_bytes(point, sizes, ranks) + whole_bytes(point, sizes);
  add_iterations(cost, program_work(point, sizes).shape, sizes,
                 std::min(kIterations, static_cast<double>(point.admm_max_iter)));
  for (int frame = 0; frame < 4; ++frame) add_frame(cost, looked_at(point, sizes), sizes, kProductsCold);
  return cost;
}

study::Cost decide_cost(Parameters const& point, int ranks, Sizes const& sizes) {
  study::Cost cost;
  cost.bytes_per_rank = estimates_bytes(point, sizes, ranks) + whole_bytes(point, sizes) +
                        8 * sizes.d1 * sizes.d2 * static_cast<double>(kMethods);
  for (std::int64_t pass = 0; pass < 2 * std::min<std::int64_t>(point.polish, 2); ++pass)
    add_frame(cost, looked_at(point, sizes), sizes, kProductsCold);
  cost.flops += sizes.entries * (4 * sizes.rank + 6) * (6 + static_cast<double>(kMethods));
  if (sizes.factored) cost.flops += 2 * sizes.entries * sizes.known * (2 + static_cast<double>(kMethods));
  if (point.heterogeneity > 0) cost.normals += sizes.entries;
  if (point.path_points > 0) {
    cost.bytes_per_rank += program_bytes(point, sizes, ranks);
    add_iterations(cost, program_work(point, sizes).shape, sizes,
                   kIterationsWarm * static_cast<double>(point.path_points));
  }
  if (point.module == Module::copy) {
    auto const d = static_cast<double>(point.d_model);
    auto const v = static_cast<double>(point.vocab);
    double const count = positions(point, static_cast<double>(point.test_sequences));
    cost.bytes_per_rank += 8 * count * (6 * d + 3 * v);
    cost.flops +=
        sizes.clients * (count * (attention_flops(point) +
                                  static_cast<double>(kMethods) * (2 * d * v + kExponentialFlops * v)) +
                         static_cast<double>(kMethods) * 2 * d * d * v);
  }
  return cost;
}

study::Cost cost_of_one(std::size_t stage, Parameters const& point, Adapter const* adapter, int ranks) {
  auto const sizes = sizes_of(point, adapter, ranks);
  if (stage == 0) return pretraining_cost(point);
  if (stage == 1)
    return point.module == Module::copy ? training_cost(point, ranks, sizes) : data_cost(point, ranks, sizes);
  if (stage == 2) return solve_cost(point, ranks, sizes);
  return decide_cost(point, ranks, sizes);
}

}  // namespace

study::Cost stage_cost(std::size_t stage, Parameters const& point, int ranks) {
  if (point.module != Module::input || point.input == nullptr)
    return cost_of_one(stage, point, nullptr, ranks);
  // One after the other, beside the data of all.
  study::Cost total;
  double held = 0, working = 0;
  for (auto const& adapter : point.input->adapters) {
    auto const own = of_adapter(point, adapter);
    auto const cost = cost_of_one(stage, own, &adapter, ranks);
    total.flops += cost.flops;
    total.bytes_streamed += cost.bytes_streamed;
    double const data = estimates_bytes(own, sizes_of(own, &adapter, ranks), ranks);
    held += data;
    working = std::max(working, cost.bytes_per_rank - data);
  }
  total.bytes_per_rank = held + std::max(working, 0.0);
  return total;
}

}  // namespace thresher::federated_lora
