#include "linalg/column_groups.hpp"

#include "linalg/column_group_kernels.hpp"
#include "random/stream.hpp"

namespace thresher::linalg {

namespace {

// The numbers of columns and groups at once fill the registers without spilling.
[[gnu::target("avx512f,avx512dq,avx512vl")]] void scores_avx512(ConstMatrixView block,
                                                                ColumnGroups const& panel,
                                                                ColumnGroups& scores) {
  group_kernels::all_scores<group_kernels::WideGroup<double>, 8, 2>(block, panel, scores);
}
[[gnu::target("avx512f,avx512dq,avx512vl")]] void image_avx512(ConstMatrixView block,
                                                               ColumnGroups const& scores,
                                                               ColumnGroups& image) {
  group_kernels::whole_image<group_kernels::WideGroup<double>, 8, 2>(block, scores, image);
}
void scores_avx2(ConstMatrixView block, ColumnGroups const& panel, ColumnGroups& scores) {
  group_kernels::all_scores<group_kernels::NarrowGroup<double>, 6, 1>(block, panel, scores);
}
void image_avx2(ConstMatrixView block, ColumnGroups const& scores, ColumnGroups& image) {
  group_kernels::whole_image<group_kernels::NarrowGroup<double>, 4, 1>(block, scores, image);
}

}  // namespace

ColumnGroups::ColumnGroups(ConstMatrixView panel) : ColumnGroups(panel.rows, panel.columns) {
  for (std::int64_t j = 0; j < columns_; ++j) {
    double* const first = group(j / kWidth) + j % kWidth;
    for (std::int64_t i = 0; i < rows_; ++i) first[i * kWidth] = panel(i, j);
  }
}

void ColumnGroups::copy_to(MatrixView panel) const {
  for (std::int64_t j = 0; j < columns_; ++j) {
    double const* const first = group(j / kWidth) + j % kWidth;
    for (std::int64_t i = 0; i < rows_; ++i) panel(i, j) = first[i * kWidth];
  }
}

void block_scores(ConstMatrixView block, ColumnGroups const& panel, ColumnGroups& scores) {
  (random::uses_wide_registers() ? scores_avx512 : scores_avx2)(block, panel, scores);
}

void add_block_image(ConstMatrixView block, ColumnGroups const& scores, ColumnGroups& image) {
  (random::uses_wide_registers() ? image_avx512 : image_avx2)(block, scores, image);
}

}  // namespace thresher::linalg
