#include "experiments/mixed_quality_lasso/data/design_columns.hpp"

#include <algorithm>

namespace thresher::mixed_quality_lasso {

namespace {

/// Columns that are generated and used together: a block of them stays in the second-level cache.
std::int64_t columns_per_block(std::int64_t rows) {
  std::int64_t const bytes = std::int64_t{1} << 18;
  std::int64_t const columns = bytes / (8 * std::max<std::int64_t>(rows, 1));
  return std::clamp<std::int64_t>(columns / 8 * 8, 8, 64);
}

}  // namespace

DesignColumns::DesignColumns(random::Stream stream, mpi::Range columns, std::int64_t high_quality_rows,
                             std::int64_t low_quality_rows)
    : stream_(stream),
      columns_(columns),
      high_(high_quality_rows),
      rows_(high_quality_rows + low_quality_rows),
      block_columns_(columns_per_block(rows_)) {}

void DesignColumns::generate(std::int64_t begin, std::int64_t end, double* out) const {
  auto const size = static_cast<std::size_t>(rows_ * (end - begin));
  auto const high = static_cast<std::size_t>(high_);
  if (high_ > 0)
    random::fill_normals(stream_, {0, high_, begin, end}, random::Layout::column_major, std::span(out, size),
                         rows_);
  if (rows_ > high_)
    random::fill_normals(stream_, {kLowQualityRow, kLowQualityRow + rows_ - high_, begin, end},
                         random::Layout::column_major, std::span(out + high, size - high), rows_);
}

double const* DesignColumns::stored(std::int64_t column) const {
  if (entries_.empty() || column < columns_.begin || column >= columns_.end) return nullptr;
  std::int64_t const local = column - columns_.begin;
  return is_stored_[static_cast<std::size_t>(local / block_columns_)] != 0 ? entries_.data() + local * rows_
                                                                           : nullptr;
}

void DesignColumns::store_block(std::int64_t block) {
  auto& is_stored = is_stored_[static_cast<std::size_t>(block)];
  if (is_stored != 0) return;
  std::int64_t const begin = block * block_columns_;
  std::int64_t const end = std::min(begin + block_columns_, columns_.size());
  generate(columns_.begin + begin, columns_.begin + end, entries_.data() + begin * rows_);
  is_stored = 1;
}

void DesignColumns::visit(std::span<std::int64_t const> which, Storage storage, Work const& work) {
  if (storage == Storage::dense)
    visit_stored(which, work);
  else
    visit_scratch(which, work);
}

void DesignColumns::visit_stored(std::span<std::int64_t const> which, Work const& work) {
  if (entries_.empty()) {
    entries_ = RecycledBuffer(static_cast<std::size_t>(rows_ * columns_.size()));
    is_stored_.assign(static_cast<std::size_t>(columns_.size() / block_columns_ + 1), 0);
  }
  std::vector<double const*> pointers;
  for (std::size_t first = 0; first < which.size();) {
    std::int64_t const block = (which[first] - columns_.begin) / block_columns_;
    store_block(block);
    pointers.clear();
    std::size_t k = first;
    for (; k < which.size() && (which[k] - columns_.begin) / block_columns_ == block; ++k)
      pointers.push_back(entries_.data() + (which[k] - columns_.begin) * rows_);
    work(first, pointers);
    first = k;
  }
}

void DesignColumns::visit_scratch(std::span<std::int64_t const> which, Work const& work) {
  scratch_.resize(static_cast<std::size_t>(rows_ * block_columns_));
  std::vector<double const*> pointers;
  for (std::size_t first = 0; first < which.size();) {
    // Runs without holes wider than a pair of columns, which are drawn together anyway.
    std::size_t last = first;
    while (last + 1 < which.size() && which[last + 1] - which[first] < block_columns_ &&
           which[last + 1] - which[last] <= 2)
      ++last;
    generate(which[first], which[last] + 1, scratch_.data());
    pointers.clear();
    for (std::size_t k = first; k <= last; ++k)
      pointers.push_back(scratch_.data() + (which[k] - which[first]) * rows_);
    work(first, pointers);
    first = last + 1;
  }
}

}  // namespace thresher::mixed_quality_lasso
