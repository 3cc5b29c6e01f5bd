#pragma once

#include <cstdint>

namespace thresher::spiked_wigner {

enum class Storage { stored, implicit };

/// Inputs of one point. Names, ranges and meanings are declared in experiment.cpp.
struct Parameters {
  std::int64_t n = 1000;
  double theta = 1.5;
  Storage storage = Storage::stored;
  double tolerance = 1e-6;
};

}  // namespace thresher::spiked_wigner
