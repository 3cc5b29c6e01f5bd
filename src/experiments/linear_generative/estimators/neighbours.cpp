#include "experiments/linear_generative/estimators/neighbours.hpp"

#include "linalg/column_groups.hpp"
#include "linalg/column_products.hpp"
#include "linalg/dense_matrix.hpp"

#include <algorithm>
#include <cmath>

namespace thresher::linear_generative {

Neighbours nearest_examples(linalg::TallMatrix const& rows, linalg::RowLayout const& layout,
                            linalg::ConstMatrixView own_panel) {
  auto const& comm = layout.communicator();
  auto const columns = static_cast<std::size_t>(own_panel.columns);
  linalg::DenseMatrix whole(layout.rows(), own_panel.columns);
  linalg::gather_rows(layout, own_panel, whole.view());
  linalg::ColumnGroups const panel(whole.view());
  auto const lengths = linalg::column_inner_products(layout, own_panel, own_panel);

  Neighbours found{std::vector<double>(columns), std::vector<std::int64_t>(columns), 0};
  mpi::agree(comm, [&] {
    linalg::ColumnGroups scores;
    rows.visit([&](mpi::Range some, linalg::ConstMatrixView block) {
      if (scores.rows() < block.columns) scores = linalg::ColumnGroups(block.columns, panel.columns());
      linalg::block_scores(block, panel, scores);
      for (std::int64_t mu = 0; mu < some.size(); ++mu) {
        double const square = linalg::inner_product(block.column(mu), block.column(mu));
        found.squared_norms += square;
        if (!(square > 0)) continue;
        for (std::size_t i = 0; i < columns; ++i) {
          double const score = scores(mu, static_cast<std::int64_t>(i));
          double const cosine = std::abs(score) / std::sqrt(square * lengths[i]);
          if (cosine <= found.cosines[i]) continue;
          found.cosines[i] = cosine;
          found.examples[i] = some.begin + mu;
        }
      }
    });
  });
  // Every rank's findings in one table: the sum only adds zeros.
  std::vector<double> table(static_cast<std::size_t>(comm.size()) * 2 * columns);
  auto const mine =
      std::span(table).subspan(static_cast<std::size_t>(comm.rank()) * 2 * columns, 2 * columns);
  for (std::size_t i = 0; i < columns; ++i) {
    mine[2 * i] = found.cosines[i];
    mine[2 * i + 1] = static_cast<double>(found.examples[i]);
  }
  mpi::sum_in_place(comm, table);
  for (std::size_t i = 0; i < columns; ++i) {
    found.cosines[i] = 0;
    for (std::size_t at = 2 * i; at < table.size(); at += 2 * columns) {
      if (table[at] <= found.cosines[i]) continue;
      found.cosines[i] = std::min(table[at], 1.0);
      found.examples[i] = static_cast<std::int64_t>(table[at + 1]);
    }
  }
  found.squared_norms = mpi::sum(comm, found.squared_norms);
  return found;
}

}  // namespace thresher::linear_generative
