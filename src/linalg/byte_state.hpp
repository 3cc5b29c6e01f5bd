#pragma once

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <span>
#include <stdexcept>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

namespace thresher::linalg {

/// Writes one rank's state of a long computation as bytes (counts of 64 bits: bases exceed 4 GiB).
class StateWriter {
 public:
  template <class T>
  requires std::is_trivially_copyable_v<T>
  void put(T const& value) { append(&value, sizeof value); }
  template <class T>
  requires std::is_trivially_copyable_v<T>
  void put_all(std::span<T const> values) {
    put(static_cast<std::uint64_t>(values.size()));
    append(values.data(), values.size_bytes());
  }
  void put_values(std::span<double const> values) { put_all(values); }
  void put_text(std::string const& text) {
    put(static_cast<std::uint64_t>(text.size()));
    append(text.data(), text.size());
  }
  std::vector<std::byte> take() { return std::move(bytes_); }

 private:
  void append(void const* from, std::size_t count) {
    if (count == 0) return;
    auto const before = bytes_.size();
    bytes_.resize(before + count);
    std::memcpy(bytes_.data() + before, from, count);
  }
  std::vector<std::byte> bytes_;
};

/// Reads what a StateWriter wrote. Throws std::runtime_error past the end.
class StateReader {
 public:
  explicit StateReader(std::span<std::byte const> bytes) : bytes_(bytes) {}
  template <class T>
  requires std::is_trivially_copyable_v<T> T get() {
    T value;
    copy(&value, sizeof value);
    return value;
  }
  template <class T>
  requires std::is_trivially_copyable_v<T> std::vector<T> get_all() {
    std::vector<T> values(count_of(sizeof(T)));
    copy(values.data(), values.size() * sizeof(T));
    return values;
  }
  std::vector<double> get_values() { return get_all<double>(); }
  std::string get_text() {
    std::string text(count_of(1), '\0');
    copy(text.data(), text.size());
    return text;
  }

 private:
  std::size_t count_of(std::size_t size) {
    auto const count = get<std::uint64_t>();
    if (count > bytes_.size() / size) throw std::runtime_error("a kept state is shorter than it says");
    return static_cast<std::size_t>(count);
  }
  void copy(void* to, std::size_t count) {
    if (count > bytes_.size()) throw std::runtime_error("a kept state is shorter than it says");
    if (count > 0) std::memcpy(to, bytes_.data(), count);
    bytes_ = bytes_.subspan(count);
  }
  std::span<std::byte const> bytes_;
};

}  // namespace thresher::linalg
