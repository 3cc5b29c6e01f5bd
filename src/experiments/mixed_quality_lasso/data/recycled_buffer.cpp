#include "experiments/mixed_quality_lasso/data/recycled_buffer.hpp"

#include <cstdlib>
#include <new>
#include <sys/mman.h>
#include <utility>

namespace thresher::mixed_quality_lasso {

namespace {

struct Spare {
  double* data = nullptr;
  std::size_t capacity = 0;
  ~Spare() { std::free(data); }
};

Spare& spare() {
  static Spare kept;
  return kept;
}

}  // namespace

RecycledBuffer::RecycledBuffer(std::size_t count) {
  auto& kept = spare();
  // Any spare that is large enough: it is of a trial of the same study, which was given this much.
  if (kept.data != nullptr && kept.capacity >= count) {
    data_ = std::exchange(kept.data, nullptr);
    capacity_ = std::exchange(kept.capacity, 0);
    return;
  }
  release_spare();
  std::size_t const huge_page = std::size_t{1} << 21;
  std::size_t const bytes = count * sizeof(double);
  bool const large = bytes >= huge_page;
  std::size_t const alignment = large ? huge_page : 64;
  std::size_t const rounded = (bytes + alignment - 1) / alignment * alignment;
  data_ = static_cast<double*>(std::aligned_alloc(alignment, rounded == 0 ? alignment : rounded));
  if (data_ == nullptr) throw std::bad_alloc();
  if (large) madvise(data_, rounded, MADV_HUGEPAGE);
  capacity_ = rounded / sizeof(double);
}

RecycledBuffer::~RecycledBuffer() {
  if (data_ == nullptr) return;
  auto& kept = spare();
  if (kept.capacity < capacity_) {
    std::swap(kept.data, data_);
    std::swap(kept.capacity, capacity_);
  }
  std::free(data_);
}

void RecycledBuffer::release_spare() {
  auto& kept = spare();
  std::free(std::exchange(kept.data, nullptr));
  kept.capacity = 0;
}

RecycledBuffer::RecycledBuffer(RecycledBuffer&& other) noexcept
    : data_(std::exchange(other.data_, nullptr)), capacity_(std::exchange(other.capacity_, 0)) {}

RecycledBuffer& RecycledBuffer::operator=(RecycledBuffer&& other) noexcept {
  std::swap(data_, other.data_);
  std::swap(capacity_, other.capacity_);
  return *this;
}

}  // namespace thresher::mixed_quality_lasso
