#pragma once

#include "bytes/members.hpp"

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <span>
#include <type_traits>

namespace thresher::bytes {

/// Reads what a Writer wrote. Throws std::runtime_error past the end.
class Reader {
 public:
  explicit Reader(std::span<std::byte const> bytes) : bytes_(bytes) {}

  template <class T>
  T get() {
    T value{};
    read(value);
    return value;
  }
  /// Members of a composite that do not travel stay as they are.
  template <class... Values>
  void read(Values&... values) {
    (read_one(values), ...);
  }

 private:
  template <class T>
  void read_one(T& value) {
    if constexpr (Composite<T>) {
      std::apply([&](auto... member) { read(value.*member...); }, T::members);
    } else if constexpr (Sequence<T>) {
      using Element = std::ranges::range_value_t<T>;
      auto const count = get<std::uint64_t>();
      if constexpr (std::is_trivially_copyable_v<Element> && !Composite<Element>) {
        auto const from = take(count, sizeof(Element));
        value.resize(count);
        if (count > 0) std::memcpy(value.data(), from.data(), from.size());
      } else {
        // A count that lies ends at the end of the bytes, not of the memory.
        value.clear();
        for (auto left = count; left > 0; --left) value.push_back(get<Element>());
      }
    } else {
      static_assert(std::is_trivially_copyable_v<T> && !std::is_pointer_v<T>);
      std::memcpy(&value, take(1, sizeof(T)).data(), sizeof(T));
    }
  }
  std::span<std::byte const> take(std::uint64_t count, std::size_t size);

  std::span<std::byte const> bytes_;
};

}  // namespace thresher::bytes
