#include "experiments/group_matrix/theory/masked_blocks.hpp"

#include "experiments/group_matrix/data/dense_products.hpp"
#include "experiments/group_matrix/theory/masked_spectrum.hpp"
#include "linalg/singular_values.hpp"

#include <algorithm>

namespace thresher::group_matrix {

namespace {

using linalg::DenseMatrix;
using linalg::Transpose;

/// Singular triplets of the block's true rows, from their factors.
MaskedSpikes spikes_of(Signal const& signal, mpi::Range rows) {
  auto const& components = signal.components(rows.begin);
  auto const r = static_cast<std::int64_t>(components.size());
  DenseMatrix scores(rows.size(), r), basis(signal.bases().rows(), r);
  for (std::int64_t k = 0; k < r; ++k) {
    auto const component = components[static_cast<std::size_t>(k)];
    std::ranges::copy(signal.bases().column(component), basis.column(k).begin());
    for (std::int64_t i = 0; i < rows.size(); ++i) scores(i, k) = signal.scores()(component, rows.begin + i);
  }
  MaskedSpikes spikes{DenseMatrix(rows.size(), r), std::vector<double>(static_cast<std::size_t>(r)), {}};
  DenseMatrix mixing(r, r);
  linalg::gesdd(scores.view(), spikes.strength, spikes.left.view(), mixing.view());
  spikes.right = product(Transpose::no, basis.view(), Transpose::yes, mixing.view());
  return spikes;
}

}  // namespace

double masked_captured_part(Parameters const& point, StreamOf const& stream) {
  Design const design(point);
  auto const self = mpi::Communicator::self();
  Signal const signal(point, self, {0, design.rows()}, stream);
  double sum = 0;
  for (std::int64_t b = 0; b < design.blocks(); ++b) {
    auto spikes = spikes_of(signal, {b * design.block_rows(), (b + 1) * design.block_rows()});
    double const p = std::min(1.0, design.block_density(b));
    spikes.floor = point.noise_sd * point.noise_sd / p;
    spikes.slope = (1 - p) / p;
    sum += captured_direction_part(spikes);
  }
  return sum / static_cast<double>(design.blocks());
}

}  // namespace thresher::group_matrix
