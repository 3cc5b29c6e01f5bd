#pragma once

#include "bytes/reader.hpp"
#include "bytes/writer.hpp"
#include "prox/design.hpp"
#include "prox/lasso.hpp"

#include <memory>
#include <span>
#include <string>

namespace thresher::prox {

/// LASSO by FISTA under TAO. The duality gap decides when to stop: every 25 iterations it is computed,
/// columns are discarded by gap-safe screening, and the solution of the signed support is tried. TAO's
/// options act on it, with and without the prefix: -tao_max_it replaces the most iterations, -tao_gttol the
/// tolerance of the gap relative to
/// ||b||^2/(2n), -tao_gatol adds an absolute one, -tao_monitor shows the iterations.
///
/// Keep one for many solves of equal size: making it costs more than a short solve. Creating, using and
/// destroying it is collective over the communicator, which must outlive it.
class FistaLasso {
 public:
  FistaLasso(mpi::Communicator const& comm, std::int64_t local_columns, std::string const& prefix);
  ~FistaLasso();
  FistaLasso(FistaLasso&&) noexcept;
  FistaLasso& operator=(FistaLasso&&) noexcept;

  /// Whether this solver fits the design.
  bool fits(Design const& design) const;
  /// Solution at `lambda` > 0, from the coefficients `start`. `b` and `start` are the same on all ranks.
  /// `design` must fit.
  LassoSolution solve(Design const& design, std::span<double const> b, double lambda, LassoOptions options,
                      SparseVector const& start = {});

  /// This rank's state of a solve that `options.stopping` has ended.
  void save(bytes::Writer& state) const;
  /// Ends such a solve of the same problem: the same iterations as without the interruption, bit for bit.
  LassoSolution finish(Design const& design, std::span<double const> b, double lambda, LassoOptions options,
                       bytes::Reader& state);

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace thresher::prox
