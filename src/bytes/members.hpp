#pragma once

#include <ranges>
#include <tuple>
#include <type_traits>

namespace thresher::bytes {

/// A type that says which of its members travel, in order:
/// `static constexpr std::tuple members{&T::first, &T::second};`
template <class T>
concept Composite = requires {
  std::tuple_size<std::remove_cvref_t<decltype(T::members)>>::value;
};

/// Vectors, texts and spans: as many elements as they say. An array has its number in its type, and is plain.
template <class T>
concept Sequence = std::ranges::sized_range<T> && !requires {
  std::tuple_size<T>::value;
};

}  // namespace thresher::bytes
