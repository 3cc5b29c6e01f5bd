#include "experiments/mixed_quality_lasso/solvers/least_squares.hpp"

#include <algorithm>
#include <numeric>

namespace thresher::mixed_quality_lasso {

std::vector<double> least_squares(prox::Design const& design, std::span<double const> b,
                                  std::span<std::int64_t const> which) {
  auto const& comm = design.communicator();
  auto const columns = static_cast<std::int64_t>(which.size());
  std::int64_t const held = design.panel_rows();
  std::vector<double> panel(static_cast<std::size_t>(held * columns));
  design.gather_panel(which, {panel.data(), held, columns});
  std::vector<double> part(static_cast<std::size_t>(held));
  design.take_panel_rows(b, part);

  // Rows may come in any order as long as matrix and data agree.
  int const mine = static_cast<int>(held);
  std::vector<int> counts(static_cast<std::size_t>(comm.size()));
  mpi::check(MPI_Allgather(&mine, 1, MPI_INT, counts.data(), 1, MPI_INT, comm.get()), "MPI_Allgather");
  std::vector<int> offsets(counts.size(), 0);
  std::partial_sum(counts.begin(), counts.end() - 1, offsets.begin() + 1);
  std::int64_t const rows = offsets.back() + counts.back();
  std::int64_t const tall = std::max(rows, columns);
  bool const solves = comm.rank() == 0;
  std::vector<double> a(solves ? static_cast<std::size_t>(rows * columns) : 0);
  std::vector<double> x(static_cast<std::size_t>(solves ? tall : columns), 0.0);
  auto const collect = [&](double const* from, double* to) {
    mpi::check(
        MPI_Gatherv(from, mine, MPI_DOUBLE, to, counts.data(), offsets.data(), MPI_DOUBLE, 0, comm.get()),
        "MPI_Gatherv");
  };
  for (std::int64_t k = 0; k < columns; ++k)
    collect(panel.data() + k * held, solves ? a.data() + k * rows : nullptr);
  collect(part.data(), x.data());
  if (solves) {
    double const rcond = 1e-12;
    linalg::gelsy({a.data(), rows, columns}, {x.data(), tall, 1}, rcond);
  }
  x.resize(static_cast<std::size_t>(columns));
  mpi::broadcast(comm, std::span(x));
  return x;
}

}  // namespace thresher::mixed_quality_lasso
