#include "experiments/implicit_regularization/estimators/fits/matrix_fit.hpp"
#include "experiments/implicit_regularization/solvers/deep_network.hpp"
#include "linalg/dense_matrix.hpp"
#include "linalg/lapack.hpp"
#include "mpi/communicator.hpp"

#include <benchmark/benchmark.h>
#include <mpi.h>

#include <algorithm>
#include <numeric>
#include <random>
#include <vector>

// Derivatives of a network of three hidden layers of 128 units on 4000 rows of 20 inputs, and the products of
// matrices that they are made of; the symmetric matrix of 100 runs in 100 dimensions.
// implicit_regularization_vs_pytorch.py reads these.

namespace {

using namespace thresher;
using namespace thresher::implicit_regularization;

constexpr std::int64_t kInputs = 20, kWidth = 128, kDepth = 3, kRows = 4000;

std::vector<double> normal_numbers(std::int64_t count, std::uint64_t seed) {
  std::mt19937_64 generator(seed);
  std::normal_distribution<double> normal;
  std::vector<double> values(static_cast<std::size_t>(count));
  for (double& value : values) value = normal(generator);
  return values;
}

/// A network at random weights, and its rows.
struct Problem {
  mpi::Communicator comm = mpi::Communicator::self();
  NetworkShape shape{{kInputs, kWidth, kWidth, kWidth, 1}, Activation::tanh, true};
  DeepNetwork network{comm, shape, Loss::squared};
  std::vector<double> x = normal_numbers(kInputs * kRows, 1), y = normal_numbers(kRows, 2);
  std::vector<std::int64_t> numbers = std::vector<std::int64_t>(kRows);
  std::vector<double> theta = normal_numbers(shape.parameters(), 3);
  std::vector<double> direction = normal_numbers(shape.parameters(), 4);
  std::vector<double> out = std::vector<double>(theta.size());

  Problem() {
    std::iota(numbers.begin(), numbers.end(), std::int64_t{0});
    for (double& entry : theta) entry /= 12;
  }
  Rows rows() const { return {kRows, {0, kRows}, {x.data(), kInputs, kRows}, y, numbers}; }
  /// Multiply-adds of one product of all rows with all weights, twice.
  double pass() const { return 2.0 * kRows * static_cast<double>(shape.parameters()); }
};

void count_flops(benchmark::State& state, double flops) {
  state.counters["flops"] =
      benchmark::Counter(static_cast<double>(state.iterations()) * flops, benchmark::Counter::kIsRate);
}

void network_gradient(benchmark::State& state) {
  Problem problem;
  for (auto _ : state)
    benchmark::DoNotOptimize(problem.network.gradient(problem.theta, problem.rows(), nullptr, problem.out));
  count_flops(state, 3 * problem.pass());
}
BENCHMARK(network_gradient)->Unit(benchmark::kMillisecond);

void network_hessian_product(benchmark::State& state) {
  Problem problem;
  for (auto _ : state) {
    problem.network.hessian_product(problem.theta, problem.rows(), problem.direction, problem.out);
    benchmark::DoNotOptimize(problem.out.data());
  }
  count_flops(state, 6 * problem.pass());
}
BENCHMARK(network_hessian_product)->Unit(benchmark::kMillisecond);

void network_dropout_gradient(benchmark::State& state) {
  Problem problem;
  for (auto _ : state)
    benchmark::DoNotOptimize(problem.network.dropout_penalty(problem.theta, problem.rows(), problem.out));
  count_flops(state, 9 * problem.pass());
}
BENCHMARK(network_dropout_gradient)->Unit(benchmark::kMillisecond);

/// dgemm on a layer of that network: the limit of all three.
void limit_layer_product(benchmark::State& state) {
  auto const weights = normal_numbers(kWidth * kWidth, 5), panel = normal_numbers(kWidth * 512, 6);
  linalg::DenseMatrix result(kWidth, 512);
  for (auto _ : state) {
    linalg::gemm(linalg::Transpose::no, linalg::Transpose::no, 1, {weights.data(), kWidth, kWidth},
                 {panel.data(), kWidth, 512}, 0, result.view());
    benchmark::DoNotOptimize(result.values().data());
  }
  count_flops(state, 2.0 * kWidth * kWidth * 512);
}
BENCHMARK(limit_layer_product)->Unit(benchmark::kMillisecond);

void symmetric_matrix_fit(benchmark::State& state) {
  auto const d = state.range(0);
  linalg::DenseMatrix theta(d, d), b(d, d);
  std::ranges::copy(normal_numbers(d * d, 7), theta.values().begin());
  std::ranges::copy(normal_numbers(d * d, 8), b.values().begin());
  for (auto _ : state) benchmark::DoNotOptimize(symmetric_quadratic(theta.view(), b.view()));
}
BENCHMARK(symmetric_matrix_fit)->Arg(60)->Arg(100)->Unit(benchmark::kMillisecond);

}  // namespace

int main(int argc, char** argv) {
  MPI_Init(&argc, &argv);
  benchmark::Initialize(&argc, argv);
  benchmark::RunSpecifiedBenchmarks();
  MPI_Finalize();
}
