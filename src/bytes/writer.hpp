#pragma once

#include "bytes/members.hpp"

#include <cstddef>
#include <cstdint>
#include <span>
#include <type_traits>
#include <utility>
#include <vector>

namespace thresher::bytes {

/// Appends plain values, sequences and composites of these to a byte sequence: messages between ranks,
/// entries of a journal, the state of a long computation. Counts have 64 bits: bases of subspaces exceed 4
/// GiB.
class Writer {
 public:
  template <class... Values>
  void put(Values const&... values) {
    (put_one(values), ...);
  }

  std::vector<std::byte> take() { return std::move(bytes_); }

 private:
  template <class T>
  void put_one(T const& value) {
    if constexpr (Composite<T>) {
      std::apply([&](auto... member) { put(value.*member...); }, T::members);
    } else if constexpr (Sequence<T>) {
      using Element = std::ranges::range_value_t<T>;
      put(static_cast<std::uint64_t>(std::ranges::size(value)));
      if constexpr (std::is_trivially_copyable_v<Element> && !Composite<Element>) {
        append(std::as_bytes(std::span(value)));
      } else {
        for (auto const& element : value) put(element);
      }
    } else {
      static_assert(std::is_trivially_copyable_v<T> && !std::is_pointer_v<T>);
      append(std::as_bytes(std::span<T const, 1>(&value, 1)));
    }
  }
  void append(std::span<std::byte const> bytes);

  std::vector<std::byte> bytes_;
};

}  // namespace thresher::bytes
