#pragma once

#include "random/draws.hpp"
#include "random/kernels.hpp"
#include "random/lanes.hpp"

#include <cstddef>
#include <cstdint>

// The loops of kernels.hpp for any vector instruction set; see elementary.hpp for what this header must not
// do.

namespace thresher::random {

/// Philox4x32-10 with one 32-bit word of its state per 64-bit lane. The multiplication reads only the lower
/// half of a lane, so whatever collects in upper halves is harmless and never cleared: a round is two
/// products, two shifts and two exclusive ors. The prefix takes part in the first round only through
/// constants of the substream.
template <class L>
struct KeySchedule {
  typename L::Words first_product;
  typename L::Words first_high;
  typename L::Words prefix_high;
  typename L::Words key0[10];
  typename L::Words key1[10];
};

constexpr std::uint64_t philox_multiplier0 = 0xD2511F53U;
constexpr std::uint64_t philox_multiplier1 = 0xCD9E8D57U;

template <class L>
THRESHER_INLINE void schedule_keys(typename L::Words key, typename L::Words prefix,
                                   KeySchedule<L>& schedule) {
  schedule.key0[0] = key;
  schedule.key1[0] = L::template shift_right<32>(key);
  for (int round = 1; round < 10; ++round) {
    schedule.key0[round] = L::add(schedule.key0[round - 1], L::word(0x9E3779B9U));
    schedule.key1[round] = L::add(schedule.key1[round - 1], L::word(0xBB67AE85U));
  }
  // The last round delivers its words in the upper halves.
  schedule.key0[9] = L::template shift_left<32>(schedule.key0[9]);
  schedule.key1[9] = L::template shift_left<32>(schedule.key1[9]);

  schedule.first_product = L::multiply_low_halves(prefix, L::word(philox_multiplier1));
  schedule.first_high = L::bit_xor(L::template shift_right<32>(schedule.first_product), schedule.key0[0]);
  schedule.prefix_high = L::bit_xor(L::template shift_right<32>(prefix), schedule.key1[0]);
}

template <class L>
struct WordLanes {
  typename L::Words first;
  typename L::Words second;
};

/// Both words of the pairs in the lanes of `pair`; `spread` gives a word of the schedule its place in all
/// lanes.
template <class L, class S, class Spread>
THRESHER_INLINE WordLanes<L> philox_words(KeySchedule<S> const& schedule, typename L::Words pair,
                                          Spread spread) {
  auto const multiplier0 = L::word(philox_multiplier0);
  auto const multiplier1 = L::word(philox_multiplier1);
  auto x0 = L::bit_xor(L::template shift_right<32>(pair), spread(schedule.first_high));
  auto x1 = spread(schedule.first_product);
  auto x3 = L::multiply_low_halves(pair, multiplier0);
  auto x2 = L::bit_xor(L::template shift_right<32>(x3), spread(schedule.prefix_high));
#pragma GCC unroll 8
  for (int round = 1; round < 9; ++round) {
    auto const product0 = L::multiply_low_halves(x0, multiplier0);
    auto const product1 = L::multiply_low_halves(x2, multiplier1);
    x0 = L::bit_xor(L::template shift_right<32>(product1), x1, spread(schedule.key0[round]));
    x2 = L::bit_xor(L::template shift_right<32>(product0), x3, spread(schedule.key1[round]));
    x1 = product1;
    x3 = product0;
  }
  auto const product0 = L::multiply_low_halves(x0, multiplier0);
  auto const product1 = L::multiply_low_halves(x2, multiplier1);
  return {L::bit_xor(product1, L::template shift_left<32>(x1), spread(schedule.key0[9])),
          L::bit_xor(product0, L::template shift_left<32>(x3), spread(schedule.key1[9]))};
}

template <class L>
struct SpreadOne {
  THRESHER_INLINE typename L::Words operator()(typename L::One::Words const& word) const {
    return L::spread(word.part[0]);
  }
};

template <class L>
struct SpreadNothing {
  THRESHER_INLINE typename L::Words operator()(typename L::Words const& words) const { return words; }
};

template <class Real>
THRESHER_INLINE void copy_reals(Real const* from, std::size_t size, Real* to) {
  __builtin_memcpy(to, from, size * sizeof(Real));
}

/// Kernels of one instruction set. Main loops take several vectors at a time (as many as measured best),
/// edges one.
template <class Vector>
class VectorKernels {
 public:
  template <class Kind, class Real>
  static THRESHER_KERNEL void fill(Substream substream, std::uint64_t first, std::size_t size, Real* out) {
    if (size == 0) return;
    KeySchedule<One> schedule;
    schedule_keys<One>(One::word(substream.key), One::word(substream.prefix), schedule);
    if (first % 2 == 1) fill_edge<Kind, One>(schedule, first, size, out);
    using L = Lanes<Vector, Vector::at_once>;
    constexpr std::size_t step = 2 * L::width;
    for (; size >= step; size -= step, first += step, out += step) {
      auto const values = draw_pairs<Kind, L>(schedule, first / 2);
      L::store_interleaved(out, values.first, values.second);
    }
    // Several vectors at once take little longer than one.
    if (size > 2 * One::width) fill_edge<Kind, L>(schedule, first, size, out);
    while (size > 0) fill_edge<Kind, One>(schedule, first, size, out);
  }

