#include "parameters/value.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <charconv>
#include <cmath>

namespace thresher::parameters {

namespace {

[[noreturn]] void refuse(Specification const& what, std::string_view text, std::string_view reason = {}) {
  throw UserError(fmt::format("{} = {}: {}", what.name, text.empty() ? "(empty)" : text,
                              reason.empty() ? "allowed is " + what.allowed() : std::string(reason)));
}

/// The number that the whole of `text` spells; values are keys, so what is no finite decimal number is
/// refused.
double parse_number(Specification const& what, std::string_view text) {
  if (text.starts_with('+')) text.remove_prefix(1);
  double value = 0;
  auto const [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error == std::errc::result_out_of_range)
    refuse(what, text, "does not fit a double; allowed is " + what.allowed());
  if (error != std::errc() || end != text.data() + text.size() || std::isnan(value)) refuse(what, text);
  return value;
}

Value checked_number(Specification const& what, double number, std::string_view text) {
  if (!what.range.contains(number)) refuse(what, text);
  if (what.kind == Kind::real) return number == 0 ? 0.0 : number;  // -0 and 0 are one key
  // Beyond 2^53 doubles skip integers: such a number could not be told from its neighbours.
  if (number != std::floor(number) || std::fabs(number) > 9007199254740992.0) refuse(what, text);
  return static_cast<std::int64_t>(number);
}

double rounded_to_12_digits(double value) {
  double rounded = 0;
  auto const text = fmt::format("{:.11e}", value);
  std::from_chars(text.data(), text.data() + text.size(), rounded);
  return rounded;
}

constexpr std::size_t kLongestAxis = 1'000'000;

std::vector<double> expand_range(Specification const& what, std::string_view text) {
  auto parts = split(text, ':');
  bool const logarithmic = parts.front() == "log";
  if (logarithmic) parts.erase(parts.begin());
  if (parts.size() != 3) refuse(what, text, "a range is start:step:stop or log:start:stop:count");
  double const start = parse_number(what, parts[0]);
  double const second = parse_number(what, parts[1]);
  double const third = parse_number(what, parts[2]);
  if (!std::isfinite(start) || !std::isfinite(second) || !std::isfinite(third))
    refuse(what, text, "a range needs finite ends");
  std::vector<double> values;
  if (logarithmic) {
    if (!(start > 0) || !(second >= start)) refuse(what, text, "a log range needs 0 < start <= stop");
    if (!(third >= 1) || third != std::floor(third) || third > static_cast<double>(kLongestAxis))
      refuse(what, text, "a log range needs a whole number of values, at least 1");
    auto const count = static_cast<std::size_t>(third);
    for (std::size_t k = 0; k < count; ++k)
      values.push_back(
          k == 0 ? start
          : k + 1 == count
              ? second
              : start * std::pow(second / start, static_cast<double>(k) / static_cast<double>(count - 1)));
  } else {
    if (second == 0) refuse(what, text, "the step of a range is not 0");
    double const steps = std::floor((third - start) / second + 1e-9);
    if (!(steps >= 0)) refuse(what, text, "the range is empty");
    if (steps >= static_cast<double>(kLongestAxis))
      refuse(what, text, "the range has more than a million values");
    for (std::size_t k = 0; k <= static_cast<std::size_t>(steps); ++k)
      values.push_back(start + static_cast<double>(k) * second);
  }
  for (double& value : values) {
    value = rounded_to_12_digits(value);
    if (what.kind == Kind::integer && logarithmic) value = std::nearbyint(value);
  }
  return values;
}

}  // namespace

std::string Specification::allowed() const {
  switch (kind) {
    case Kind::boolean:
      return "true or false";
    case Kind::integer:
      return "an integer in " + range.text();
    case Kind::real:
      return "a number in " + range.text();
    case Kind::enumeration:
      return fmt::format("one of {}", fmt::join(choices, ", "));
    case Kind::set:
      return fmt::format("any of {} joined by +, or none", fmt::join(choices, ", "));
    case Kind::text:
      return "a text";
  }
  return {};
}

Value parse_value(Specification const& what, std::string_view text) {
  text = trim(text);
  switch (what.kind) {
    case Kind::boolean:
      if (text == "true" || text == "1") return true;
      if (text == "false" || text == "0") return false;
      refuse(what, text);
    case Kind::integer:
    case Kind::real:
      return checked_number(what, parse_number(what, text), text);
    case Kind::enumeration:
      if (!find_name(what.choices, text))
        refuse(what, text, "allowed is " + what.allowed() + did_you_mean(text, what.choices));
      return std::string(text);
    case Kind::set:
      if (auto const bits = find_names(what.choices, text)) return join_names(what.choices, *bits);
      refuse(what, text);
    case Kind::text:
      return std::string(text);
  }
  return {};
}

std::vector<Value> parse_values(Specification const& what, std::string_view text) {
  std::vector<Value> values;
  for (auto const part : split(text, ',')) {
    bool const numeric = what.kind == Kind::integer || what.kind == Kind::real;
    if (numeric && part.find(':') != std::string_view::npos) {
      for (double const number : expand_range(what, part))
        values.push_back(checked_number(what, number, part));
    } else {
      if (part.empty() && what.kind != Kind::text) refuse(what, part);
      values.push_back(parse_value(what, part));
    }
  }
  return values;
}

std::string to_text(Value const& value) {
  return std::visit([](auto const& held) { return fmt::format("{}", held); }, value);
}

std::string join_names(std::vector<std::string> const& choices, NameBits bits) {
  std::string joined;
  for (std::size_t k = 0; k < choices.size(); ++k)
    if ((bits >> k & 1) != 0) joined += (joined.empty() ? "" : "+") + choices[k];
  return joined.empty() ? "none" : joined;
}

std::optional<NameBits> find_names(std::vector<std::string> const& choices, std::string_view joined) {
  NameBits bits = 0;
  if (joined == "none") return bits;
  for (auto const name : split(joined, '+')) {
    auto const choice = find_name(choices, name);
    if (!choice) return std::nullopt;
    bits |= NameBits{1} << *choice;
  }
  return bits;
}

bool precedes(Specification const& what, Value const& a, Value const& b) {
  if (what.kind != Kind::enumeration) return a < b;
  return find_name(what.choices, std::get<std::string>(a)) <
         find_name(what.choices, std::get<std::string>(b));
}

double parse_real(std::string const& name, Interval const& range, std::string_view text) {
  return std::get<double>(parse_value({.name = name, .kind = Kind::real, .range = range}, text));
}

std::int64_t parse_integer(std::string const& name, Interval const& range, std::string_view text) {
  return std::get<std::int64_t>(parse_value({.name = name, .kind = Kind::integer, .range = range}, text));
}

}  // namespace thresher::parameters
