// Rates of the random floor on one core, per instruction set. normals_vs_numpy.py compares them with NumPy.
#include "random/stream.hpp"

#include <benchmark/benchmark.h>

#include <array>
#include <cstdint>
#include <span>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

namespace {

using namespace thresher::random;

Stream const& bench_stream() {
  static Stream const stream(hash_identity("seed=1 experiment=bench"), "normals");
  return stream;
}

void count_items(benchmark::State& state, std::int64_t per_iteration) {
  state.SetItemsProcessed(state.iterations() * per_iteration);
}

// False, with a message, where the processor lacks the path.
bool take_path(benchmark::State& state, VectorPath path) {
  try {
    set_vector_path(path);
    return true;
  } catch (std::invalid_argument const& error) {
    state.SkipWithError(error.what());
    return false;
  }
}

template <class Real>
void fill_block(benchmark::State& state, VectorPath path, Layout layout) {
  if (!take_path(state, path)) return;
  std::int64_t const rows = state.range(0);
  std::int64_t const columns = state.range(1);
  std::vector<Real> out(static_cast<std::size_t>(rows * columns));
  std::int64_t row = 0;
  for (auto _ : state) {
    fill_normals(bench_stream(), {row, row + rows, 0, columns}, layout, std::span<Real>(out),
                 layout == Layout::row_major ? columns : rows);
    row += rows;
    benchmark::DoNotOptimize(out.data());
    benchmark::ClobberMemory();
  }
  count_items(state, rows * columns);
}

using FillRow = void (Stream::*)(Row, std::uint64_t, std::span<double>) const;

void fill_row(benchmark::State& state, VectorPath path, FillRow fill) {
  if (!take_path(state, path)) return;
  std::vector<double> out(static_cast<std::size_t>(state.range(0)));
  Row row;
  for (auto _ : state) {
    (bench_stream().*fill)(row, 0, out);
    ++row.i0;
    benchmark::DoNotOptimize(out.data());
    benchmark::ClobberMemory();
  }
  count_items(state, state.range(0));
}

void single_normals(benchmark::State& state) {
  std::uint64_t last = 0;
  for (auto _ : state) benchmark::DoNotOptimize(bench_stream().normal({1, 2, 3}, last++));
  count_items(state, 1);
}

void make_streams(benchmark::State& state) {
  Key const key = hash_identity("seed=1");
  for (auto _ : state) benchmark::DoNotOptimize(Stream(key, "a_stream_name"));
  count_items(state, 1);
}

template <class Draw>
void in_sequence(benchmark::State& state, std::int64_t per_draw, Draw draw) {
  Sequence sequence = bench_stream().sequence({}, 0);
  for (auto _ : state) benchmark::DoNotOptimize(draw(sequence));
  count_items(state, per_draw);
}

void register_path(char const* path_name, VectorPath path) {
  std::string const suffix = std::string("/") + path_name;
  auto block = [&](std::string const& name, auto run, Layout layout,
                   std::vector<std::array<std::int64_t, 2>> const& sizes) {
    auto* bench = benchmark::RegisterBenchmark((name + suffix).c_str(),
                                               [=](benchmark::State& state) { run(state, path, layout); });
    for (auto const& [rows, columns] : sizes) bench->Args({rows, columns});
  };
  std::vector<std::array<std::int64_t, 2>> const sizes = {
      {256, 4096}, {1000, 1000}, {1000, 10000}, {4096, 2000}, {100000, 3}, {3, 100000},
      {30000, 10}, {10000, 30},  {6000, 50},    {3000, 100},  {1000, 300}};
  block("row_major", fill_block<double>, Layout::row_major, sizes);
  block("column_major", fill_block<double>, Layout::column_major, sizes);
  block("row_major_float", fill_block<float>, Layout::row_major, {{256, 4096}});
  block("column_major_float", fill_block<float>, Layout::column_major, {{256, 4096}});

  for (auto const& [name, fill] : {std::pair{"normals", static_cast<FillRow>(&Stream::normals)},
                                   {"uniforms", &Stream::uniforms},
                                   {"exponentials", &Stream::exponentials},
                                   {"signs", &Stream::signs}}) {
    auto* bench = benchmark::RegisterBenchmark(
        (name + suffix).c_str(),
        [path, fill = fill](benchmark::State& state) { fill_row(state, path, fill); });
    for (std::int64_t size : {1, 5, 50, 5000}) bench->Arg(size);
  }
}

void register_all() {
  register_path("avx512", VectorPath::avx512);
  register_path("avx2", VectorPath::avx2);
  register_path("scalar", VectorPath::scalar);
  benchmark::RegisterBenchmark("single_normal", single_normals);
  benchmark::RegisterBenchmark("make_stream", make_streams);
  auto sequence = [](char const* name, std::int64_t per_draw, auto draw) {
    benchmark::RegisterBenchmark(name, [=](benchmark::State& state) { in_sequence(state, per_draw, draw); });
  };
  sequence("sequence/bits", 1, [](Sequence& s) { return s.bits(); });
  sequence("sequence/normal", 1, [](Sequence& s) { return s.normal(); });
  sequence("sequence/exponential", 1, [](Sequence& s) { return s.exponential(); });
  sequence("sequence/gamma_0.3", 1, [](Sequence& s) { return s.gamma(0.3); });
  sequence("sequence/gamma_7.5", 1, [](Sequence& s) { return s.gamma(7.5); });
  sequence("sequence/poisson_3", 1, [](Sequence& s) { return s.poisson(3); });
  sequence("sequence/poisson_1000", 1, [](Sequence& s) { return s.poisson(1000); });
  sequence("sequence/subset_100_of_1000", 100, [](Sequence& s) { return s.subset(1000, 100); });
  sequence("sequence/subset_1000_of_1e12", 1000, [](Sequence& s) { return s.subset(1000000000000, 1000); });
  sequence("sequence/permutation_1000", 1000, [](Sequence& s) { return s.permutation(1000); });
  benchmark::RegisterBenchmark("sequence/make", [](benchmark::State& state) {
    std::uint64_t last = 0;
    for (auto _ : state) benchmark::DoNotOptimize(bench_stream().sequence({}, last++));
    count_items(state, 1);
  });
}

}  // namespace

int main(int argc, char** argv) {
  register_all();
  benchmark::Initialize(&argc, argv);
  benchmark::RunSpecifiedBenchmarks();
  benchmark::Shutdown();
  return 0;
}
