#include "heap.hpp"

#include <atomic>
#include <cerrno>
#include <cstdlib>
#include <malloc.h>

// The program's malloc counts what it gives: PETSc, LAPACK and the standard library all end here (glibc's own
// functions do the work under their second names).

namespace thresher::conformance {
namespace {
std::atomic<std::size_t> in_use{0};
std::atomic<std::size_t> most{0};

[[maybe_unused]] void* given(void* memory) {
  if (memory == nullptr) return memory;
  auto const now = in_use += malloc_usable_size(memory);
  for (auto seen = most.load(); now > seen && !most.compare_exchange_weak(seen, now);) {
  }
  return memory;
}
[[maybe_unused]] void taken(void* memory) {
  if (memory != nullptr) in_use -= malloc_usable_size(memory);
}
}  // namespace

std::size_t heap_in_use() {
  return in_use;
}
std::size_t heap_peak() {
  return most;
}
void restart_peak() {
  most = in_use.load();
}
}  // namespace thresher::conformance

#ifndef __SANITIZE_ADDRESS__
extern "C" {
void* __libc_malloc(std::size_t);
void* __libc_calloc(std::size_t, std::size_t);
void* __libc_realloc(void*, std::size_t);
void* __libc_memalign(std::size_t, std::size_t);
void __libc_free(void*);

void* malloc(std::size_t size) noexcept {
  return thresher::conformance::given(__libc_malloc(size));
}
void* calloc(std::size_t count, std::size_t size) noexcept {
  return thresher::conformance::given(__libc_calloc(count, size));
}
void* realloc(void* memory, std::size_t size) noexcept {
  thresher::conformance::taken(memory);
  auto* const moved = __libc_realloc(memory, size);
  if (moved == nullptr && size > 0) thresher::conformance::given(memory);
  return thresher::conformance::given(moved);
}
void* memalign(std::size_t alignment, std::size_t size) noexcept {
  return thresher::conformance::given(__libc_memalign(alignment, size));
}
void* aligned_alloc(std::size_t alignment, std::size_t size) noexcept {
  return memalign(alignment, size);
}
int posix_memalign(void** memory, std::size_t alignment, std::size_t size) noexcept {
  *memory = memalign(alignment, size);
  return *memory == nullptr ? ENOMEM : 0;
}
void free(void* memory) noexcept {
  thresher::conformance::taken(memory);
  __libc_free(memory);
}
}
#endif
