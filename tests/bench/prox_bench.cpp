#include "linalg/column_products.hpp"
#include "linalg/dense_matrix.hpp"
#include "linalg/lapack.hpp"
#include "linalg/petsc.hpp"
#include "linalg/singular_values.hpp"
#include "mpi/communicator.hpp"
#include "prox/dense_design.hpp"
#include "prox/fista_lasso.hpp"
#include "prox/gram_lasso.hpp"
#include "prox/singular_value_threshold.hpp"
#include "prox/working_set.hpp"
#include "random/stream.hpp"

#include <benchmark/benchmark.h>
#include <mpi.h>

#include <algorithm>
#include <cmath>
#include <span>
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

// What bounds a step of a nuclear norm: singular-value thresholding of a stack, by its Gram matrix (as a step
// does) and by a decomposition of the stack itself, beside the rate of dgemm where it is at its best. Flops
// are those of the product alone, so that rates compare.
struct Stack {
  explicit Stack(benchmark::State const& state)
      : rows(state.range(0)), columns(state.range(1)), entries(static_cast<std::size_t>(rows * columns)) {
    random::Stream const stream(random::hash_identity("bench"), "STACK");
    stream.normals({}, 0, std::span(entries));
    // Three directions stand out, as those of a shared subspace do.
    for (std::int64_t j = 0; j < columns; ++j)
      for (std::int64_t i = 0; i < 3; ++i) entries[static_cast<std::size_t>(j * rows + i)] *= 4;
  }
  linalg::ConstMatrixView view() const { return {entries.data(), rows, columns}; }
  double product_flops() const { return static_cast<double>(rows * rows * columns); }
  double threshold() const { return 2 * std::sqrt(static_cast<double>(columns)); }

  std::int64_t rows;
  std::int64_t columns;
  std::vector<double> entries;
};

void set_rate(benchmark::State& state, double flops) {
  state.counters["flops"] = benchmark::Counter(flops, benchmark::Counter::kIsIterationInvariantRate);
}

void gram_of_stack(benchmark::State& state) {
  Stack const stack(state);
  linalg::DenseMatrix gram(stack.rows, stack.rows);
  for (auto _ : state) {
    linalg::syrk(linalg::Triangle::lower, linalg::Transpose::no, 1, stack.view(), 0, gram.view());
    benchmark::ClobberMemory();
  }
  set_rate(state, stack.product_flops());
}
BENCHMARK(gram_of_stack)
    ->Args({48, 1440})
    ->Args({64, 6400})
    ->Args({256, 8192})
    ->Unit(benchmark::kMicrosecond);

void threshold_by_gram(benchmark::State& state) {
  auto const comm = mpi::Communicator::self();
  Stack stack(state);
  linalg::DenseMatrix gram(stack.rows, stack.rows);
  auto left = stack.entries;
  for (auto _ : state) {
    linalg::syrk(linalg::Triangle::lower, linalg::Transpose::no, 1, stack.view(), 0, gram.view());
    auto const factor = prox::shrinking_factor(comm, gram.view(), stack.threshold());
    std::ranges::copy(stack.entries, left.begin());
    factor.subtract({left.data(), stack.rows, stack.columns});
    benchmark::ClobberMemory();
  }
  set_rate(state, stack.product_flops());
}
BENCHMARK(threshold_by_gram)
    ->Args({48, 1440})
    ->Args({64, 6400})
    ->Args({256, 8192})
    ->Unit(benchmark::kMicrosecond);

void threshold_by_gesdd(benchmark::State& state) {
  Stack stack(state);
  std::vector<double> values(static_cast<std::size_t>(stack.rows));
  linalg::DenseMatrix u(stack.rows, stack.rows), v(stack.rows, stack.columns);
  auto left = stack.entries;
  for (auto _ : state) {
    std::ranges::copy(stack.entries, left.begin());
    linalg::gesdd({left.data(), stack.rows, stack.columns}, values, u.view(), v.view());
    std::int64_t rank = 0;
    while (values[static_cast<std::size_t>(rank)] > stack.threshold()) {
      for (double& entry : u.column(rank))
        entry *= values[static_cast<std::size_t>(rank)] - stack.threshold();
      ++rank;
    }
    std::ranges::copy(stack.entries, left.begin());
    linalg::gemm(linalg::Transpose::no, linalg::Transpose::no, -1, u.columns_from(0, rank),
                 v.view().block(0, 0, rank, stack.columns), 1, {left.data(), stack.rows, stack.columns});
    benchmark::ClobberMemory();
  }
  set_rate(state, stack.product_flops());
}
BENCHMARK(threshold_by_gesdd)
    ->Args({48, 1440})
    ->Args({64, 6400})
    ->Args({256, 8192})
    ->Unit(benchmark::kMicrosecond);

void best_gemm(benchmark::State& state) {
  std::int64_t const n = state.range(0);
  linalg::DenseMatrix a(n, n), b(n, n), c(n, n);
  std::ranges::fill(a.values(), 0.5);
  std::ranges::fill(b.values(), 0.25);
  for (auto _ : state) {
    linalg::gemm(linalg::Transpose::no, linalg::Transpose::no, 1, a.view(), b.view(), 0, c.view());
    benchmark::ClobberMemory();
  }
  set_rate(state, 2 * static_cast<double>(n * n * n));
}
BENCHMARK(best_gemm)->Arg(512)->Unit(benchmark::kMicrosecond);

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
