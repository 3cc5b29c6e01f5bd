#include "random/kernels.hpp"
#include "random/stream.hpp"

#include <atomic>
#include <stdexcept>

namespace thresher::random {
namespace {

// The library as a whole needs x86-64-v3, so AVX2 and scalar FMA are always there.
bool processor_has(VectorPath path) {
  if (path != VectorPath::avx512) return true;
  return __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512vl") &&
         __builtin_cpu_supports("avx512dq") && __builtin_cpu_supports("avx512bw") &&
         __builtin_cpu_supports("avx512cd");
}

std::atomic<VectorPath>& path_in_force() {
  static std::atomic<VectorPath> path{processor_has(VectorPath::avx512) ? VectorPath::avx512
                                                                        : VectorPath::avx2};
  return path;
}

}  // namespace

VectorPath vector_path() {
  return path_in_force().load(std::memory_order_relaxed);
}

void set_vector_path(VectorPath path) {
  if (!processor_has(path)) throw std::invalid_argument("this processor does not have AVX-512");
  path_in_force().store(path, std::memory_order_relaxed);
}

Kernels const& active_kernels() {
  switch (vector_path()) {
    case VectorPath::avx512:
      return avx512_kernels;
    case VectorPath::avx2:
      return avx2_kernels;
    case VectorPath::scalar:
      break;
  }
  return scalar_kernels;
}

}  // namespace thresher::random
