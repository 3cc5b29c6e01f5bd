#include "experiments/reward_single_index/solvers/shared_pass.hpp"

#include "experiments/reward_single_index/model/setting.hpp"
#include "linalg/column_groups.hpp"
#include "numerics/quantile.hpp"

#include <algorithm>
#include <stdexcept>

namespace thresher::reward_single_index {

namespace {

constexpr auto kPassWidth = linalg::ColumnGroups::kWidth;

bool same_moment(Parameters const& a, Parameters const& b) {
  return a.precision == b.precision && same_transform(a, b);
}
bool same_slices(Parameters const& a, Parameters const& b) {
  return a.precision == b.precision && a.slices == b.slices && a.n_cal == b.n_cal;
}

template <class Entries, class Same>
auto find_entry(Entries& entries, Parameters const& point, Same same) {
  return std::ranges::find_if(entries, [&](auto const& entry) { return same(entry.point, point); });
}

/// Edges between the slices: quantiles of the calibration labels.
std::vector<double> slice_edges(std::int64_t slices, std::span<double const> labels) {
  std::vector<double> edges;
  for (std::int64_t h = 1; h < slices; ++h)
    edges.push_back(numerics::quantile(labels, static_cast<double>(h) / static_cast<double>(slices)));
  return edges;
}

/// The rows [begin, begin + count) of a block of inputs, with their transformed labels, into an image.
void add_moments(linalg::ConstMatrixView block, std::int64_t begin, std::int64_t count,
                 linalg::ColumnGroups const& weights, linalg::ColumnGroups& image) {
  if (count <= 0) return;
  linalg::ColumnGroups part(count, weights.columns());
  for (std::int64_t g = 0; g < weights.groups(); ++g)
    std::copy_n(weights.group(g) + begin * kPassWidth, count * kPassWidth, part.group(g));
  linalg::add_block_image(block.block(0, begin, block.rows, count), part, image);
}

/// Column `column` of an image, summed over the team.
std::vector<double> summed_column(mpi::Communicator const& comm, linalg::ColumnGroups const& image,
                                  std::size_t column) {
  std::vector<double> sum(static_cast<std::size_t>(image.rows()));
  for (std::int64_t i = 0; i < image.rows(); ++i)
    sum[static_cast<std::size_t>(i)] = image(i, static_cast<std::int64_t>(column));
  mpi::sum_in_place(comm, sum);
  return sum;
}

}  // namespace

bool uses_shared_pass(Parameters const& point) {
  return point.stage1 == FirstStage::moment1 || point.stage1 == FirstStage::sir ||
         point.stage1 == FirstStage::spectral;
}

SharedPass::SharedPass(std::span<Parameters const> points, TrialData const& data) {
  for (auto const precision : {Precision::full, Precision::single}) collect(precision, points, data);
}

void SharedPass::collect(Precision precision, std::span<Parameters const> points, TrialData const& data) {
  auto const first_moment = moments_.size();
  auto const first_slices = slices_.size();
  for (auto const& point : points) {
    if (point.precision != precision || !uses_shared_pass(point)) continue;
    std::vector<double> labels;
    if (find_entry(moments_, point, same_moment) == moments_.end()) {
      labels = data.training_labels(point);
      moments_.push_back({point, {LabelTransform::calibrated(point, data.link(), labels), {}, {}}});
    }
    if (point.stage1 != FirstStage::sir || find_entry(slices_, point, same_slices) != slices_.end()) continue;
    if (labels.empty()) labels = data.training_labels(point);
    auto const count = static_cast<std::size_t>(point.slices);
    slices_.push_back({point,
                       slice_edges(point.slices, labels),
                       {linalg::DenseMatrix(point.d, point.slices), std::vector<double>(count, 0.0)}});
  }
  if (moments_.size() > first_moment || slices_.size() > first_slices)
    run(std::span(moments_).subspan(first_moment), std::span(slices_).subspan(first_slices), data);
}

void SharedPass::run(std::span<MomentEntry> moments, std::span<SliceEntry> slices, TrialData const& data) {
  auto const& point = moments.empty() ? slices.front().point : moments.front().point;
  auto const& comm = data.team().communicator();
  auto const& inputs = data.team_inputs(point);
  auto const half = first_rows(point) / 2;
  auto const width = static_cast<std::int64_t>(moments.size());
  linalg::ColumnGroups first(width > 0 ? point.d : 0, width), second(width > 0 ? point.d : 0, width);
  mpi::agree(comm, [&] {
    data.visit(
        inputs, point.precision,
        [&](mpi::Range rows, linalg::ConstMatrixView block, std::span<double const> y) {
          if (width > 0) {
            linalg::ColumnGroups weights(rows.size(), width);
            for (std::int64_t k = 0; k < width; ++k)
              for (std::int64_t i = 0; i < rows.size(); ++i)
                weights.group(k / kPassWidth)[i * kPassWidth + k % kPassWidth] =
                    moments[static_cast<std::size_t>(k)].moment.transform(y[static_cast<std::size_t>(i)]);
            auto const before = std::clamp<std::int64_t>(half - rows.begin, 0, rows.size());
            add_moments(block, 0, before, weights, first);
            add_moments(block, before, rows.size() - before, weights, second);
          }
          for (auto& entry : slices)
            for (std::int64_t i = 0; i < rows.size(); ++i) {
              auto const slice =
                  std::ranges::upper_bound(entry.edges, y[static_cast<std::size_t>(i)]) - entry.edges.begin();
              auto const column = entry.slices.sums.column(slice);
              double const* x = block.data + i * block.leading;
              for (std::size_t k = 0; k < column.size(); ++k) column[k] += x[k];
              entry.slices.counts[static_cast<std::size_t>(slice)] += 1;
            }
        });
  });
  for (std::size_t k = 0; k < moments.size(); ++k) {
    moments[k].moment.first_half = summed_column(comm, first, k);
    moments[k].moment.second_half = summed_column(comm, second, k);
  }
  for (auto& entry : slices) {
    mpi::sum_in_place(comm, entry.slices.sums.values());
    mpi::sum_in_place(comm, entry.slices.counts);
  }
}

FirstMoment const& SharedPass::moment(Parameters const& point) const {
  auto const found = find_entry(moments_, point, same_moment);
  if (found == moments_.end()) throw std::logic_error("no first moment was made for this point");
  return found->moment;
}

SliceSums const& SharedPass::slices(Parameters const& point) const {
  auto const found = find_entry(slices_, point, same_slices);
  if (found == slices_.end()) throw std::logic_error("no slices were made for this point");
  return found->slices;
}

}  // namespace thresher::reward_single_index
