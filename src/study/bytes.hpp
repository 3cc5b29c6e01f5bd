#pragma once

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <span>
#include <stdexcept>
#include <string>
#include <type_traits>
#include <vector>

namespace thresher::study {

/// Appends plain values, texts and vectors to a byte sequence (messages between ranks, entries of the
/// journal).
class ByteWriter {
 public:
  template <class T>
  requires std::is_trivially_copyable_v<T>
  void put(T const& value) {
    auto const bytes = std::as_bytes(std::span<T const, 1>(&value, 1));
    bytes_.insert(bytes_.end(), bytes.begin(), bytes.end());
  }
  template <class T>
  requires std::is_trivially_copyable_v<T>
  void put_vector(std::vector<T> const& values) {
    put(static_cast<std::uint32_t>(values.size()));
    auto const bytes = std::as_bytes(std::span(values));
    bytes_.insert(bytes_.end(), bytes.begin(), bytes.end());
  }
  void put_text(std::string const& text) { put_vector(std::vector<char>(text.begin(), text.end())); }
  void put_raw(std::span<std::byte const> bytes) { bytes_.insert(bytes_.end(), bytes.begin(), bytes.end()); }

  std::vector<std::byte>& bytes() { return bytes_; }
  std::size_t size() const { return bytes_.size(); }
  void clear() { bytes_.clear(); }

 private:
  std::vector<std::byte> bytes_;
};

/// Reads what a ByteWriter wrote. Throws std::runtime_error past the end.
class ByteReader {
 public:
  explicit ByteReader(std::span<std::byte const> bytes) : bytes_(bytes) {}
  template <class T>
  T get() {
    T value;
    std::memcpy(&value, take(sizeof(T)).data(), sizeof(T));
    return value;
  }
  template <class T>
  std::vector<T> get_vector() {
    std::size_t const count = get<std::uint32_t>();
    auto const from = take(count * sizeof(T));
    std::vector<T> values(count);
    if (count > 0) std::memcpy(values.data(), from.data(), from.size());
    return values;
  }
  std::string get_text() {
    auto const letters = get_vector<char>();
    return {letters.begin(), letters.end()};
  }
  bool done() const { return bytes_.empty(); }

 private:
  std::span<std::byte const> take(std::size_t count) {
    if (count > bytes_.size()) throw std::runtime_error("a message is shorter than it says");
    auto const taken = bytes_.first(count);
    bytes_ = bytes_.subspan(count);
    return taken;
  }
  std::span<std::byte const> bytes_;
};

}  // namespace thresher::study
