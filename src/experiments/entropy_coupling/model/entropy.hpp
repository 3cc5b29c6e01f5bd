#pragma once

#include <cmath>
#include <span>

namespace thresher::entropy_coupling {

/// Running sum with the rounding error carried along (Neumaier 1974): a million cells lose no digits.
class CompensatedSum {
 public:
  void add(double value) {
    double const next = sum_ + value;
    lost_ += std::abs(sum_) >= std::abs(value) ? (sum_ - next) + value : (value - next) + sum_;
    sum_ = next;
  }
  double value() const { return sum_ + lost_; }

 private:
  double sum_ = 0;
  double lost_ = 0;
};

/// Contribution of a cell to H(X|Y), in bits times mass: sum_j w_j log2(s / w_j) with s = sum_j w_j. Zero for
/// one atom. Products are added fused by choice: left to the compiler, one caller's copy would be fused and
/// another's not, and two orders of the same cells could then tie differently.
template <class Weight>
double cell_entropy(std::span<Weight const> weights, Weight sum) {
  if (weights.size() < 2) return 0;
  auto const whole = static_cast<double>(sum);
  double bits = 0;
  for (Weight const w : weights)
    if (w != 0 && w != sum)
      bits = std::fma(static_cast<double>(w), std::log2(whole / static_cast<double>(w)), bits);
  return bits;
}

}  // namespace thresher::entropy_coupling
