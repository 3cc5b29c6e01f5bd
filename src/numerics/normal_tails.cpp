#include "numerics/normal_tails.hpp"

#include "numerics/normal.hpp"

#include <algorithm>
#include <array>
#include <bit>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <numbers>

namespace thresher::numerics {

namespace {

constexpr std::size_t kLanes = 4;
constexpr std::size_t kVectors = 4;
using Reals [[gnu::vector_size(kLanes * sizeof(double))]] = double;
using Words [[gnu::vector_size(kLanes * sizeof(std::int64_t))]] = std::int64_t;
/// Several vectors side by side: their long chains of dependent operations overlap.
using Block = std::array<Reals, kVectors>;

/// The same operation on every vector of blocks.
template <class Operation, class... Blocks>
inline Block each(Operation const& operation, Blocks const&... blocks) {
  Block result;
#pragma GCC unroll 4
  for (std::size_t v = 0; v < kVectors; ++v) result[v] = operation(blocks[v]...);
  return result;
}

constexpr double kInverseRootTwoPi = 0.39894228040143267794;
// 32 bits, so that a multiple by an exponent is exact, and the rest.
constexpr double kLog2High = 6.93147180369123816490e-01;
constexpr double kLog2Low = 1.90821492927058770002e-10;

Reals all(double value) {
  return Reals{value, value, value, value};
}

Reals choose(Words condition, Reals yes, Reals no) {
  return std::bit_cast<Reals>((std::bit_cast<Words>(yes) & condition) |
                              (std::bit_cast<Words>(no) & ~condition));
}

/// exp(x) for |x| <= 700, 0 below, exp(700) above: x = k log 2 + r, Taylor's series of exp(r), |r| <=
/// log(2)/2.
Block exponential(Block const& x) {
  constexpr double limit = 700;
  // Rounds to an integer, which then stands in the last bits.
  Reals const shift = all(0x1.8p52);
  Block const within =
      each([](Reals v) { return choose(v > limit, all(limit), choose(v < -limit, all(-limit), v)); }, x);
  Block const shifted = each([&](Reals v) { return v * std::numbers::log2e + shift; }, within);
  Block const r = each(
      [&](Reals v, Reals moved) {
        Reals const k = moved - shift;
        return (v - k * kLog2High) - k * kLog2Low;
      },
      within, shifted);
  Block series = each([](Reals) { return all(1); }, x);
#pragma GCC unroll 13
  for (int n = 13; n >= 1; --n)
    series = each([&](Reals sum, Reals rest) { return sum * (rest * (1.0 / n)) + 1.0; }, series, r);
  return each(
      [](Reals v, Reals moved, Reals sum) {
        Reals const scale =
            std::bit_cast<Reals>((std::bit_cast<Words>(moved) << 52) + std::bit_cast<std::int64_t>(1.0));
        return choose(v < -limit, all(0), sum * scale);
      },
      x, shifted, series);
}

/// log(x) for positive normal x: x = 2^k m with sqrt(1/2) <= m < sqrt(2), log m = 2 artanh((m - 1)/(m + 1)).
Block logarithm(Block const& x) {
  constexpr std::int64_t root_half = 0x3fe6a09e667f3bcd;
  constexpr std::int64_t one = 0x3ff0000000000000;
  auto const shifted = [](Reals v) { return std::bit_cast<Words>(v) + (one - root_half); };
  Block const s = each(
      [&](Reals v) {
        Reals const m = std::bit_cast<Reals>((shifted(v) & 0x000fffffffffffff) + root_half);
        return (m - 1.0) / (m + 1.0);
      },
      x);
  Block series = each([](Reals) { return all(1.0 / 23); }, x);
#pragma GCC unroll 11
  for (int n = 21; n >= 1; n -= 2)
    series = each([&](Reals sum, Reals root) { return sum * (root * root) + 1.0 / n; }, series, s);
  return each(
      [&](Reals v, Reals root, Reals sum) {
        Reals const k =
            std::bit_cast<Reals>((shifted(v) >> 52) | std::bit_cast<std::int64_t>(0x1p52)) - (0x1p52 + 1023);
        return (k * kLog2Low + 2.0 * root * sum) + k * kLog2High;
      },
      x, s, series);
}

/// log(1 - q) for 0 <= q <= 1: the rounding of 1 - q is undone by a factor (Kahan).
Block log_of_rest(Block const& q) {
  Block const logarithms = logarithm(each([](Reals v) { return 1.0 - v; }, q));
  return each(
      [](Reals v, Reals log_rest) {
        Reals const rest = 1.0 - v;
        Reals const rounded = 1.0 - rest;
        Reals const factor = v / choose(rounded > 0.0, rounded, all(1));
        Reals const value = choose(rounded > 0.0, log_rest * factor, -v);
        return choose(rest > 0.0, value, all(-std::numeric_limits<double>::infinity()));
      },
      q, logarithms);
}

/// The Mills ratio Q(x)/phi(x), x >= 0, as a Chebyshev series: (1 + x) Q(x)/phi(x) is smooth in
/// t = (x - c)/(x + c), which maps [0, infinity) to [-1, 1) (the variable of Shepherd & Laframboise 1981).
class MillsRatio {
 public:
  MillsRatio() {
    std::array<double, kTerms> values;
    for (std::size_t j = 0; j < kTerms; ++j) {
      double const t = std::cos(angle(j));
      double const x = kCentre * (1 + t) / (1 - t);
      values[j] = (1 + x) * exact(x);
    }
    for (std::size_t k = 0; k < kTerms; ++k) {
      double sum = 0;
      for (std::size_t j = 0; j < kTerms; ++j) sum += values[j] * std::cos(static_cast<double>(k) * angle(j));
      coefficients_[k] = (k == 0 ? 1.0 : 2.0) * sum / static_cast<double>(kTerms);
    }
  }

