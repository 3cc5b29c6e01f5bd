#include "linalg/float_column_groups.hpp"

#include "linalg/column_group_kernels.hpp"
#include "random/stream.hpp"

#include <cassert>
#include <cmath>

namespace thresher::linalg {

namespace {

[[gnu::target("avx512f,avx512dq,avx512vl")]] void float_scores_avx512(FloatBlock block,
                                                                      FloatColumnGroups const& panel,
                                                                      FloatColumnGroups& scores) {
  group_kernels::all_scores<group_kernels::WideGroup<float>, 8>(block, panel, scores);
}
[[gnu::target("avx512f,avx512dq,avx512vl")]] void float_image_avx512(FloatBlock block,
                                                                     FloatColumnGroups const& scores,
                                                                     FloatColumnGroups& image) {
  group_kernels::whole_image<group_kernels::WideGroup<float>, 8>(block, scores, image);
}
void float_scores_avx2(FloatBlock block, FloatColumnGroups const& panel, FloatColumnGroups& scores) {
  group_kernels::all_scores<group_kernels::NarrowGroup<float>, 6>(block, panel, scores);
}
void float_image_avx2(FloatBlock block, FloatColumnGroups const& scores, FloatColumnGroups& image) {
  group_kernels::whole_image<group_kernels::NarrowGroup<float>, 4>(block, scores, image);
}

bool uses_avx512() {
  return random::vector_path() == random::VectorPath::avx512;
}

}  // namespace

FloatColumnGroups::FloatColumnGroups(ColumnGroups const& panel)
    : FloatColumnGroups(panel.rows(), panel.columns()) {
  for (std::int64_t j = 0; j < columns_; ++j)
    for (std::int64_t i = 0; i < rows_; ++i)
      group(j / kWidth)[i * kWidth + j % kWidth] = static_cast<float>(panel(i, j));
}

void FloatColumnGroups::copy_to(ColumnGroups& panel) const {
  assert(panel.rows() == rows_ && panel.columns() == columns_);
  constexpr auto kDoubles = ColumnGroups::kWidth;
  for (std::int64_t j = 0; j < columns_; ++j)
    for (std::int64_t i = 0; i < rows_; ++i)
      panel.group(j / kDoubles)[i * kDoubles + j % kDoubles] = (*this)(i, j);
}

void block_scores(FloatBlock block, FloatColumnGroups const& panel, FloatColumnGroups& scores) {
  (uses_avx512() ? float_scores_avx512 : float_scores_avx2)(block, panel, scores);
}

void add_block_image(FloatBlock block, FloatColumnGroups const& scores, FloatColumnGroups& image) {
  (uses_avx512() ? float_image_avx512 : float_image_avx2)(block, scores, image);
}

double inner_product(std::span<double const> a, std::span<float const> b) {
  assert(a.size() == b.size());
  // Eight sums side by side: the compiler may use any registers, the order stays.
  constexpr std::size_t kLanes = 8;
  double sums[kLanes] = {};
  std::size_t i = 0;
  for (; i + kLanes <= a.size(); i += kLanes)
    for (std::size_t k = 0; k < kLanes; ++k)
      sums[k] = std::fma(a[i + k], static_cast<double>(b[i + k]), sums[k]);
  double tail = 0;
  for (; i < a.size(); ++i) tail = std::fma(a[i], static_cast<double>(b[i]), tail);
  return (((sums[0] + sums[4]) + (sums[2] + sums[6])) + ((sums[1] + sums[5]) + (sums[3] + sums[7]))) + tail;
}

}  // namespace thresher::linalg
