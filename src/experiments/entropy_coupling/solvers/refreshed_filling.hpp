#pragma once

#include "experiments/entropy_coupling/solvers/water_filling.hpp"

#include <cstdint>
#include <span>

namespace thresher::entropy_coupling {

/// The water-filling of one step: made for the capacities and the impure mass that are left, and made anew
/// each time that a share 1/`refresh` of the step's impure mass has been placed.
class RefreshedFilling {
 public:
  explicit RefreshedFilling(std::int64_t refresh) : refresh_(refresh) {}

  /// Begins a step that will place `impure` > 0 units of mass within `capacities`.
  void start(std::span<Mass const> capacities, Mass impure) {
    impure_ = left_ = impure;
    since_filled_ = 0;
    filling_.fill(capacities, left_);
  }
  /// The filling for the next cell, of mass `mass`, with the capacities that the cells before it have left.
  WaterFilling const& for_next(std::span<Mass const> capacities, Mass mass) {
    if (static_cast<WideMass>(since_filled_) * static_cast<WideMass>(refresh_) >=
        static_cast<WideMass>(impure_)) {
      filling_.fill(capacities, left_);
      since_filled_ = 0;
    }
    left_ -= mass;
    since_filled_ += mass;
    return filling_;
  }
  WaterFilling const& now() const { return filling_; }

 private:
  std::int64_t refresh_;
  WaterFilling filling_;
  Mass impure_ = 0;
  Mass left_ = 0;
  Mass since_filled_ = 0;
};

}  // namespace thresher::entropy_coupling
