#pragma once

#include <cstddef>

namespace thresher::conformance {

/// Bytes of the heap in use, and the most since the last call of `restart_peak`; 0 under sanitizers, which
/// have a heap of their own.
std::size_t heap_in_use();
std::size_t heap_peak();
void restart_peak();

}  // namespace thresher::conformance