  template <class Real>
  static THRESHER_KERNEL void normal_columns(Substream const* rows, std::size_t row_count,
                                             std::uint64_t first, std::size_t columns, Real* out,
                                             std::size_t leading) {
    constexpr std::size_t step = rows_at_once * Vector::width;
    std::size_t row = 0;
    for (; row + step <= row_count; row += step) {
      some_rows<rows_at_once>(rows + row, step, first, columns, out + row, leading);
    }
    for (; row < row_count; row += Vector::width) {
      some_rows<1>(rows + row, row_count - row, first, columns, out + row, leading);
    }
  }

 private:
  using One = Lanes<Vector, 1>;
  static constexpr int rows_at_once = 4;
  static constexpr int prefetch_rows = 32;

  template <class Kind, class L>
  static THRESHER_INLINE RealPair<L> draw_pairs(KeySchedule<One> const& schedule, std::uint64_t pair) {
    auto const words = philox_words<L>(schedule, L::count_from(pair), SpreadOne<L>{});
    return Kind::template pair<L>(words.first, words.second);
  }

  // Pairs of which the caller wants a part.
  template <class Kind, class L, class Real>
  static __attribute__((noinline)) THRESHER_KERNEL void fill_edge(KeySchedule<One> const& schedule,
                                                                  std::uint64_t& first, std::size_t& size,
                                                                  Real*& out) {
    constexpr std::size_t step = 2 * L::width;
    alignas(64) Real values[step];
    auto const drawn = draw_pairs<Kind, L>(schedule, first / 2);
    L::store_interleaved(values, drawn.first, drawn.second);
    std::size_t const skipped = first % 2;
    std::size_t const taken = size < step - skipped ? size : step - skipped;
    copy_reals(values + skipped, taken, out);
    first += taken;
    size -= taken;
    out += taken;
  }

  template <class L, class Real>
  static THRESHER_INLINE void store_rows(Real* out, typename L::Reals values, std::size_t row_count) {
    if (row_count >= L::width) {
      L::store(out, values);
      // In column-major blocks the columns are far apart and the processor foresees none of the next lines.
      constexpr int line = 64 / sizeof(Real);
      for (int k = 0; k < L::width; k += line) __builtin_prefetch(out + prefetch_rows + k, 1);
    } else {
      alignas(64) Real all[L::width];
      L::store(all, values);
      copy_reals(all, row_count, out);
    }
  }

  // Lanes are rows: every lane has its own keys and all lanes are at the same pair of columns, so that a
  // column is stored contiguously and nothing is transposed.
  template <int count, class Real>
  static THRESHER_KERNEL void some_rows(Substream const* rows, std::size_t row_count, std::uint64_t first,
                                        std::size_t columns, Real* out, std::size_t leading) {
    using L = Lanes<Vector, count>;
    alignas(64) std::uint64_t keys[L::width];
    alignas(64) std::uint64_t prefixes[L::width];
    for (std::size_t lane = 0; lane < L::width; ++lane) {
      Substream const& row = rows[lane < row_count ? lane : 0];
      keys[lane] = row.key;
      prefixes[lane] = row.prefix;
    }
    KeySchedule<L> schedule;
    schedule_keys<L>(L::load(keys), L::load(prefixes), schedule);

    for (std::size_t column = 0; column < columns;) {
      std::uint64_t const index = first + column;
      auto const words = philox_words<L>(schedule, L::word(index / 2), SpreadNothing<L>{});
      auto const values = NormalDraw::pair<L>(words.first, words.second);
      if (index % 2 == 0) {
        store_rows<L>(out + column * leading, values.first, row_count);
        ++column;
      }
      if (column < columns) {
        store_rows<L>(out + column * leading, values.second, row_count);
        ++column;
      }
    }
  }
};

template <class Vector>
constexpr Kernels kernels_of() {
  using K = VectorKernels<Vector>;
  return {&K::template fill<UniformDraw, double>, &K::template fill<ExponentialDraw, double>,
          &K::template fill<SignDraw, double>,    &K::template fill<NormalDraw, double>,
          &K::template fill<NormalDraw, float>,   &K::template normal_columns<double>,
          &K::template normal_columns<float>};
}

}  // namespace thresher::random
