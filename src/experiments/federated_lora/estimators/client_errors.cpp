#include "experiments/federated_lora/estimators/client_errors.hpp"

#include <algorithm>

namespace thresher::federated_lora {

using linalg::ConstMatrixView;
using linalg::DenseMatrix;
using linalg::MatrixView;
using linalg::Transpose;

void estimate_client(Estimate const& estimate, std::int64_t client, ConstMatrixView own,
                     ConstMatrixView centre, MatrixView out) {
  std::int64_t const size = own.rows * own.columns;
  if (estimate.keeps_own[static_cast<std::size_t>(client)] != 0) {
    std::copy_n(own.data, size, out.data);
    return;
  }
  double const rest = estimate.off_subspace;
  if (estimate.frame.columns() == 0 || rest == 1) {
    for (std::int64_t i = 0; i < size; ++i)
      out.data[i] = centre.data[i] + rest * (own.data[i] - centre.data[i]);
    return;
  }
  DenseMatrix difference(own.rows, own.columns);
  for (std::int64_t i = 0; i < size; ++i) {
    difference.values()[static_cast<std::size_t>(i)] = own.data[i] - centre.data[i];
    out.data[i] = centre.data[i] + rest * (own.data[i] - centre.data[i]);
  }
  DenseMatrix inside(estimate.frame.columns(), own.columns);
  linalg::gemm(Transpose::yes, Transpose::no, 1, estimate.frame.view(), difference.view(), 0, inside.view());
  linalg::gemm(Transpose::no, Transpose::no, 1 - rest, estimate.frame.view(), inside.view(), 1, out);
}

std::vector<double> client_errors(ClientData const& data, std::span<Estimate const> estimates) {
  auto const& stack = data.estimates();
  auto const clients = static_cast<std::size_t>(stack.clients());
  std::vector<double> squares(clients * estimates.size());
  DenseMatrix parameter(stack.rows(), stack.columns());
  DenseMatrix estimated(stack.rows(), stack.columns()), scratch;
  mpi::agree(stack.communicator(), [&] {
    for (auto const& piece : stack.pieces()) {
      auto const client = static_cast<std::size_t>(piece.client);
      if (data.is_contaminated()[client] != 0) continue;
      data.draws().parameter(piece.client, parameter.view());
      double const* const truth = parameter.column(piece.columns.begin).data();
      MatrixView const out = estimated.columns_from(0, piece.columns.size());
      ConstMatrixView const own = stack.get(piece, scratch);
      for (std::size_t e = 0; e < estimates.size(); ++e) {
        estimate_client(estimates[e], piece.client, own,
                        estimates[e].centre.columns_from(piece.columns.begin, piece.columns.size()), out);
        double lanes[8] = {};
        std::int64_t const size = out.rows * out.columns;
        for (std::int64_t i = 0; i < size; ++i) {
          double const error = out.data[i] - truth[i];
          lanes[i % 8] += error * error;
        }
        double& square = squares[e * clients + client];
        for (double const lane : lanes) square += lane;
      }
    }
  });
  mpi::sum_in_place(stack.communicator(), squares);
  return squares;
}

TextReadings read_texts(ClientData const& data, std::span<Estimate const> estimates) {
  auto const& stack = data.estimates();
  auto const clients = static_cast<std::size_t>(stack.clients());
  TextReadings readings{std::vector<double>(clients * estimates.size()),
                        std::vector<double>(clients * estimates.size())};
  std::vector<DenseMatrix> updates(estimates.size(), DenseMatrix(stack.rows(), stack.columns()));
  mpi::agree(stack.communicator(), [&] {
    for (auto const& piece : stack.pieces()) {
      auto const client = static_cast<std::size_t>(piece.client);
      if (data.is_contaminated()[client] != 0 || piece.columns.begin != 0) continue;
      for (std::size_t e = 0; e < estimates.size(); ++e)
        estimate_client(estimates[e], piece.client, data.whole(piece), estimates[e].centre.view(),
                        updates[e].view());
      auto const read = data.copying().test(piece.client, updates);
      for (std::size_t e = 0; e < estimates.size(); ++e) {
        readings.accuracy[e * clients + client] = read[e].accuracy;
        readings.loss[e * clients + client] = read[e].loss;
      }
    }
  });
  mpi::sum_in_place(stack.communicator(), readings.accuracy);
  mpi::sum_in_place(stack.communicator(), readings.loss);
  return readings;
}

}  // namespace thresher::federated_lora
