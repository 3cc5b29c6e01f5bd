#pragma once

#include "study/value.hpp"

#include <algorithm>
#include <concepts>
#include <functional>
#include <initializer_list>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

namespace thresher::study {

/// A set of names, one bit per enumerator of E (enumerators 0, 1, 2, ...).
template <class E>
requires std::is_enum_v<E>
class Set {
 public:
  Set() = default;
  Set(std::initializer_list<E> members) {
    for (E member : members) insert(member);
  }
  void insert(E member) { bits_ |= bit(member); }
  bool contains(E member) const { return (bits_ & bit(member)) != 0; }
  bool empty() const { return bits_ == 0; }
  bool operator==(Set const&) const = default;

 private:
  static std::uint64_t bit(E member) { return std::uint64_t{1} << static_cast<unsigned>(member); }
  std::uint64_t bits_ = 0;
};

namespace detail {
template <class T>
struct IsSet : std::false_type {};
template <class E>
struct IsSet<Set<E>> : std::true_type {
  using Enumerator = E;
};
std::string join_names(std::vector<std::string> const& choices, std::function<bool(std::size_t)> const& has);
void for_each_name(Specification const& what, std::string const& joined,
                   std::function<void(std::size_t)> const& visit);
std::size_t index_of(Specification const& what, std::string const& name);
}  // namespace detail

/// Binds the members of a plain struct to named inputs; the defaults are those of `S{}`.
template <class S>
class Table {
 public:
  /// An integer or real member with its range.
  template <class T>
  requires(std::integral<T> || std::floating_point<T>) Specification& bind(std::string name, T S::*member,
                                                                           Interval range,
                                                                           std::string meaning) {
    Specification what{.name = std::move(name),
                       .kind = std::integral<T> ? Kind::integer : Kind::real,
                       .range = range,
                       .choices = {},
                       .meaning = std::move(meaning),
                       .default_value = {}};
    using Held = std::conditional_t<std::integral<T>, std::int64_t, double>;
    return add(
        std::move(what), [member](S& s, Value const& v) { s.*member = static_cast<T>(std::get<Held>(v)); },
        [member](S const& s) { return Value(static_cast<Held>(s.*member)); });
  }
  /// A boolean member.
  Specification& bind(std::string name, bool S::*member, std::string meaning) {
    Specification what{.name = std::move(name),
                       .kind = Kind::boolean,
                       .range = {},
                       .choices = {},
                       .meaning = std::move(meaning),
                       .default_value = {}};
    return add(
        std::move(what), [member](S& s, Value const& v) { s.*member = std::get<bool>(v); },
        [member](S const& s) { return Value(s.*member); });
  }
  /// A text member (a path).
  Specification& bind(std::string name, std::string S::*member, std::string meaning) {
    Specification what{.name = std::move(name),
                       .kind = Kind::text,
                       .range = {},
                       .choices = {},
                       .meaning = std::move(meaning),
                       .default_value = {}};
    return add(
        std::move(what), [member](S& s, Value const& v) { s.*member = std::get<std::string>(v); },
        [member](S const& s) { return Value(s.*member); });
  }
  /// An enumeration (enumerators 0, 1, 2, ...) with the names of its enumerators in order.
  template <class E>
  requires std::is_enum_v<E> Specification& bind(std::string name, E S::*member,
                                                 std::vector<std::string> names, std::string meaning) {
    Specification what{.name = std::move(name),
                       .kind = Kind::enumeration,
                       .range = {},
                       .choices = std::move(names),
                       .meaning = std::move(meaning),
                       .default_value = {}};
    auto const copy = what;
    return add(
        std::move(what),
        [member, copy](S& s, Value const& v) {
          s.*member = static_cast<E>(detail::index_of(copy, std::get<std::string>(v)));
        },
        [member, copy](S const& s) { return Value(copy.choices.at(static_cast<std::size_t>(s.*member))); });
  }
  /// A set of enumerators, joined by '+' in text; "none" is the empty set.
  template <class E>
  Specification& bind(std::string name, Set<E> S::*member, std::vector<std::string> names,
                      std::string meaning) {
    Specification what{.name = std::move(name),
                       .kind = Kind::set,
                       .range = {},
                       .choices = std::move(names),
                       .meaning = std::move(meaning),
                       .default_value = {}};
    auto const copy = what;
    return add(
        std::move(what),
        [member, copy](S& s, Value const& v) {
          s.*member = {};
          detail::for_each_name(copy, std::get<std::string>(v),
                                [&](std::size_t k) { (s.*member).insert(static_cast<E>(k)); });
        },
        [member, copy](S const& s) {
          return Value(detail::join_names(
              copy.choices, [&](std::size_t k) { return (s.*member).contains(static_cast<E>(k)); }));
        });
  }

  std::vector<Specification> const& specifications() const { return specifications_; }
  /// Writes `value` to the member behind input `k`.
  void set(S& s, std::size_t k, Value const& value) const { setters_[k](s, value); }
  Value get(S const& s, std::size_t k) const { return getters_[k](s); }
  /// The struct that holds `values` (one per input, in declared order).
  S make(std::vector<Value> const& values) const {
    S s{};
    for (std::size_t k = 0; k < values.size(); ++k) setters_[k](s, values[k]);
    return s;
  }

 private:
  Specification& add(Specification what, std::function<void(S&, Value const&)> setter,
                     std::function<Value(S const&)> getter) {
    what.default_value = getter(S{});
    specifications_.push_back(std::move(what));
    setters_.push_back(std::move(setter));
    getters_.push_back(std::move(getter));
    return specifications_.back();
  }
  std::vector<Specification> specifications_;
  std::vector<std::function<void(S&, Value const&)>> setters_;
  std::vector<std::function<Value(S const&)>> getters_;
};

}  // namespace thresher::study
