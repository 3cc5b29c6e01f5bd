#include "experiments/implicit_regularization/solvers/diagonal_network.hpp"

#include "experiments/implicit_regularization/model/inner_product.hpp"
#include "experiments/implicit_regularization/solvers/moments.hpp"
#include "experiments/implicit_regularization/solvers/replicated_vectors.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <memory>
#include <stdexcept>
#include <utility>

namespace thresher::implicit_regularization {

namespace {

/// Updates between two questions whether to stop.
constexpr std::int64_t kRound = 1000;

/// The dynamics, on one rank.
class DiagonalDescent {
 public:
  DiagonalDescent(linalg::DenseMatrix gram, std::vector<double> moment, double alpha, double step,
                  double tolerance)
      : gram_(std::move(gram)),
        moment_(std::move(moment)),
        step_(step),
        tolerance_(tolerance * std::sqrt(inner_product(moment_, moment_))),
        u_(moment_.size(), alpha),
        v_(u_),
        beta_(u_.size()),
        gradient_(u_.size()),
        path_(u_.size()) {}

  /// At most so many updates; whether the gradient has become small enough.
  bool advance(std::int64_t updates) {
    for (std::int64_t k = 0; k < updates; ++k, ++made_) {
      linalg::symv(linalg::Triangle::lower, 1, gram_.view(), beta_, 0, gradient_);
      double square = 0;
      for (std::size_t j = 0; j < beta_.size(); ++j) {
        gradient_[j] -= moment_[j];
        square += gradient_[j] * gradient_[j];
      }
      if (std::sqrt(square) < tolerance_) return true;
      for (std::size_t j = 0; j < beta_.size(); ++j) {
        double const change = 2 * step_ * gradient_[j];
        if (!(std::abs(change) < 1)) throw std::runtime_error("step too large: lower eta");
        u_[j] *= 1 - change;
        v_[j] *= 1 + change;
        beta_[j] = (u_[j] - v_[j]) * (u_[j] + v_[j]);
        path_[j] -= step_ * gradient_[j];
      }
    }
    return false;
  }
  std::int64_t made() const { return made_; }
  std::vector<double> const& beta() const { return beta_; }
  std::vector<double> const& path() const { return path_; }

 private:
  linalg::DenseMatrix gram_;
  std::vector<double> moment_;
  double step_, tolerance_;
  std::vector<double> u_, v_, beta_, gradient_, path_;
  std::int64_t made_ = 0;
};

double largest_eigenvalue(linalg::DenseMatrix gram) {
  std::vector<double> values(static_cast<std::size_t>(gram.rows()));
  linalg::syevd(linalg::Eigenvectors::none, linalg::Triangle::lower, gram.view(), values);
  return values.back();
}

}  // namespace

Endpoint diagonal_endpoint(Parameters const& point, TrialData const& data, study::Team& team) {
  auto const& comm = team.communicator();
  auto const sample = data.sample(0, team);
  auto gram = gram_matrix(comm, sample.rows());
  auto const moments = moment(comm, sample.rows());
  double largest = 0;
  for (double const beta : data.beta(0, team)) largest = std::max(largest, std::abs(beta));

  std::vector<double> result(2 * moments.size());
  std::int64_t updates = 0;
  std::unique_ptr<DiagonalDescent> descent;
  mpi::agree(comm, [&] {
    if (comm.rank() != 0) return;
    double const step =
        point.eta / (largest_eigenvalue(gram) * (8 * point.alpha * point.alpha + 4 * largest));
    descent = std::make_unique<DiagonalDescent>(std::move(gram), moments, point.alpha, step, point.grad_tol);
  });
  bool done = false;
  for (std::int64_t begin = 0; begin < point.steps && !done; begin += kRound) {
    if (team.stopping()) throw study::Interrupted();
    mpi::agree(comm, [&] {
      if (descent) done = descent->advance(std::min(kRound, point.steps - begin));
    });
    done = mpi::broadcast_value(comm, done);
  }
  if (descent) {
    std::ranges::copy(descent->beta(), result.begin());
    std::ranges::copy(descent->path(), result.begin() + static_cast<std::ptrdiff_t>(moments.size()));
    updates = descent->made();
  }
  mpi::broadcast(comm, std::span<double>(result));
  auto const own = shared_entries(comm, std::array{point.d});
  auto const mine = [&](std::size_t begin) {
    auto const first = own.pieces.empty() ? 0 : static_cast<std::size_t>(own.pieces.front().first);
    auto const part = std::span(result).subspan(begin + first, static_cast<std::size_t>(own.count()));
    return std::vector<double>(part.begin(), part.end());
  };
  return {mine(0), mine(moments.size()), mpi::broadcast_value(comm, updates), done,
          inner_product(moments, moments)};
}

}  // namespace thresher::implicit_regularization
