#pragma once

#include <cstddef>
#include <span>

namespace thresher::mixed_quality_lasso {

/// Memory for the columns of a trial. What the last trial gave back is used again: the first touch of fresh
/// pages would cost a good part of generating a design. One spare buffer is kept per process; not
/// thread-safe.
class RecycledBuffer {
 public:
  RecycledBuffer() = default;
  /// `count` doubles of any value. Throws std::bad_alloc.
  explicit RecycledBuffer(std::size_t count);
  ~RecycledBuffer();
  RecycledBuffer(RecycledBuffer&& other) noexcept;
  RecycledBuffer& operator=(RecycledBuffer&& other) noexcept;
  RecycledBuffer(RecycledBuffer const&) = delete;
  RecycledBuffer& operator=(RecycledBuffer const&) = delete;

  /// Gives the spare buffer back to the system: for work that needs its memory for something else.
  static void release_spare();

  double* data() const { return data_; }
  bool empty() const { return data_ == nullptr; }

 private:
  double* data_ = nullptr;
  std::size_t capacity_ = 0;  ///< in doubles
};

}  // namespace thresher::mixed_quality_lasso
