// The dearest kernels of the experiments, and the limits of this machine that they are held against: bytes
// read per second by a loop over more memory than the caches hold, bytes copied, flops of dgemm, normals per
// second. See report.py, which prints the fractions.

#include "experiments/entropy_coupling/model/cells.hpp"
#include "experiments/entropy_coupling/model/law.hpp"
#include "experiments/entropy_coupling/model/radix_sort.hpp"
#include "experiments/entropy_coupling/solvers/greedy_split.hpp"
#include "linalg/column_products.hpp"
#include "linalg/covariance_operator.hpp"
#include "linalg/lapack.hpp"
#include "linalg/petsc.hpp"
#include "linalg/tall_matrix.hpp"
#include "mpi/communicator.hpp"
#include "random/stream.hpp"

#include <benchmark/benchmark.h>
#include <mpi.h>

#include <cmath>
#include <numeric>
#include <vector>

namespace {

using namespace thresher;
using linalg::ConstMatrixView;
using linalg::MatrixView;

random::Stream stream(char const* name) {
  return {random::hash_identity("kernels"), name};
}

std::vector<double> normals(std::int64_t count) {
  std::vector<double> entries(static_cast<std::size_t>(count));
  stream("NORMALS").normals({}, 0, entries);
  return entries;
}

void count_bytes(benchmark::State& state, double bytes) {
  state.counters["bytes"] =
      benchmark::Counter(bytes, benchmark::Counter::kIsIterationInvariantRate, benchmark::Counter::kIs1000);
}
void count_flops(benchmark::State& state, double flops) {
  state.counters["flops"] =
      benchmark::Counter(flops, benchmark::Counter::kIsIterationInvariantRate, benchmark::Counter::kIs1000);
}
void count_normals(benchmark::State& state, double drawn) {
  state.counters["normals"] =
      benchmark::Counter(drawn, benchmark::Counter::kIsIterationInvariantRate, benchmark::Counter::kIs1000);
}

// ---- limits ----------------------------------------------------------------------------------------------

void limit_read(benchmark::State& state) {
  std::vector<double> const large(std::size_t{1} << 25, 1.0);
  for (auto _ : state) {
    double sums[16] = {};
    for (std::size_t k = 0; k < large.size(); k += 16)
      for (std::size_t j = 0; j < 16; ++j) sums[j] += large[k + j];
    benchmark::DoNotOptimize(sums);
  }
  count_bytes(state, 8.0 * static_cast<double>(large.size()));
}
BENCHMARK(limit_read);

void limit_copy(benchmark::State& state) {
  std::vector<double> const from(std::size_t{1} << 24, 1.0);
  std::vector<double> to(from.size());
  for (auto _ : state) {
    std::copy(from.begin(), from.end(), to.begin());
    benchmark::ClobberMemory();
  }
  count_bytes(state, 16.0 * static_cast<double>(from.size()));
}
BENCHMARK(limit_copy);

void limit_dgemm(benchmark::State& state) {
  constexpr std::int64_t n = 1024;
  auto const a = normals(n * n);
  std::vector<double> c(a.size());
  for (auto _ : state)
    linalg::gemm(linalg::Transpose::no, linalg::Transpose::no, 1, ConstMatrixView(a.data(), n, n),
                 ConstMatrixView(a.data(), n, n), 0, MatrixView(c.data(), n, n));
  count_flops(state, 2.0 * n * n * n);
}
BENCHMARK(limit_dgemm);

void limit_normals(benchmark::State& state) {
  std::vector<double> numbers(1 << 14);
  auto const from = stream("LIMIT");
  for (auto _ : state) from.normals({}, 0, numbers);
  count_normals(state, static_cast<double>(numbers.size()));
}
BENCHMARK(limit_normals);

// ---- mixed_quality_lasso: n = 1000, p = 10000

constexpr std::int64_t kRows = 1000;
constexpr std::int64_t kColumns = 10000;

void lasso_design(benchmark::State& state) {
  std::vector<double> design(kRows * kColumns);
  auto const from = stream("DESIGN");
  for (auto _ : state)
    random::fill_normals(from, {0, kRows, 0, kColumns}, random::Layout::column_major, std::span(design),
                         kRows);
  count_normals(state, kRows * kColumns);
}
BENCHMARK(lasso_design);

void lasso_correlations(benchmark::State& state) {
  auto const design = normals(kRows * kColumns);
  auto const residual = normals(kRows);
  std::vector<double const*> columns;
  for (std::int64_t j = 0; j < kColumns; ++j) columns.push_back(design.data() + j * kRows);
  std::vector<double> products(kColumns, 0.0);
  for (auto _ : state) {
    linalg::add_column_products(columns, residual, products);
    benchmark::ClobberMemory();
  }
  count_bytes(state, 8.0 * kRows * kColumns);
}
BENCHMARK(lasso_correlations);

void lasso_gram(benchmark::State& state) {
  constexpr std::int64_t working = 200;
  auto const design = normals(kRows * working);
  std::vector<double> gram(working * working);
  for (auto _ : state)
    linalg::syrk(linalg::Triangle::lower, linalg::Transpose::yes, 1,
                 ConstMatrixView(design.data(), kRows, working), 0,
                 MatrixView(gram.data(), working, working));
  count_flops(state, static_cast<double>(kRows) * working * (working + 1));
}
BENCHMARK(lasso_gram);

// ---- linear_generative: d = 1000 (dense), d = 4000 (Krylov), panels of 16

void spectral_covariance(benchmark::State& state) {
  constexpr std::int64_t d = 1000;
  auto const examples = normals(2 * d * d);
  std::vector<double> covariance(d * d);
  for (auto _ : state)
    linalg::syrk(linalg::Triangle::lower, linalg::Transpose::no, 1,
                 ConstMatrixView(examples.data(), d, 2 * d), 0, MatrixView(covariance.data(), d, d));
  count_flops(state, 2.0 * d * d * (d + 1));
}
BENCHMARK(spectral_covariance);

void spectral_eigenvectors(benchmark::State& state) {
  constexpr std::int64_t d = 1000;
  auto const examples = normals(2 * d * d);
  std::vector<double> covariance(d * d);
  linalg::syrk(linalg::Triangle::lower, linalg::Transpose::no, 1, ConstMatrixView(examples.data(), d, 2 * d),
               0, MatrixView(covariance.data(), d, d));
  std::vector<double> values(d);
  for (auto _ : state) {
    auto vectors = covariance;
    linalg::syevd(linalg::Eigenvectors::wanted, linalg::Triangle::lower, MatrixView(vectors.data(), d, d),
                  values);
  }
  // Reduction to tridiagonal form 4/3, divide and conquer at most 8/3 (deflation saves much), back
  // transformation 2.
  count_flops(state, 6.0 * d * d * d);
}
BENCHMARK(spectral_eigenvectors)->Unit(benchmark::kMillisecond);

void spectral_pass(benchmark::State& state) {
  constexpr std::int64_t d = 4000;
  constexpr std::int64_t n = 2000;
  constexpr std::int64_t width = 16;
  auto const self = mpi::Communicator::self();
  auto const from = stream("EXAMPLES");
  auto const storage = state.range(0) == 0 ? linalg::RowStorage::stored : linalg::RowStorage::implicit;
  linalg::TallMatrix const rows(self, n, d, storage, [&](mpi::Range part, std::span<double> out) {
    random::fill_normals(from, {part.begin, part.end, 0, d}, random::Layout::row_major, out, d);
  });
  linalg::CovarianceOperator const covariance(rows, 0.1);
  auto const panel = normals(d * width);
  std::vector<double> result(panel.size());
  for (auto _ : state)
    covariance.apply(ConstMatrixView(panel.data(), d, width), MatrixView(result.data(), d, width));
  count_flops(state, 4.0 * n * d * width);
  count_bytes(state, 8.0 * n * d);
  if (state.range(0) != 0) count_normals(state, static_cast<double>(n) * d);
}
BENCHMARK(spectral_pass)->Arg(0)->Arg(1)->ArgName("regenerated")->Unit(benchmark::kMillisecond);

// ---- entropy_coupling: n = 1e6 symbols

entropy_coupling::Law random_law(std::int64_t symbols) {
  std::vector<double> weights(static_cast<std::size_t>(symbols));
  stream("LAW").exponentials({}, 0, weights);
  double const sum = std::accumulate(weights.begin(), weights.end(), 0.0);
  for (double& weight : weights) weight = std::max(weight / sum, 1e-6 / static_cast<double>(symbols));
  return entropy_coupling::quantise(weights, 52, "p");
}

void coupling_sort(benchmark::State& state) {
  auto const law = random_law(1000000);
  std::vector<entropy_coupling::Keyed> entries, scratch;
  for (auto _ : state) {
    state.PauseTiming();
    entries.clear();
    for (std::size_t x = 0; x < law.size(); ++x)
      entries.push_back({static_cast<std::uint64_t>(law.masses[x]), static_cast<std::uint32_t>(x)});
    state.ResumeTiming();
    entropy_coupling::stable_sort_by_key(entries, scratch);
  }
  // Every entry read and written once: the passes of the radix sort come on top.
  count_bytes(state, 2.0 * sizeof(entropy_coupling::Keyed) * static_cast<double>(law.size()));
}
BENCHMARK(coupling_sort)->Unit(benchmark::kMillisecond);

void coupling_split(benchmark::State& state) {
  auto const law = random_law(1000000);
  auto const observation = entropy_coupling::quantise(std::vector<double>{0.7, 0.3}, 52, "q");
  auto const cells = entropy_coupling::whole_law(law);
  entropy_coupling::GreedySplitter splitter(64, entropy_coupling::Detail::impure_cells);
  entropy_coupling::Split first, second;
  splitter.split(cells, conditional_entropy(cells), observation.masses, first);
  for (auto _ : state) splitter.split(first.cells, first.entropy, observation.masses, second);
  // Symbol and mass of every atom, read and written once; both rules are tried.
  count_bytes(state, 2.0 * 12.0 * static_cast<double>(first.cells.atoms()));
}
BENCHMARK(coupling_split)->Unit(benchmark::kMillisecond);

void coupling_entropy(benchmark::State& state) {
  auto const cells = entropy_coupling::whole_law(random_law(1000000));
  for (auto _ : state) benchmark::DoNotOptimize(entropy_coupling::conditional_entropy(cells));
  count_bytes(state, 8.0 * static_cast<double>(cells.atoms()));
}
BENCHMARK(coupling_entropy)->Unit(benchmark::kMillisecond);

}  // namespace

int main(int argc, char** argv) {
  MPI_Init(&argc, &argv);
  {
    linalg::Session const session;
    benchmark::Initialize(&argc, argv);
    benchmark::RunSpecifiedBenchmarks();
  }
  MPI_Finalize();
  return 0;
}
