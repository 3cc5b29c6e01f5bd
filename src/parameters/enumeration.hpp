#pragma once

#include <cstddef>
#include <string_view>
#include <type_traits>
#include <utility>

namespace thresher::parameters {

namespace detail {

/// Whether `value` is one of its type's enumerators: the compiler writes it by name then, which may have
/// "(anonymous namespace)::" in front, and else as a cast number ("(E)3").
template <auto value>
consteval bool is_enumerator() {
  std::string_view const text = __PRETTY_FUNCTION__;
  auto const closed = text.find(')', text.find("value = "));
  auto const last = closed == text.npos ? closed : text.rfind(')');
  return last == text.npos || text[last + 1] == ':';
}

template <class E, std::size_t... k>
consteval std::size_t leading_enumerators(std::index_sequence<k...>) {
  std::size_t count = 0;
  bool ended = false;
  ((ended = ended || !is_enumerator<static_cast<E>(k)>(), count += ended ? 0 : 1), ...);
  return count;
}

}  // namespace detail

/// Enumerators 0, 1, 2, ... of a scoped enumeration, up to 64 (what a set of names may hold). GCC and Clang.
template <class E>
requires std::is_enum_v<E>
inline constexpr std::size_t kEnumerators = detail::leading_enumerators<E>(std::make_index_sequence<64>());

}  // namespace thresher::parameters
