#include "linalg/weighted_gram_operator.hpp"

#include "linalg/row_gram_product.hpp"

#include <algorithm>
#include <cassert>
#include <vector>

namespace thresher::linalg {

WeightedGramOperator::WeightedGramOperator(TallMatrix const& rows, std::span<double const> own_weights,
                                           double shift, Entries entries)
    : rows_(rows),
      own_weights_(own_weights),
      layout_(rows.communicator(), rows.columns()),
      shift_(shift),
      entries_(entries) {
  assert(static_cast<std::int64_t>(own_weights.size()) == rows.owned().size());
}

void WeightedGramOperator::apply(ConstMatrixView own_in, MatrixView own_out) const {
  if (before_pass_) before_pass_();
  auto const width = own_in.columns;
  if (whole_.columns() != width) whole_ = DenseMatrix(layout_.rows(), width);
  gather_rows(layout_, own_in, whole_.view());
  DenseMatrix image;
  mpi::agree(layout_.communicator(), [&] { image = width == 1 ? vector_image() : panel_image(); });
  // The shift enters once, before the sum over ranks.
  double const shift = layout_.communicator().rank() == 0 ? shift_ : 0;
  for (std::int64_t j = 0; j < width; ++j)
    for (std::int64_t i = 0; i < layout_.rows(); ++i) image(i, j) += shift * whole_(i, j);
  sum_to_rows(layout_, image.view(), own_out);
}

DenseMatrix WeightedGramOperator::vector_image() const {
  DenseMatrix image(layout_.rows(), 1);
  auto const columns = layout_.rows();
  auto const vector = whole_.column(0);
  if (rows_.storage() == RowStorage::stored32) {
    add_row_gram_product(RowSpan<float>{rows_.floats(), columns}, own_weights_, vector, image.column(0));
    return image;
  }
  if (entries_ == Entries::floats) {
    add_image_of_floats(image.column(0));
    return image;
  }
  rows_.visit([&](mpi::Range some, ConstMatrixView block) {
    auto const entries = static_cast<std::size_t>(block.rows * block.columns);
    auto const first = static_cast<std::size_t>(some.begin - rows_.owned().begin);
    add_row_gram_product(RowSpan<double>{{block.data, entries}, columns},
                         own_weights_.subspan(first, static_cast<std::size_t>(block.columns)), vector,
                         image.column(0));
  });
  return image;
}

/// Blocks are cut where the sums of stored floats begin anew; what is left of one waits for the next.
void WeightedGramOperator::add_image_of_floats(std::span<double> image) const {
  auto const columns = layout_.rows();
  std::vector<float> waiting;
  std::int64_t first = 0;  // of the rows that wait
  auto const add = [&](std::int64_t count) {
    auto const entries = static_cast<std::size_t>(count * columns);
    add_row_gram_product(
        RowSpan<float>{std::span(waiting).first(entries), columns},
        own_weights_.subspan(static_cast<std::size_t>(first), static_cast<std::size_t>(count)),
        whole_.column(0), image);
    waiting.erase(waiting.begin(), waiting.begin() + static_cast<std::ptrdiff_t>(entries));
    first += count;
  };
  rows_.visit([&](mpi::Range some, ConstMatrixView block) {
    std::span<double const> const values(block.data, static_cast<std::size_t>(block.rows * block.columns));
    auto const held = waiting.size();
    waiting.resize(held + values.size());
    std::ranges::transform(values, waiting.begin() + static_cast<std::ptrdiff_t>(held),
                           [](double value) { return static_cast<float>(value); });
    auto const count = some.end - rows_.owned().begin - first;
    add(count - count % kFloatRowsTogether);
  });
  add(rows_.owned().size() - first);
}

DenseMatrix WeightedGramOperator::panel_image() const {
  auto const width = whole_.columns();
  ColumnGroups const panel(whole_.view());
  ColumnGroups image(layout_.rows(), width);
  rows_.visit([&](mpi::Range some, ConstMatrixView block) {
    if (scores_.rows() < block.columns || scores_.columns() != width)
      scores_ = ColumnGroups(block.columns, width);
    block_scores(block, panel, scores_);
    auto const first = some.begin - rows_.owned().begin;
    for (std::int64_t g = 0; g < scores_.groups(); ++g)
      for (std::int64_t row = 0; row < block.columns; ++row)
        for (std::int64_t k = 0; k < ColumnGroups::kWidth; ++k)
          scores_.group(g)[row * ColumnGroups::kWidth + k] *=
              own_weights_[static_cast<std::size_t>(first + row)];
    add_block_image(block, scores_, image);
  });
  DenseMatrix made(layout_.rows(), width);
  image.copy_to(made.view());
  return made;
}

}  // namespace thresher::linalg
