#include "experiments/implicit_regularization/solvers/moments.hpp"

#include "experiments/implicit_regularization/model/setting.hpp"
#include "mpi/fixed_order_sum.hpp"

#include <algorithm>
#include <cstddef>
#include <utility>

namespace thresher::implicit_regularization {

namespace {
/// Numbers of the Gram matrix that are summed at once.
constexpr std::int64_t kGramNumbers = 1 << 20;
}  // namespace

linalg::DenseMatrix gram_matrix(mpi::Communicator const& comm, Rows const& rows) {
  auto const d = rows.x.rows;
  auto const width = std::clamp<std::int64_t>(kGramNumbers / d, 1, d);
  mpi::FixedOrderSum const add(comm, rows.count, row_blocks(rows.count));
  linalg::DenseMatrix gram;
  if (comm.rank() == 0) gram = linalg::DenseMatrix(d, d);
  std::vector<double> stripe;
  for (std::int64_t first = 0; first < d; first += width) {
    auto const columns = std::min(width, d - first);
    stripe.resize(static_cast<std::size_t>((d - first) * columns));
    // The lower triangle: what lies above the stripe is known.
    add(
        [&](mpi::Range block, std::span<double> partial) {
          auto const x = rows.part(block).x;
          linalg::gemm(linalg::Transpose::no, linalg::Transpose::yes, 1,
                       x.block(first, 0, d - first, x.columns), x.block(first, 0, columns, x.columns), 0,
                       {partial.data(), d - first, columns});
        },
        stripe);
    if (comm.rank() != 0) continue;
    for (std::int64_t j = 0; j < columns; ++j)
      for (std::int64_t i = 0; i < d - first; ++i)
        gram(first + i, first + j) =
            stripe[static_cast<std::size_t>(i + j * (d - first))] / static_cast<double>(rows.count);
  }
  if (comm.rank() == 0) linalg::symmetrize(linalg::Triangle::lower, gram.view());
  return gram;
}

std::vector<double> moment(mpi::Communicator const& comm, Rows const& rows) {
  std::vector<double> sum(static_cast<std::size_t>(rows.x.rows));
  mpi::FixedOrderSum const add(comm, rows.count, row_blocks(rows.count));
  add(
      [&](mpi::Range block, std::span<double> partial) {
        auto const part = rows.part(block);
        linalg::gemv(linalg::Transpose::no, 1, part.x, part.y, 1, partial);
      },
      sum);
  for (double& entry : sum) entry /= static_cast<double>(rows.count);
  return sum;
}

double mean_square(mpi::Communicator const& comm, Rows const& rows) {
  double sum = 0;
  mpi::FixedOrderSum const add(comm, rows.count, row_blocks(rows.count));
  add(
      [&](mpi::Range block, std::span<double> partial) {
        for (double const y : rows.part(block).y) partial[0] += y * y;
      },
      std::span(&sum, 1));
  return sum / static_cast<double>(rows.count);
}

GramSpectrum decompose(mpi::Communicator const& comm, linalg::DenseMatrix gram) {
  GramSpectrum spectrum{std::vector<double>(static_cast<std::size_t>(gram.rows())), std::move(gram)};
  mpi::agree(comm, [&] {
    if (spectrum.values.empty()) return;
    linalg::syevd(linalg::Eigenvectors::wanted, linalg::Triangle::lower, spectrum.vectors.view(),
                  spectrum.values);
    for (double& value : spectrum.values) value = std::max(value, 0.0);
  });
  return spectrum;
}

}  // namespace thresher::implicit_regularization
