#include "bits/popcount.hpp"
#include "experiments/hawkes_network/estimators/pair_correlations.hpp"

#include <benchmark/benchmark.h>

#include <immintrin.h>
#include <random>
#include <vector>

// Counting common bits against what the processor can count: words of 64 bits a second.

namespace {

using namespace thresher;
using namespace thresher::hawkes_network;

/// AND, count and add on registers alone, in chains enough to hide what each takes.
__attribute__((target("avx512f,avx512vpopcntdq"))) void count_registers(benchmark::State& state) {
  constexpr int kVectors = 12;
  constexpr int kRounds = 1000;
  __m512i totals[kVectors];
  for (int v = 0; v < kVectors; ++v) totals[v] = _mm512_set1_epi64(v * 0x1234567);
  auto const mask = _mm512_set1_epi64(0x5555555555555555);
  for (auto _ : state) {
    for (int round = 0; round < kRounds; ++round) {
#pragma GCC unroll 12
      for (int v = 0; v < kVectors; ++v)
        totals[v] = _mm512_add_epi64(totals[v], _mm512_popcnt_epi64(_mm512_and_si512(totals[v], mask)));
    }
  }
  for (auto const& total : totals) asm volatile("" : : "v"(total));
  state.counters["words"] = benchmark::Counter(
      static_cast<double>(state.iterations()) * 8 * kVectors * kRounds, benchmark::Counter::kIsRate);
}

/// Without AVX-512: one scalar count a cycle.
void count_words(benchmark::State& state) {
  std::vector<std::uint64_t> a(512, 0x123456789abcdef);
  for (auto _ : state) {
    std::uint64_t total[4] = {};
    for (std::size_t w = 0; w < a.size(); w += 4)
      for (std::size_t k = 0; k < 4; ++k)
        total[k] += static_cast<std::uint64_t>(__builtin_popcountll(a[w + k] & 0x5555));
    benchmark::DoNotOptimize(total);
  }
  state.counters["words"] =
      benchmark::Counter(static_cast<double>(state.iterations()) * 512, benchmark::Counter::kIsRate);
}

void limit_popcount(benchmark::State& state) {
  if (__builtin_cpu_supports("avx512vpopcntdq"))
    count_registers(state);
  else
    count_words(state);
}
BENCHMARK(limit_popcount);

/// A tile of screening statistics as a trial makes them, for a number of bins.
void screening_tile(benchmark::State& state) {
  std::int64_t const bins = state.range(0);
  Lags lags{bins, 2, {1, 0.6, 0.37, 0.22}};
  PairCorrelations correlations(lags);
  std::int64_t const words = bits::words_for(bins);
  std::int64_t const rows = correlations.rows_at_once();
  std::int64_t const columns = correlations.columns_at_once();
  std::mt19937_64 draw(1);
  std::vector<bits::Word> planes(static_cast<std::size_t>((rows + columns) * 2 * words));
  for (auto& word : planes) word = draw() & draw();
  std::vector<BinMoments> const moments(static_cast<std::size_t>(rows + columns), BinMoments{0.4, 1.5});
  std::span const all(planes);
  std::span const of_all(moments);
  correlations.set_rows(
      {all.first(static_cast<std::size_t>(rows * 2 * words)), of_all.first(static_cast<std::size_t>(rows))});
  std::vector<double> result;
  for (auto _ : state) {
    correlations.correlate({all.subspan(static_cast<std::size_t>(rows * 2 * words)),
                            of_all.subspan(static_cast<std::size_t>(rows))},
                           result);
    benchmark::DoNotOptimize(result.data());
  }
  state.counters["words"] = benchmark::Counter(
      static_cast<double>(state.iterations()) * static_cast<double>(rows * columns * 4 * 4 * words),
      benchmark::Counter::kIsRate);
}
BENCHMARK(screening_tile)->Arg(1000)->Arg(2911)->Arg(6000)->Arg(9210);

}  // namespace

BENCHMARK_MAIN();
