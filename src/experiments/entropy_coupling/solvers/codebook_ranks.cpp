#include "experiments/entropy_coupling/solvers/codebook_dual.hpp"

#include <cassert>
#include <numeric>

// What rank 0 asks of the others, and what it collects from them.

namespace thresher::entropy_coupling {

void CodebookDual::ask(Request request, std::span<double const> vector) {
  assert(comm_.rank() == 0);
  if (comm_.size() == 1) return;
  mpi::broadcast_value(comm_, static_cast<int>(request));
  if (request == Request::dismiss) return;
  std::vector<double> sent(vector.begin(), vector.end());
  mpi::broadcast(comm_, std::span(sent));
}

double CodebookDual::evaluate(std::span<double const> beta, std::span<double> gradient) {
  ask(Request::gradient, beta);
  return evaluate_here(beta, gradient);
}

void CodebookDual::hessian(std::span<double const> beta, linalg::MatrixView result) {
  ask(Request::hessian, beta);
  std::vector<double> triangle(triangle_size());
  hessian_here(beta, triangle);
  std::size_t at = 0;
  auto const d = static_cast<std::int64_t>(dimension());
  for (std::int64_t s = 0; s < d; ++s)
    for (std::int64_t t = s; t < d; ++t) result(s, t) = result(t, s) = triangle[at++];
}

void CodebookDual::prepare_products(std::span<double const> beta) {
  ask(Request::prepare, beta);
  prepare_here(beta);
}

void CodebookDual::hessian_times(std::span<double const> vector, std::span<double> result) {
  ask(Request::product, vector);
  product_here(vector, result);
}

void CodebookDual::dismiss() {
  ask(Request::dismiss, {});
}

void CodebookDual::serve() {
  std::vector<double> vector(dimension());
  std::vector<double> result(dimension());
  std::vector<double> triangle;
  while (true) {
    auto const request = static_cast<Request>(mpi::broadcast_value(comm_, 0));
    if (request == Request::dismiss) return;
    mpi::broadcast(comm_, std::span(vector));
    switch (request) {
      case Request::gradient:
        evaluate_here(vector, result);
        break;
      case Request::hessian:
        triangle.resize(triangle_size());
        hessian_here(vector, triangle);
        break;
      case Request::prepare:
        prepare_here(vector);
        break;
      case Request::product:
        product_here(vector, result);
        break;
      case Request::dismiss:
        break;
    }
  }
}

std::vector<double> CodebookDual::masses(std::span<double const> beta) {
  std::vector<double> shared(beta.begin(), beta.end());
  shared.resize(dimension());
  mpi::broadcast(comm_, std::span(shared));
  prepare_here(shared);
  std::vector<int> counts(static_cast<std::size_t>(comm_.size()));
  auto const mine = static_cast<int>(masses_.size());
  mpi::check(MPI_Allgather(&mine, 1, MPI_INT, counts.data(), 1, MPI_INT, comm_.get()), "MPI_Allgather");
  std::vector<int> offsets(counts.size(), 0);
  std::exclusive_scan(counts.begin(), counts.end(), offsets.begin(), 0);
  auto const total = static_cast<std::size_t>(offsets.back() + counts.back());
  std::vector<double> by_rank(comm_.rank() == 0 ? total : 0);
  std::vector<std::int64_t> numbers(by_rank.size());
  mpi::check(MPI_Gatherv(masses_.data(), mine, MPI_DOUBLE, by_rank.data(), counts.data(), offsets.data(),
                         MPI_DOUBLE, 0, comm_.get()),
             "MPI_Gatherv");
  mpi::check(MPI_Gatherv(codeword_number_.data(), mine, MPI_INT64_T, numbers.data(), counts.data(),
                         offsets.data(), MPI_INT64_T, 0, comm_.get()),
             "MPI_Gatherv");
  std::vector<double> ordered(by_rank.size());
  for (std::size_t j = 0; j < by_rank.size(); ++j) ordered[static_cast<std::size_t>(numbers[j])] = by_rank[j];
  return ordered;
}

}  // namespace thresher::entropy_coupling
