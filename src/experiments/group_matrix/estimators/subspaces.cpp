#include "experiments/group_matrix/estimators/subspaces.hpp"

#include "experiments/group_matrix/data/dense_products.hpp"
#include "experiments/group_matrix/model/design.hpp"
#include "experiments/group_matrix/solvers/group_threshold.hpp"
#include "experiments/group_matrix/solvers/row_spectra.hpp"
#include "linalg/orthonormal_frame.hpp"
#include "prox/singular_value_threshold.hpp"

#include <algorithm>
#include <cmath>
#include <utility>

namespace thresher::group_matrix {

using linalg::ConstMatrixView;
using linalg::DenseMatrix;
using linalg::Transpose;

namespace {

/// Singular values below this part of the true largest one are no direction (they come from Gram matrices,
/// which lose what is below 1e-8).
constexpr double kNoDirection = 1e-7;

/// The leading directions of one group's rows, without those below `floor`.
void lead(MatrixData const& data, GroupRows const& rows, Estimate const& estimate, std::int64_t count,
          double floor, GroupReading& reading) {
  auto const& comm = data.communicator();
  auto compressed = compressed_rows(comm, data.observations().columns(), rows, estimate);
  std::vector<DenseMatrix> panels;
  panels.push_back(std::move(compressed.coordinates));
  GroupThreshold decomposition(comm, panels.front().rows(), {&rows}, {});
  auto const leading = decomposition.leading(PanelRows(panels), 0, count);
  std::int64_t kept = 0;
  while (kept < leading.rank() && leading.singular_values[static_cast<std::size_t>(kept)] > floor) ++kept;
  reading.values = leading.singular_values;
  reading.subspace = compressed.expanded(leading.vectors.columns_from(0, kept));
}

/// |A (scores scores^T) A^T|'s trace: squared norm of the group's rows seen through A.
double energy(DenseMatrix const& a, DenseMatrix const& score_gram) {
  auto const image = product(Transpose::no, a.view(), Transpose::no, score_gram.view());
  double sum = 0;
  for (std::size_t k = 0; k < a.values().size(); ++k) sum += a.values()[k] * image.values()[k];
  return sum;
}

}  // namespace

std::vector<GroupReading> read_subspaces(MatrixData const& data, Result const& result) {
  auto const& comm = data.communicator();
  auto const& signal = *data.signal();
  auto const& bases = signal.bases();
  Design const design(data.point());
  // Coordinates of the bases in a frame of their span.
  bool const spans_all = bases.columns() >= bases.rows();
  DenseMatrix frame(bases.rows(), spans_all ? 0 : bases.columns());
  if (!spans_all)
    linalg::orthonormal_frame(
        comm, [&](linalg::MatrixView out) { std::ranges::copy(bases.values(), out.data); }, frame.view());
  auto const within = spans_all ? bases : product(Transpose::yes, frame.view(), Transpose::no, bases.view());

  std::vector<GroupReading> readings;
  for (std::size_t g = 0; g < data.groups().size(); ++g) {
    auto const& rows = data.groups()[g];
    auto& reading = readings.emplace_back();
    reading.rank = design.group_rank(static_cast<std::int64_t>(g));
    std::vector<std::int64_t> const numbers(rows.own.begin(), rows.own.end());
    DenseMatrix score_gram(bases.columns(), bases.columns());
    linalg::syrk(linalg::Triangle::lower, Transpose::no, 1, gathered(signal.scores().view(), numbers).view(),
                 0, score_gram.view());
    mpi::sum_in_place(comm, score_gram.values());
    linalg::symmetrize(linalg::Triangle::lower, score_gram.view());
    auto const half = product(Transpose::no, within.view(), Transpose::no, score_gram.view());
    auto gram = product(Transpose::no, half.view(), Transpose::yes, within.view());
    auto truth = prox::leading_factor(comm, gram.view(), std::min(reading.rank, gram.rows()));
    auto const true_subspace =
        spans_all ? truth.vectors : product(Transpose::no, frame.view(), Transpose::no, truth.vectors.view());
    reading.true_values = truth.singular_values;
    lead(data, rows, result.estimate, reading.rank, kNoDirection * reading.true_values.front(), reading);
    if (!result.subspaces.empty()) reading.subspace = result.subspaces[g];

    auto const overlap =
        product(Transpose::yes, reading.subspace.view(), Transpose::no, true_subspace.view());
    reading.distance =
        std::sqrt(std::clamp(1 - squared_norm(overlap) / static_cast<double>(reading.rank), 0.0, 1.0));
    auto outside = bases;
    if (reading.subspace.columns() > 0) {
      auto const inside = product(Transpose::yes, reading.subspace.view(), Transpose::no, bases.view());
      linalg::gemm(Transpose::no, Transpose::no, -1, reading.subspace.view(), inside.view(), 1,
                   outside.view());
    }
    reading.energy_loss = std::clamp(energy(outside, score_gram) / energy(bases, score_gram), 0.0, 1.0);
  }
  return readings;
}

std::vector<GroupReading> leading_directions(MatrixData const& data, Estimate const& estimate,
                                             std::int64_t count) {
  std::vector<GroupReading> readings;
  for (auto const& rows : data.groups()) {
    auto& reading = readings.emplace_back();
    reading.rank = std::min({count, rows.size, data.observations().columns()});
    lead(data, rows, estimate, reading.rank, 0, reading);
  }
  return readings;
}

}  // namespace thresher::group_matrix
