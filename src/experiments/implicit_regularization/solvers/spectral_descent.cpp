#include "experiments/implicit_regularization/solvers/spectral_descent.hpp"

#include "experiments/implicit_regularization/model/inner_product.hpp"
#include "experiments/implicit_regularization/model/setting.hpp"
#include "experiments/implicit_regularization/solvers/replicated_vectors.hpp"
#include "experiments/implicit_regularization/theory/stopped_descent.hpp"
#include "mpi/exchange.hpp"
#include "mpi/fixed_order_sum.hpp"

#include <algorithm>
#include <array>
#include <cstddef>
#include <stdexcept>
#include <string>

namespace thresher::implicit_regularization {

namespace {

using linalg::Transpose;

/// Replicates whose moments are taken together: always as many, with zeros in place of those that nobody asks
/// for, so that a replicate's bits do not depend on how many there are.
constexpr std::int64_t kTogether = 8;

/// X^T y / n of replicates first, first + 1, ... on shared rows; one column each, on all ranks.
linalg::DenseMatrix shared_moments(TrialData const& data, std::int64_t first, std::int64_t count,
                                   study::Team const& team) {
  std::vector<Sample> samples;
  for (std::int64_t k = 0; k < count; ++k) samples.push_back(data.sample(first + k, team));
  auto const rows = samples.front().rows();
  linalg::DenseMatrix sums(rows.x.rows, kTogether);
  mpi::FixedOrderSum const add(team.communicator(), rows.count, row_blocks(rows.count));
  add(
      [&](mpi::Range block, std::span<double> partial) {
        linalg::DenseMatrix labels(block.size(), kTogether);
        for (std::int64_t k = 0; k < count; ++k)
          std::ranges::copy(samples[static_cast<std::size_t>(k)].rows().part(block).y,
                            labels.column(k).begin());
        linalg::gemm(Transpose::no, Transpose::no, 1, rows.part(block).x, labels.view(), 0,
                     {partial.data(), sums.rows(), kTogether});
      },
      sums.values());
  for (double& entry : sums.values()) entry /= static_cast<double>(rows.count);
  return sums;
}

/// Columns of a matrix on rank 0 to the ranks that own their entries.
class Scatter {
 public:
  /// Collective.
  Scatter(mpi::Communicator const& comm, std::int64_t entries)
      : comm_(comm), counts_(mpi::gather_counts(comm, shared_entries(comm, std::array{entries}).count())) {}

  std::vector<double> operator()(std::span<double const> column) const {
    mpi::Parts<double> send;
    send.counts.assign(static_cast<std::size_t>(comm_.size()), 0);
    if (comm_.rank() == 0) {
      send.values.assign(column.begin(), column.end());
      send.counts = counts_;
    }
    return mpi::exchange(comm_, send).values;
  }

 private:
  mpi::Communicator const& comm_;
  std::vector<std::int64_t> counts_;  ///< of every rank's own entries
};

/// Weights and deviations of some replicates, from their moments, on rank 0.
struct Stopped {
  linalg::DenseMatrix theta, b;
};
Stopped stop(GramSpectrum const& spectrum, linalg::DenseMatrix const& moments,
             StoppedDescent const& descent) {
  auto const d = moments.rows();
  linalg::DenseMatrix along(d, moments.columns()), reached(d, moments.columns());
  linalg::gemm(Transpose::yes, Transpose::no, 1, spectrum.vectors.view(), moments.view(), 0, along.view());
  for (std::int64_t k = 0; k < moments.columns(); ++k)
    for (std::int64_t j = 0; j < d; ++j) {
      double const s = spectrum.values[static_cast<std::size_t>(j)];
      reached(j, k) = descent.filter(s) * along(j, k);
      along(j, k) *= descent.remainder(s);
    }
  Stopped result{linalg::DenseMatrix(d, moments.columns()), linalg::DenseMatrix(d, moments.columns())};
  linalg::gemm(Transpose::no, Transpose::no, 1, spectrum.vectors.view(), reached.view(), 0,
               result.theta.view());
  linalg::gemm(Transpose::no, Transpose::no, 1, spectrum.vectors.view(), along.view(), 0, result.b.view());
  return result;
}

void refuse_steep(GramSpectrum const& spectrum, Parameters const& point, mpi::Communicator const& comm) {
  mpi::agree(comm, [&] {
    double const limit = point.matrix_fit != MatrixFit::none ? 1 : 2;
    if (comm.rank() == 0 && point.eta * spectrum.values.back() >= limit)
      throw std::runtime_error("diverged: lower eta (eta times the largest eigenvalue of X^T X / n is " +
                               std::to_string(point.eta * spectrum.values.back()) + ")");
  });
}

}  // namespace

std::vector<Endpoint> spectral_endpoints(Parameters const& point, std::int64_t replicates,
                                         StartStage const& start, study::Team& team) {
  auto const& comm = team.communicator();
  Scatter const scatter(comm, point.d);
  StoppedDescent const descent{point.eta, static_cast<double>(point.steps)};
  std::vector<Endpoint> endpoints;
  bool const is_shared = point.resample == Resample::fresh;
  if (is_shared) refuse_steep(start.spectrum(), point, comm);
  for (std::int64_t first = 0; first < replicates; first += is_shared ? kTogether : 1) {
    if (team.stopping()) throw study::Interrupted();
    auto const count = is_shared ? std::min(kTogether, replicates - first) : 1;
    linalg::DenseMatrix moments;
    GramSpectrum own;
    if (is_shared) {
      moments = shared_moments(start.data(), first, count, team);
    } else {
      auto const sample = start.data().sample(first, team);
      auto const rows = sample.rows();
      own = decompose(comm, gram_matrix(comm, rows));
      refuse_steep(own, point, comm);
      moments = linalg::DenseMatrix(point.d, 1);
      std::ranges::copy(moment(comm, rows), moments.column(0).begin());
    }
    Stopped stopped;
    if (comm.rank() == 0) stopped = stop(is_shared ? start.spectrum() : own, moments, descent);
    for (std::int64_t k = 0; k < count; ++k) {
      bool const root = comm.rank() == 0;
      endpoints.push_back({scatter(root ? stopped.theta.column(k) : std::span<double>()),
                           scatter(root ? stopped.b.column(k) : std::span<double>()), point.steps, true,
                           inner_product(moments.column(k), moments.column(k))});
    }
  }
  return endpoints;
}

}  // namespace thresher::implicit_regularization
