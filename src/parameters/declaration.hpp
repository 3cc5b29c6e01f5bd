#pragma once

#include "parameters/enumeration.hpp"
#include "parameters/value.hpp"

#include <concepts>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <initializer_list>
#include <stdexcept>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

namespace thresher::parameters {

/// A set of names, one bit per enumerator of E (enumerators 0, 1, 2, ...).
template <class E>
requires std::is_enum_v<E>
class Set {
 public:
  Set() = default;
  Set(std::initializer_list<E> members) {
    for (E member : members) insert(member);
  }
  explicit Set(NameBits bits) : bits_(bits) {}
  void insert(E member) { bits_ |= bit(member); }
  bool contains(E member) const { return (bits_ & bit(member)) != 0; }
  bool empty() const { return bits_ == 0; }
  NameBits bits() const { return bits_; }
  bool operator==(Set const&) const = default;

 private:
  static NameBits bit(E member) { return NameBits{1} << static_cast<unsigned>(member); }
  NameBits bits_ = 0;
};

namespace detail {

template <class T>
concept Number = (std::integral<T> && !std::same_as<T, bool>) || std::floating_point<T>;
/// What a Value holds a number as.
template <Number T>
using Held = std::conditional_t<std::integral<T>, std::int64_t, double>;

/// The value of a member; `choices` are the names of an enumeration or a set.
template <class T>
Value read(T const& member, std::vector<std::string> const& choices) {
  if constexpr (Number<T>) {
    return static_cast<Held<T>>(member);
  } else if constexpr (std::is_enum_v<T>) {
    return choices.at(static_cast<std::size_t>(member));
  } else if constexpr (requires { member.bits(); }) {
    return join_names(choices, member.bits());
  } else {
    return member;
  }
}

/// The member that has this value.
template <class T>
T write(Value const& value, std::vector<std::string> const& choices) {
  if constexpr (Number<T>) {
    return static_cast<T>(std::get<Held<T>>(value));
  } else if constexpr (std::is_enum_v<T>) {
    return static_cast<T>(find_name(choices, std::get<std::string>(value)).value());
  } else if constexpr (requires(T set) { set.bits(); }) {
    return T(find_names(choices, std::get<std::string>(value)).value());
  } else {
    return std::get<T>(value);
  }
}

}  // namespace detail

/// Binds the members of a plain struct to named inputs; the defaults are those of `S{}`.
template <class S>
class Table {
 public:
  /// An integer or real member with its range.
  template <detail::Number T>
  Specification& bind(std::string name, T S::*member, Interval range, std::string meaning) {
    return add({.name = std::move(name),
                .kind = std::integral<T> ? Kind::integer : Kind::real,
                .range = std::move(range),
                .meaning = std::move(meaning)},
               member);
  }
  /// A boolean member.
  Specification& bind(std::string name, bool S::*member, std::string meaning) {
    return add({.name = std::move(name), .kind = Kind::boolean, .meaning = std::move(meaning)}, member);
  }
  /// A text member (a path).
  Specification& bind(std::string name, std::string S::*member, std::string meaning) {
    return add({.name = std::move(name), .kind = Kind::text, .meaning = std::move(meaning)}, member);
  }
  /// An enumeration (enumerators 0, 1, 2, ...) with the names of its enumerators in order. Throws
  /// std::logic_error where there are more or fewer names.
  template <class E>
  requires std::is_enum_v<E> Specification& bind(std::string name, E S::*member,
                                                 std::vector<std::string> names, std::string meaning) {
    assert_as_many(name, names.size(), kEnumerators<E>);
    return add({.name = std::move(name),
                .kind = Kind::enumeration,
                .choices = std::move(names),
                .meaning = std::move(meaning)},
               member);
  }
  /// A set of enumerators, joined by '+' in text; "none" is the empty set.
  template <class E>
  Specification& bind(std::string name, Set<E> S::*member, std::vector<std::string> names,
                      std::string meaning) {
    assert_as_many(name, names.size(), kEnumerators<E>);
    return add({.name = std::move(name),
                .kind = Kind::set,
                .choices = std::move(names),
                .meaning = std::move(meaning)},
               member);
  }

  std::vector<Specification> const& specifications() const { return specifications_; }
  /// Place of the input that is bound to `member`. Throws std::logic_error where none is.
  template <class T>
  std::size_t place_of(T S::*member) const {
    for (std::size_t k = 0; k < bindings_.size(); ++k)
      if (bindings_[k].offset == offset_of(member)) return k;
    throw std::logic_error("no input is bound to this member");
  }
  /// Writes `value` to the member behind input `k`.
  void set(S& s, std::size_t k, Value const& value) const { bindings_[k].set(s, value); }
  Value get(S const& s, std::size_t k) const { return bindings_[k].get(s); }
  /// The struct that holds `values` (one per input, in declared order).
  S make(std::vector<Value> const& values) const {
    S s{};
    for (std::size_t k = 0; k < values.size(); ++k) set(s, k, values[k]);
    return s;
  }

 private:
  struct Binding {
    std::function<void(S&, Value const&)> set;
    std::function<Value(S const&)> get;
    std::ptrdiff_t offset;
  };
  static void assert_as_many(std::string const& name, std::size_t names, std::size_t enumerators) {
    if (names != enumerators)
      throw std::logic_error("parameter " + name + ": " + std::to_string(names) + " names for " +
                             std::to_string(enumerators) + " enumerators");
  }
  template <class T>
  static std::ptrdiff_t offset_of(T S::*member) {
    S const s{};
    return reinterpret_cast<std::byte const*>(&(s.*member)) - reinterpret_cast<std::byte const*>(&s);
  }
  template <class T>
  Specification& add(Specification what, T S::*member) {
    bindings_.push_back(
        {[member, choices = what.choices](S& s, Value const& value) {
           s.*member = detail::write<T>(value, choices);
         },
         [member, choices = what.choices](S const& s) { return detail::read(s.*member, choices); },
         offset_of(member)});
    what.default_value = bindings_.back().get(S{});
    return specifications_.emplace_back(std::move(what));
  }
  std::vector<Specification> specifications_;
  std::vector<Binding> bindings_;
};

}  // namespace thresher::parameters
