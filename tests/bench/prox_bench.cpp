#include "linalg/column_products.hpp"
#include "linalg/lapack.hpp"
#include "linalg/petsc.hpp"
#include "mpi/communicator.hpp"
#include "prox/dense_design.hpp"
#include "prox/fista_lasso.hpp"
#include "prox/gram_lasso.hpp"
#include "prox/working_set.hpp"
#include "random/stream.hpp"

#include <benchmark/benchmark.h>
#include <mpi.h>

#include <cmath>
#include <vector>

namespace {

using namespace thresher;

constexpr std::int64_t kRows = 1000;
constexpr double kLambda = 0.2;

std::vector<double> normals(std::int64_t columns) {
  std::vector<double> entries(static_cast<std::size_t>(kRows * columns));
  random::Stream const stream(random::hash_identity("bench"), "DESIGN");
  random::fill_normals(stream, {0, kRows, 0, columns}, random::Layout::column_major, std::span(entries),
                       kRows);
  return entries;
}

std::vector<double> response(std::vector<double> const& a, int active) {
  std::vector<double> b(kRows);
  random::Stream const stream(random::hash_identity("bench"), "NOISE");
  stream.normals({}, 0, std::span(b));
  for (int k = 0; k < active; ++k)
    for (std::int64_t i = 0; i < kRows; ++i)
      b[static_cast<std::size_t>(i)] += a[static_cast<std::size_t>(k * 37 * kRows + i)];
  return b;
}

// A^T r, by the kernel whose bits do not depend on the layout and by BLAS.
void column_products(benchmark::State& state) {
  std::int64_t const columns = state.range(0);
  auto const a = normals(columns);
  std::vector<double> const v(a.begin(), a.begin() + kRows);
  std::vector<double const*> pointers;
  for (std::int64_t j = 0; j < columns; ++j) pointers.push_back(a.data() + j * kRows);
  std::vector<double> products(static_cast<std::size_t>(columns), 0.0);
  for (auto _ : state) {
    linalg::add_column_products(pointers, v, products);
    benchmark::ClobberMemory();
  }
  state.SetBytesProcessed(state.iterations() * columns * kRows * 8);
}
BENCHMARK(column_products)->Arg(32)->Arg(10000);

void blas_products(benchmark::State& state) {
  std::int64_t const columns = state.range(0);
  auto const a = normals(columns);
  std::vector<double> const v(a.begin(), a.begin() + kRows);
  std::vector<double> products(static_cast<std::size_t>(columns), 0.0);
  for (auto _ : state) {
    linalg::gemv(linalg::Transpose::yes, 1, {a.data(), kRows, columns}, v, 0, products);
    benchmark::ClobberMemory();
  }
  state.SetBytesProcessed(state.iterations() * columns * kRows * 8);
}
BENCHMARK(blas_products)->Arg(32)->Arg(10000);

void working_set(benchmark::State& state) {
  auto const comm = mpi::Communicator::self();
  std::int64_t const columns = state.range(0);
  auto a = normals(columns);
  auto const b = response(a, 10);
  prox::DenseDesign const design(comm, kRows, columns, std::move(a));
  for (auto _ : state) benchmark::DoNotOptimize(prox::WorkingSet(design, b, {}).solve(kLambda));
}
BENCHMARK(working_set)->Arg(1000)->Arg(10000)->Unit(benchmark::kMillisecond);

void fista(benchmark::State& state) {
  auto const comm = mpi::Communicator::self();
  std::int64_t const columns = state.range(0);
  auto a = normals(columns);
  auto const b = response(a, 10);
  prox::DenseDesign const design(comm, kRows, columns, std::move(a));
  prox::FistaLasso solver(comm, columns, "bench_");
  for (auto _ : state) benchmark::DoNotOptimize(solver.solve(design, b, kLambda, {}));
}
BENCHMARK(fista)->Arg(1000)->Arg(10000)->Unit(benchmark::kMillisecond);

void gram_lasso(benchmark::State& state) {
  std::int64_t const size = state.range(0);
  auto const a = normals(size);
  auto const b = response(a, 3);
  std::vector<double> gram(static_cast<std::size_t>(size * size));
  std::vector<double> h(static_cast<std::size_t>(size));
  linalg::MatrixView const g(gram.data(), size, size);
  linalg::syrk(linalg::Triangle::lower, linalg::Transpose::yes, 1.0 / kRows, {a.data(), kRows, size}, 0, g);
  linalg::symmetrize(linalg::Triangle::lower, g);
  linalg::gemv(linalg::Transpose::yes, 1.0 / kRows, {a.data(), kRows, size}, b, 0, h);
  prox::GramLasso const problem{g, h, linalg::inner_product(b, b) / kRows, 0.05, kRows};
  for (auto _ : state) {
    std::vector<double> beta(static_cast<std::size_t>(size), 0.0);
    benchmark::DoNotOptimize(prox::solve(problem, {0, 10000}, beta));
  }
}
BENCHMARK(gram_lasso)->Arg(128)->Arg(512)->Unit(benchmark::kMicrosecond);

}  // namespace

int main(int argc, char** argv) {
  MPI_Init(nullptr, nullptr);
  benchmark::Initialize(&argc, argv);
  {
    linalg::Session const session;
    benchmark::RunSpecifiedBenchmarks();
  }
  MPI_Finalize();
  return 0;
}
