#include "experiments/group_matrix/estimators/validation_split.hpp"

#include <algorithm>
#include <vector>

namespace thresher::group_matrix {

namespace {

/// Says of the columns of one own row which are held out.
using MarkRow = std::function<void(std::int64_t own_row, std::vector<char>& held)>;

MarkRow mark_entries(double fraction, MatrixData const& data) {
  return [&data, fraction, draws = std::vector<double>()](std::int64_t own_row,
                                                          std::vector<char>& held) mutable {
    draws.resize(held.size());
    data.validation_draws(own_row, draws);
    std::ranges::transform(draws, held.begin(), [&](double u) { return u < fraction ? 1 : 0; });
  };
}

MarkRow mark_pairs(double fraction, MatrixData const& data) {
  auto const& blocks = data.blocks();
  std::vector<std::vector<std::int32_t>> blocks_of(
      static_cast<std::size_t>(data.observations().own().size()));
  std::vector<std::vector<char>> held_of;
  std::vector<double> draws(static_cast<std::size_t>(data.observations().columns()));
  for (std::size_t b = 0; b < blocks.size(); ++b) {
    for (auto const i : blocks[b].own)
      blocks_of[static_cast<std::size_t>(i)].push_back(static_cast<std::int32_t>(b));
    data.validation_pair_draws(static_cast<std::int64_t>(b), draws);
    auto& held = held_of.emplace_back(draws.size());
    std::ranges::transform(draws, held.begin(), [&](double u) { return u < fraction ? 1 : 0; });
  }
  return [blocks_of = std::move(blocks_of), held_of = std::move(held_of)](std::int64_t own_row,
                                                                          std::vector<char>& held) {
    std::ranges::fill(held, 0);
    for (auto const b : blocks_of[static_cast<std::size_t>(own_row)])
      for (std::size_t j = 0; j < held.size(); ++j) held[j] |= held_of[static_cast<std::size_t>(b)][j];
  };
}

}  // namespace

ValidationSplit split_for_validation(Parameters const& point, MatrixData const& data) {
  auto const mark = point.val_split == HeldOut::entries ? mark_entries(point.val_fraction, data)
                                                        : mark_pairs(point.val_fraction, data);
  auto const& all = data.observations();
  auto const part = [&](bool of_held) {
    std::vector<char> held(static_cast<std::size_t>(all.columns()));
    std::int64_t marked = -1;
    return all.part([&](std::int64_t row, std::int64_t entry) {
      if (row != marked) mark(row, held);
      marked = row;
      return (held[static_cast<std::size_t>(all.column(entry))] != 0) == of_held;
    });
  };
  return {part(false), part(true)};
}

}  // namespace thresher::group_matrix
