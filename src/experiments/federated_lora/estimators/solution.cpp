#include "experiments/federated_lora/estimators/solution.hpp"

#include "experiments/federated_lora/data/geometric_median.hpp"
#include "experiments/federated_lora/data/stack_passes.hpp"
#include "experiments/federated_lora/estimators/detection.hpp"
#include "experiments/federated_lora/estimators/program_stack.hpp"
#include "experiments/federated_lora/model/sizes.hpp"

#include <algorithm>
#include <utility>

namespace thresher::federated_lora {

namespace {

using linalg::DenseMatrix;
using linalg::Transpose;

ConvexPart in_full_dimension(ClairSolution solution, double lambda, std::int64_t r) {
  ConvexPart part;
  part.lambda = lambda;
  part.singular_values = solution.singular_values();
  part.frame = completed_frame(solution.low_rank.vectors.view(), r);
  part.rank = solution.low_rank.rank();
  part.common = std::move(solution.common);
  part.block_norms = std::move(solution.block_norms);
  part.objective = solution.objective;
  part.duality_gap = solution.duality_gap;
  part.iterations = solution.iterations;
  part.converged = solution.converged;
  return part;
}

DenseMatrix product(Transpose of_a, DenseMatrix const& a, DenseMatrix const& b) {
  DenseMatrix c(of_a == Transpose::no ? a.rows() : a.columns(), b.columns());
  linalg::gemm(of_a, Transpose::no, 1, a.view(), b.view(), 0, c.view());
  return c;
}

/// The program on B^T M_k for the R leading left vectors B of the normalised stack: less noise in each block,
/// and d1 / R times cheaper.
ConvexPart solve_compressed(Parameters const& point, ClientStack const& stack,
                            NormalisedStack const& normalised, SolveKeeping const& keeping) {
  auto const basis = normalised.leading.vectors;
  ClientStack compressed(stack.communicator(), stack.clients(), point.compress_rank, stack.columns());
  DenseMatrix scratch;
  for (std::size_t k = 0; k < stack.pieces().size(); ++k)
    linalg::gemm(Transpose::yes, Transpose::no, 1, basis.view(), stack.get(stack.pieces()[k], scratch), 0,
                 compressed.at(compressed.pieces()[k]));
  auto centre = point.centering == Centering::common ? geometric_median(compressed)
                                                     : DenseMatrix(point.compress_rank, stack.columns());
  double const lambda = price(point, normalise(compressed, std::move(centre), fitted_rank(point)));
  auto part =
      in_full_dimension(solve_clair(compressed, clair_settings(point, lambda), keeping.kept, keeping.save),
                        lambda, fitted_rank(point));
  part.frame = product(Transpose::no, basis, part.frame);
  // C = B C_R + (I - B B^T) C_0.
  auto const inside = product(Transpose::yes, basis, normalised.centre);
  for (std::size_t k = 0; k < inside.values().size(); ++k) part.common.values()[k] -= inside.values()[k];
  part.common = product(Transpose::no, basis, part.common);
  for (std::size_t k = 0; k < part.common.values().size(); ++k)
    part.common.values()[k] += normalised.centre.values()[k];
  return part;
}

NormalisedStack normalise_for(Parameters const& point, ClientData const& data) {
  auto const& stack = data.estimates();
  return normalise(stack,
                   point.centering == Centering::common ? data.geometric_median()
                                                        : DenseMatrix(stack.rows(), stack.columns()),
                   std::max(fitted_rank(point), point.compress_rank));
}

}  // namespace

ClairSettings clair_settings(Parameters const& point, double lambda) {
  ClairSettings settings;
  settings.price = {lambda, point.huber_tau};
  settings.common = point.centering == Centering::common ? ClairSettings::CommonPart::free
                                                         : ClairSettings::CommonPart::zero;
  settings.tolerance = point.admm_tol;
  settings.max_iterations = point.admm_max_iter;
  return settings;
}

Solution::Solution(Parameters const& point, ClientData const& data, SolveKeeping const& keeping)
    : data_(data), normalised_(normalise_for(point, data)) {
  if (point.compress_rank > 0) {
    convex_ = solve_compressed(point, data.estimates(), normalised_, keeping);
  } else {
    double const lambda = price(point, normalised_);
    ProgramStack const program(point, data);
    convex_ = in_full_dimension(
        solve_clair(program.stack(), clair_settings(point, lambda), keeping.kept, keeping.save), lambda,
        fitted_rank(point));
    convex_.common = program.common(std::move(convex_.common));
  }
  find_frames(point);
}

Solution::Solution(Parameters const& point, ClientData const& data, ConvexPart convex)
    : data_(data), normalised_(normalise_for(point, data)), convex_(std::move(convex)) {
  find_frames(point);
}

void Solution::find_frames(Parameters const& point) {
  auto const& stack = data_.estimates();
  bool const centred = point.centering == Centering::common;
  std::vector<double> const all(static_cast<std::size_t>(stack.clients()), 1.0);
  svd_frame_ =
      leading_left_vectors({stack, centred ? data_.mean() : DenseMatrix(stack.rows(), stack.columns()), all},
                           fitted_rank(point))
          .vectors;
  if (!knows_clean_set(point)) return;
  std::vector<char> benign;
  for (char const mark : data_.is_contaminated()) benign.push_back(mark == 0 ? 1 : 0);
  Recovery oracle;
  refit(stack, benign, point, oracle);
  oracle_frame_ = std::move(oracle.frame);
}

}  // namespace thresher::federated_lora
