#include "experiments/hierarchical_features/data/directions.hpp"

#include "experiments/hierarchical_features/model/setting.hpp"
#include "linalg/column_products.hpp"
#include "linalg/orthonormal_frame.hpp"

#include <cmath>

namespace thresher::hierarchical_features {

linalg::DenseMatrix hidden_directions(Directions law, linalg::RowLayout const& layout, std::int64_t hidden,
                                      study::Team& team) {
  auto const stream = team.stream("directions");
  auto const draw = [&](std::int64_t k, std::int64_t begin, std::span<double> out) {
    stream.normals({static_cast<std::uint64_t>(k)}, static_cast<std::uint64_t>(begin), out);
  };
  linalg::DenseMatrix own(layout.owned().size(), hidden);
  if (law == Directions::orthonormal) {
    linalg::DenseMatrix whole(layout.rows(), hidden);
    linalg::orthonormal_frame(
        layout.communicator(),
        [&](linalg::MatrixView frame) {
          for (std::int64_t k = 0; k < hidden; ++k) draw(k, 0, frame.column(k));
        },
        whole.view());
    linalg::copy_own_rows(layout, whole.view(), own.view());
    return own;
  }
  mpi::agree(layout.communicator(), [&] {
    std::vector<double> whole(law == Directions::unit ? static_cast<std::size_t>(layout.rows()) : 0);
    for (std::int64_t k = 0; k < hidden; ++k) {
      double norm = std::sqrt(static_cast<double>(layout.rows()));
      if (law == Directions::unit) {  // every rank adds up the whole column, in one order
        draw(k, 0, whole);
        norm = std::sqrt(linalg::inner_product(whole, whole));
      }
      draw(k, layout.owned().begin, own.column(k));
      for (double& entry : own.column(k)) entry /= norm;
    }
  });
  return own;
}

std::vector<double> trial_strengths(Parameters const& point, study::Team const& team) {
  auto signs = typical_signs(point.signs, sizes_of(point).hidden);
  if (point.signs == Signs::random) team.stream("signs").signs({}, 0, signs);
  return strengths(point.gamma, signs);
}

}  // namespace thresher::hierarchical_features
