#pragma once

#include "experiments/partial_order/model/setting.hpp"
#include "experiments/partial_order/solvers/list_rows.hpp"
#include "experiments/partial_order/solvers/list_steps.hpp"
#include "numerics/aligned_vector.hpp"

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

namespace thresher::partial_order {

/// How local numbers follow the list: item t of the list has number t, or any number (that of the item).
enum class Numbering { by_position, by_item };

struct ListShape {
  std::span<std::int32_t const> order;  ///< local numbers: chosen ones in their order, then the rest
  std::int64_t steps = 0;               ///< how many are chosen
  std::size_t width = 0;
  Numbering numbering = Numbering::by_position;
};

/// Value, and derivatives by the parameters of the choice where they are asked for.
struct ListSums {
  double value = 0;
  double by_beta = 0;
  double by_epsilon = 0;
};

/// log p~ of one list and its derivatives: at step t item r of the remaining has the weight phi (1 + S)^beta,
/// phi = prod (1 - P_br), S = sum P_rb over the remaining b, and is chosen in proportion to it, or, with
/// probability epsilon, evenly. Running sums go from the last step to the first; lists longer than kWholeList
/// keep them every kCheckpoint steps only and compute the rows between again: memory items^2 / 64 rather than
/// items^2. Not collective; one object per thread.
class ListKernel {
 public:
  static constexpr std::int64_t kWholeList = 512;
  static constexpr std::int64_t kCheckpoint = 64;

  explicit ListKernel(Slopes slopes) : asked_(slopes) {}
  /// Adds `weight` times the list's value and derivatives to `sums`, and hands those by table entries to
  /// `rows`.
  void add(ListShape const& shape, double weight, Noise const& noise, ListRows& rows, ListSums& sums);

  static double bytes(std::int64_t items);

 private:
  struct Block {
    std::int64_t begin;
    std::int64_t end;
  };
  void open(ListShape const& shape);
  void start_sums(ListShape const& shape, std::int64_t from, ListRows& rows);
  void backward(ListShape const& shape, Block block, double beta, ListRows& rows);
  void score(std::int64_t items, Block block, double weight, Noise const& noise, ListSums& sums);
  void forward(ListShape const& shape, Block block, double beta, ListRows& rows);
  double* weight_row(std::int64_t slot) { return weights_.data() + static_cast<std::size_t>(slot) * width_; }
  double* slope_row(std::int64_t slot) { return slopes_.data() + static_cast<std::size_t>(slot) * width_; }

  Slopes asked_;
  std::size_t width_ = 0;
  numerics::AlignedVector free_;     ///< running sum of log(1 - P)
  numerics::AlignedVector after_;    ///< running sum of P
  numerics::AlignedVector dead_;     ///< 0 for remaining items, else far below every exponent
  numerics::AlignedVector weights_;  ///< rows of a block: weights over their largest
  numerics::AlignedVector slopes_;   ///< rows of a block: derivatives of the weights by S
  numerics::AlignedVector by_free_;
  numerics::AlignedVector by_after_;
  numerics::AlignedVector checkpoints_;
  /// Per step.
  std::vector<double> sums_;         ///< of the weights
  std::vector<double> log_sums_;     ///< of weight times log(1 + S), where asked for
  std::vector<double> own_weights_;  ///< of the item chosen
  std::vector<double> own_after_;    ///< its S
  std::vector<double> shares_;       ///< of the model in the choice, times the list's weight
  std::vector<double> pulls_;        ///< share over sum
  std::vector<double> logs_;
};

}  // namespace thresher::partial_order
