#include "experiments/implicit_regularization/solvers/gram_loss.hpp"

#include "experiments/implicit_regularization/model/inner_product.hpp"
#include "experiments/implicit_regularization/solvers/moments.hpp"

#include <cstddef>

namespace thresher::implicit_regularization {

GramLoss::GramLoss(mpi::Communicator const& comm, Rows const& rows)
    : comm_(comm),
      gram_(gram_matrix(comm, rows)),
      moment_(moment(comm, rows)),
      product_(moment_.size()),
      mean_square_(mean_square(comm, rows)) {}

double GramLoss::loss(std::span<double const> theta, Rows const& rows) {
  std::vector<double> gradient(size());
  return GramLoss::gradient(theta, rows, nullptr, gradient);
}

double GramLoss::gradient(std::span<double const> theta, Rows const&, MaskDraw const*,
                          std::span<double> out) {
  double value = 0;
  if (comm_.rank() == 0) {
    linalg::symv(linalg::Triangle::lower, 1, gram_.view(), theta, 0, product_);
    value = (inner_product(theta, product_) - 2 * inner_product(theta, moment_) + mean_square_) / 2;
    for (std::size_t j = 0; j < out.size(); ++j) out[j] = product_[j] - moment_[j];
  }
  mpi::broadcast(comm_, out);
  return mpi::broadcast_value(comm_, value);
}

}  // namespace thresher::implicit_regularization