  Block operator()(Block const& x) const {
    Block const t = each([](Reals v) { return (v - kCentre) / (v + kCentre); }, x);
    Block last = each([](Reals) { return all(0); }, x);
    Block before = last;
    for (std::size_t k = kTerms - 1; k >= 1; --k) {
      Block const next =
          each([&](Reals u, Reals b1, Reals b2) { return 2.0 * u * b1 + (coefficients_[k] - b2); }, t, last,
               before);
      before = last;
      last = next;
    }
    return each(
        [&](Reals v, Reals u, Reals b1, Reals b2) { return (u * b1 + (coefficients_[0] - b2)) / (1.0 + v); },
        x, t, last, before);
  }

 private:
  static constexpr std::size_t kTerms = 24;
  static constexpr double kCentre = 4;

  static double angle(std::size_t j) {
    return std::numbers::pi * (static_cast<double>(j) + 0.5) / static_cast<double>(kTerms);
  }
  /// In long double, whose erfc and exp lose less than a double's last bit where they are multiplied.
  static double exact(double x) {
    if (x > 20) return 1 / (x + mills_fraction(x, 1, 40));
    long double const u = static_cast<long double>(x);
    return static_cast<double>(std::exp(u * u / 2) * std::erfc(u / std::numbers::sqrt2_v<long double>) *
                               std::sqrt(std::numbers::pi_v<long double> / 2));
  }

  std::array<double, kTerms> coefficients_;
};

MillsRatio const& mills_ratio() {
  static MillsRatio const ratio;
  return ratio;
}

bool any_negative(Block const& x) {
  Words signs{};
  for (auto const& v : x) signs |= v < 0.0;
  return (signs[0] | signs[1] | signs[2] | signs[3]) != 0;
}

constexpr std::size_t kBlockSize = kLanes * kVectors;

/// The block of values that begins at `first`, filled up with ones.
Block load(std::span<double const> values, std::size_t first) {
  std::array<double, kBlockSize> numbers;
  numbers.fill(1);
  auto const part = values.subspan(first, std::min(kBlockSize, values.size() - first));
  std::copy(part.begin(), part.end(), numbers.begin());
  return std::bit_cast<Block>(numbers);
}

/// Calls `function` for a block of values at a time, and of each further list.
template <class Function, class... Lists>
void in_blocks(std::span<double> values, Function const& function, Lists const&... lists) {
  for (std::size_t first = 0; first < values.size(); first += kBlockSize) {
    auto const numbers =
        std::bit_cast<std::array<double, kBlockSize>>(function(load(values, first), load(lists, first)...));
    std::copy_n(numbers.begin(), std::min(kBlockSize, values.size() - first),
                values.begin() + static_cast<std::ptrdiff_t>(first));
  }
}

}  // namespace

void log_normal_upper_tails(std::span<double> values) {
  auto const& mills = mills_ratio();
  in_blocks(values, [&](Block const& x) {
    Block const distance = each([](Reals v) { return choose(v < 0.0, -v, v); }, x);
    Block const ratio = mills(distance);
    Block const exponent = each([](Reals v) { return -0.5 * v * v; }, distance);
    Block const upper =
        each([](Reals e, Reals log_r) { return (e - kHalfLogTwoPi) + log_r; }, exponent, logarithm(ratio));
    if (!any_negative(x)) return upper;
    Block const lower = log_of_rest(
        each([](Reals e, Reals r) { return e * r * kInverseRootTwoPi; }, exponential(exponent), ratio));
    return each([](Reals v, Reals above, Reals below) { return choose(v < 0.0, below, above); }, x, upper,
                lower);
  });
}

void weighted_normal_upper_tails(std::span<double> values, std::span<double const> log_weights) {
  auto const& mills = mills_ratio();
  in_blocks(
      values,
      [&](Block const& x, Block const& log_weight) {
        Block const distance = each([](Reals v) { return choose(v < 0.0, -v, v); }, x);
        Block const density = exponential(
            each([](Reals v, Reals weight) { return weight - 0.5 * v * v; }, distance, log_weight));
        Block const upper =
            each([](Reals e, Reals r) { return e * r * kInverseRootTwoPi; }, density, mills(distance));
        if (!any_negative(x)) return upper;
        return each([](Reals v, Reals above, Reals weight) { return choose(v < 0.0, weight - above, above); },
                    x, upper, exponential(log_weight));
      },
      log_weights);
}

void log_normal_centrals(std::span<double> values) {
  auto const& mills = mills_ratio();
  in_blocks(values, [&](Block const& x) {
    Block const density = exponential(each([](Reals v) { return -0.5 * v * v; }, x));
    return log_of_rest(
        each([](Reals e, Reals r) { return e * r * (2 * kInverseRootTwoPi); }, density, mills(x)));
  });
}

void exponentials(std::span<double> values) {
  in_blocks(values, [](Block const& x) { return exponential(x); });
}

}  // namespace thresher::numerics
