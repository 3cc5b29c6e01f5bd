#include "random/avx2_vector.hpp"
#include "random/vector_kernels.hpp"

namespace thresher::random {

constinit Kernels const avx2_kernels = kernels_of<Avx2>();

}  // namespace thresher::random
