#include "experiments/federated_lora/data/copy/softmax_rows.hpp"

#include "numerics/vector_math.hpp"

#include <cassert>

namespace thresher::federated_lora {

using linalg::ConstMatrixView;
using linalg::MatrixView;

namespace {

using numerics::NarrowLanes;
using numerics::WideLanes;

/// The largest entry of a register's rows.
template <class Lanes>
[[gnu::always_inline]] inline void take_largest(double const* first, ConstMatrixView const& logits,
                                                typename Lanes::Reals& largest) {
  numerics::load<Lanes>(largest, first);
  for (std::int64_t a = 1; a < logits.columns; ++a) {
    typename Lanes::Reals entry;
    numerics::load<Lanes>(entry, first + a * logits.leading);
    largest = entry > largest ? entry : largest;
  }
}

template <class Lanes>
[[gnu::always_inline]] inline void slopes_of_rows(MatrixView const& logits, double const* targets,
                                                  double weight) {
  using Reals = typename Lanes::Reals;
  for (std::int64_t row = 0; row < logits.rows; row += static_cast<std::int64_t>(Lanes::kLanes)) {
    double* const first = logits.data + row;
    Reals largest, target, sum = {};
    take_largest<Lanes>(first, logits, largest);
    numerics::load<Lanes>(target, targets + row);
    for (std::int64_t a = 0; a < logits.columns; ++a) {
      Reals entry;
      numerics::load<Lanes>(entry, first + a * logits.leading);
      entry -= largest;
      numerics::exponentiate<Lanes>(entry);
      sum += entry;
      numerics::store<Lanes>(first + a * logits.leading, entry);
    }
    Reals const factor = weight / sum;
    for (std::int64_t a = 0; a < logits.columns; ++a) {
      Reals entry;
      numerics::load<Lanes>(entry, first + a * logits.leading);
      entry = entry * factor - (target == static_cast<double>(a) ? Reals{} + weight : Reals{});
      numerics::store<Lanes>(first + a * logits.leading, entry);
    }
  }
}

template <class Lanes>
[[gnu::always_inline]] inline void score_panel(ConstMatrixView const& logits, double const* targets,
                                               TextScore& score) {
  using Reals = typename Lanes::Reals;
  for (std::int64_t row = 0; row < logits.rows; row += static_cast<std::int64_t>(Lanes::kLanes)) {
    double const* const first = logits.data + row;
    Reals largest, target, sum = {}, best = {}, of_target = {};
    take_largest<Lanes>(first, logits, largest);
    numerics::load<Lanes>(target, targets + row);
    for (std::int64_t a = logits.columns - 1; a >= 0; --a) {
      auto const token = static_cast<double>(a);
      Reals entry;
      numerics::load<Lanes>(entry, first + a * logits.leading);
      best = entry == largest ? Reals{} + token : best;
      of_target = target == token ? entry : of_target;
      entry -= largest;
      numerics::exponentiate<Lanes>(entry);
      sum += entry;
    }
    numerics::take_logarithm<Lanes>(sum);
    Reals const loss = target < 0.0 ? Reals{} : largest - of_target + sum;
    Reals const right = target == best ? Reals{} + 1.0 : Reals{};
    for (std::size_t lane = 0; lane < Lanes::kLanes; ++lane) {
      score.loss += loss[lane];
      score.right += right[lane];
    }
  }
}

THRESHER_WIDE_TARGET void slopes_wide(MatrixView const& logits, double const* targets, double weight) {
  slopes_of_rows<WideLanes>(logits, targets, weight);
}
void slopes_narrow(MatrixView const& logits, double const* targets, double weight) {
  slopes_of_rows<NarrowLanes>(logits, targets, weight);
}
THRESHER_WIDE_TARGET void score_wide(ConstMatrixView const& logits, double const* targets, TextScore& score) {
  score_panel<WideLanes>(logits, targets, score);
}
void score_narrow(ConstMatrixView const& logits, double const* targets, TextScore& score) {
  score_panel<NarrowLanes>(logits, targets, score);
}

}  // namespace

numerics::AlignedVector panel_targets(std::span<std::int32_t const> targets) {
  numerics::AlignedVector result(
      (targets.size() + linalg::kPanelRows - 1) / linalg::kPanelRows * linalg::kPanelRows, -1.0);
  for (std::size_t i = 0; i < targets.size(); ++i) result[i] = targets[i];
  return result;
}

void softmax_slopes(MatrixView logits, std::span<double const> targets, double weight) {
  assert(logits.rows % linalg::kPanelRows == 0 && std::ssize(targets) == logits.rows);
  (numerics::has_wide_lanes() ? slopes_wide : slopes_narrow)(logits, targets.data(), weight);
}

TextScore score_rows(ConstMatrixView logits, std::span<double const> targets) {
  assert(logits.rows % linalg::kPanelRows == 0 && std::ssize(targets) == logits.rows);
  TextScore score;
  (numerics::has_wide_lanes() ? score_wide : score_narrow)(logits, targets.data(), score);
  return score;
}

}  // namespace thresher::federated_lora
