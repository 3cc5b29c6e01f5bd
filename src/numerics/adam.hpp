#pragma once

#include <cstddef>
#include <span>
#include <tuple>
#include <vector>

namespace thresher::numerics {

/// Adam (Kingma and Ba 2015, arXiv 1412.6980) with rates 0.9, 0.999 and 1e-8, bias-corrected. Not collective.
class Adam {
 public:
  explicit Adam(std::size_t parameters) : first_(parameters), second_(parameters) {}
  void step(std::span<double> parameters, std::span<double const> gradient, double learning_rate);

 private:
  std::vector<double> first_;
  std::vector<double> second_;
  double first_decay_ = 1;
  double second_decay_ = 1;

 public:
  /// For those who save its state and go on from it.
  static constexpr std::tuple members{&Adam::first_, &Adam::second_, &Adam::first_decay_,
                                      &Adam::second_decay_};
};

}  // namespace thresher::numerics
