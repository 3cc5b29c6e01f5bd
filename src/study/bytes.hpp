#pragma once

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <span>
#include <tuple>
#include <type_traits>
#include <vector>

namespace thresher::study {

/// The members of a struct that travel, in order: pointers to them, given by a specialisation.
template <class T>
inline constexpr std::tuple<> members_of{};

template <class T>
concept Composite = std::tuple_size_v<std::remove_cvref_t<decltype(members_of<T>)>> >
0;
/// Vectors and texts.
template <class T>
concept Sequence = requires(T values) {
  typename T::value_type;
  values.resize(1);
};

/// Appends plain values, sequences and composites of these to a byte sequence (messages between ranks,
/// entries of the journal).
class ByteWriter {
 public:
  template <class T>
  void put(T const& value) {
    if constexpr (Composite<T>) {
      std::apply([&](auto... member) { (put(value.*member), ...); }, members_of<T>);
    } else if constexpr (Sequence<T>) {
      put(static_cast<std::uint32_t>(value.size()));
      if constexpr (std::is_trivially_copyable_v<typename T::value_type>) {
        append(std::as_bytes(std::span(value)));
      } else {
        for (auto const& element : value) put(element);
      }
    } else {
      static_assert(std::is_trivially_copyable_v<T> && !std::is_pointer_v<T>);
      append(std::as_bytes(std::span<T const, 1>(&value, 1)));
    }
  }

  std::vector<std::byte>& bytes() { return bytes_; }
  std::size_t size() const { return bytes_.size(); }

 private:
  void append(std::span<std::byte const> bytes);
  std::vector<std::byte> bytes_;
};

/// Reads what a ByteWriter wrote. Throws std::runtime_error past the end.
class ByteReader {
 public:
  explicit ByteReader(std::span<std::byte const> bytes) : bytes_(bytes) {}

  template <class T>
  T get() {
    T value{};
    if constexpr (Composite<T>) {
      auto const read = [&]<class Member>(Member& member) { member = get<Member>(); };
      std::apply([&](auto... member) { (read(value.*member), ...); }, members_of<T>);
    } else if constexpr (Sequence<T>) {
      using Element = typename T::value_type;
      auto const count = get<std::uint32_t>();
      if constexpr (std::is_trivially_copyable_v<Element>) {
        auto const from = take(count * sizeof(Element));
        value.resize(count);
        if (count > 0) std::memcpy(value.data(), from.data(), from.size());
      } else {
        // A count that lies ends at the end of the bytes, not of the memory.
        for (auto left = count; left > 0; --left) value.push_back(get<Element>());
      }
    } else {
      std::memcpy(&value, take(sizeof(T)).data(), sizeof(T));
    }
    return value;
  }

 private:
  std::span<std::byte const> take(std::size_t count);
  std::span<std::byte const> bytes_;
};

}  // namespace thresher::study
