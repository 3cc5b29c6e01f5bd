#pragma once

#include <memory>
#include <new>
#include <utility>

namespace thresher::numerics {

/// An allocator that leaves new numbers as memory has them, where a vector would write zeros.
template <class Allocator>
struct Unset : Allocator {
  template <class Other>
  struct rebind {
    using other = Unset<typename std::allocator_traits<Allocator>::template rebind_alloc<Other>>;
  };
  template <class Other>
  void construct(Other* at) noexcept {
    ::new (static_cast<void*>(at)) Other;
  }
  template <class Other, class... Arguments>
  void construct(Other* at, Arguments&&... arguments) {
    ::new (static_cast<void*>(at)) Other(std::forward<Arguments>(arguments)...);
  }
};

}  // namespace thresher::numerics
