// Times pieces of partial_order on one core, for comparison with other programs: see
// partial_order_vs_numpy.py, which writes lists (int32, list after list) and latents (float64) and runs
//   poset_bench gradient LISTS items size LATENTS dimension tau repetitions
//   poset_bench sweeps   LISTS items size dimension sweeps
//   poset_bench exact    LISTS items size
//   poset_bench ranking  LISTS items size prior
// Prints processor seconds of one call and a number that both sides must agree on.

#include "experiments/partial_order/solvers/exact_posterior.hpp"
#include "experiments/partial_order/solvers/hard_sweep.hpp"
#include "experiments/partial_order/solvers/plackett_luce.hpp"
#include "experiments/partial_order/solvers/relaxed_likelihood.hpp"
#include "mpi/communicator.hpp"

#include <mpi.h>

#include <cmath>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <ctime>
#include <filesystem>
#include <fstream>
#include <functional>
#include <stdexcept>
#include <string>
#include <vector>

namespace {

using namespace thresher;
using namespace thresher::partial_order;

double cpu_seconds() {
  std::timespec now{};
  clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
  return static_cast<double>(now.tv_sec) + 1e-9 * static_cast<double>(now.tv_nsec);
}

template <class T>
std::vector<T> read_all(std::string const& path) {
  std::vector<T> values(std::filesystem::file_size(path) / sizeof(T));
  std::ifstream(path, std::ios::binary)
      .read(reinterpret_cast<char*>(values.data()), static_cast<std::streamsize>(values.size() * sizeof(T)));
  return values;
}

Sequences read_lists(std::string const& path, std::size_t size) {
  Sequences lists;
  lists.items = read_all<std::int32_t>(path);
  for (std::size_t end = size; end <= lists.items.size(); end += size)
    lists.offset.push_back(static_cast<std::int64_t>(end));
  return lists;
}

/// Processor time of one of `repetitions` calls.
double timed(int repetitions, std::function<void()> const& work) {
  work();
  double const start = cpu_seconds();
  for (int k = 0; k < repetitions; ++k) work();
  return (cpu_seconds() - start) / repetitions;
}

void time_gradient(Sequences const& lists, std::int64_t items, char** rest) {
  Latents const latents{items, std::atoi(rest[1]), read_all<double>(rest[0])};
  auto const self = mpi::Communicator::self();
  RelaxedLikelihood likelihood(self, lists, items, latents.dimensions, Dominance::product,
                               Slopes::by_latents);
  std::vector<double> gradient(latents.values.size());
  double value = 0;
  double const seconds = timed(std::atoi(rest[3]), [&] {
    value = likelihood(latents, std::atof(rest[2]), {1, 0.05}, gradient).value;
  });
  double square = 0;
  for (double const entry : gradient) square += entry * entry;
  std::printf("%.9g %.15g %.15g\n", seconds, value, std::sqrt(square));
}

void time_sweeps(Sequences const& lists, std::int64_t items, char** rest) {
  auto const likelihood = make_moving_likelihood(lists, items, {1, 0.05});
  auto const key = random::hash_identity("bench");
  SweepStreams const streams{{key, "order"}, {key, "scale"}, {key, "row"}, {key, "accept"}};
  auto const dimension = std::atoi(rest[0]);
  HardChain chain(*likelihood, items, dimension, 0.5, streams, 0);
  random::Stream const start(key, "start");
  std::vector<double> whitened(static_cast<std::size_t>(items * dimension));
  start.normals({0}, 0, whitened);
  chain.place(whitened);
  int const sweeps = std::atoi(rest[1]);
  for (int it = 0; it < sweeps; ++it) chain.sweep(static_cast<std::uint64_t>(it));
  double const begin = cpu_seconds();
  for (int it = sweeps; it < 2 * sweeps; ++it) chain.sweep(static_cast<std::uint64_t>(it));
  std::printf("%.9g %.15g %.9g\n", (cpu_seconds() - begin) / sweeps, chain.log_likelihood(),
              chain.evaluations() / (2.0 * sweeps * static_cast<double>(items)));
}

}  // namespace

int main(int argc, char** argv) {
  if (argc < 5) return 2;
  MPI_Init(nullptr, nullptr);
  std::string const work = argv[1];
  std::int64_t const items = std::atoll(argv[3]);
  auto const lists = read_lists(argv[2], static_cast<std::size_t>(std::atoll(argv[4])));
  char** const rest = argv + 5;
  if (work == "gradient") time_gradient(lists, items, rest);
  if (work == "sweeps") time_sweeps(lists, items, rest);
  if (work == "exact") {
    double const begin = cpu_seconds();
    auto const posterior = exact_posterior(lists, items, {1, 0.05});
    std::printf("%.9g %.15g %.0f\n", cpu_seconds() - begin, posterior.edges[1], posterior.evaluations);
  }
  if (work == "ranking") {
    double const begin = cpu_seconds();
    auto const fit = fit_plackett_luce(lists, items, std::atof(rest[0]));
    std::printf("%.9g %.15g %lld\n", cpu_seconds() - begin, fit.strengths[0],
                static_cast<long long>(fit.iterations));
  }
  MPI_Finalize();
  return 0;
}
