#pragma once

#include "parameters/interval.hpp"
#include "parameters/name_lists.hpp"

#include <cstdint>
#include <stdexcept>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace thresher::parameters {

/// A user's mistake: one clear line that names the parameter, its value and what is allowed. Ends the driver
/// with exit code 2 before anything is written.
class UserError : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

/// Value of a parameter. Enumerations and sets are held as their names ("lasso", "oracle+krr").
using Value = std::variant<bool, std::int64_t, double, std::string>;

/// What a parameter takes.
enum class Kind { boolean, integer, real, enumeration, set, text };

/// What there is to know of one named input: the single declaration behind command line, TOML, help,
/// validation and file.
struct Specification {
  std::string name;
  Kind kind = Kind::real;
  Interval range = {};                    ///< integer, real
  std::vector<std::string> choices = {};  ///< enumeration, set: names in declared order
  std::string meaning = {};
  Value default_value = {};

  /// "integer in [2, 1e12]", "one of a, b", ...: what error messages and help say is allowed.
  std::string allowed() const;
};

/// The value that `text` means. Integers accept 1e6 when exact, reals accept inf where the range does.
/// Throws UserError ("name = text: allowed").
Value parse_value(Specification const& what, std::string_view text);
/// The same for a single real or integer that no table declares.
double parse_real(std::string const& name, Interval const& range, std::string_view text);
std::int64_t parse_integer(std::string const& name, Interval const& range, std::string_view text);
/// Values of a list "a,b,c", a range "start:step:stop" (rounded to 12 significant digits) or
/// "log:start:stop:count", in the order given. Throws UserError.
std::vector<Value> parse_values(Specification const& what, std::string_view text);
/// Text from which parse_value makes the same value (shortest that is exact).
std::string to_text(Value const& value);

/// A set of names in text, joined by '+' in declared order ("none" is the empty set), and as bits: bit k for
/// `choices[k]`. None when a name is no choice.
using NameBits = std::uint64_t;
std::string join_names(std::vector<std::string> const& choices, NameBits bits);
std::optional<NameBits> find_names(std::vector<std::string> const& choices, std::string_view joined);

/// Canonical order along an axis: numbers ascending, enumerations as declared, strings by alphabet.
bool precedes(Specification const& what, Value const& a, Value const& b);

}  // namespace thresher::parameters
