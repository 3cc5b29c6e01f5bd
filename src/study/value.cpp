#include "study/value.hpp"

#include "study/declaration.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <charconv>
#include <cmath>
#include <cstdlib>
#include <limits>

namespace thresher::study {

namespace {

std::string_view trim(std::string_view text) {
  auto const first = text.find_first_not_of(" \t");
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(" \t") - first + 1);
}

std::vector<std::string_view> split(std::string_view text, char separator) {
  std::vector<std::string_view> parts;
  for (;;) {
    auto const at = text.find(separator);
    parts.push_back(trim(text.substr(0, at)));
    if (at == std::string_view::npos) return parts;
    text.remove_prefix(at + 1);
  }
}

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
      if (std::find(what.choices.begin(), what.choices.end(), text) == what.choices.end()) {
        auto const near = nearest(text, what.choices);
        refuse(what, text,
               "allowed is " + what.allowed() + (near.empty() ? "" : " (did you mean " + near + "?)"));
      }
      return std::string(text);
    case Kind::set: {
      std::vector<bool> has(what.choices.size(), false);
      if (text != "none") {
        for (auto const name : split(text, '+')) {
          auto const at = std::find(what.choices.begin(), what.choices.end(), name);
          if (at == what.choices.end()) refuse(what, text);
          has[static_cast<std::size_t>(at - what.choices.begin())] = true;
        }
      }
      return detail::join_names(what.choices, [&](std::size_t k) { return has[k]; });
    }
    case Kind::text:
      return std::string(text);
  }
  return {};
}

namespace {

/// Bytes of the UTF-8 sequence at the start of `text`; 0 when it is none.
std::size_t letter_length(std::string_view text) {
  auto const byte = [&](std::size_t k) { return static_cast<unsigned char>(text[k]); };
  std::size_t const length = byte(0) < 0x80   ? 1
                             : byte(0) < 0xc2 ? 0
                             : byte(0) < 0xe0 ? 2
                             : byte(0) < 0xf0 ? 3
                             : byte(0) < 0xf5 ? 4
                                              : 0;
  if (length > text.size()) return 0;
  for (std::size_t k = 1; k < length; ++k)
    if ((byte(k) & 0xc0) != 0x80) return 0;
  // Longer than needed, halves of surrogate pairs, beyond Unicode.
  if (length == 3 && ((byte(0) == 0xe0 && byte(1) < 0xa0) || (byte(0) == 0xed && byte(1) > 0x9f))) return 0;
  if (length == 4 && ((byte(0) == 0xf0 && byte(1) < 0x90) || (byte(0) == 0xf4 && byte(1) > 0x8f))) return 0;
  return length;
}

}  // namespace

bool is_utf8(std::string_view text) {
  while (!text.empty()) {
    auto const length = letter_length(text);
    if (length == 0) return false;
    text.remove_prefix(length);
  }
  return true;
}

std::string printable(std::string_view text) {
  std::string result;
  while (!text.empty()) {
    auto const length = letter_length(text);
    auto const first = static_cast<unsigned char>(text.front());
    if (length == 0 || first < 0x20 || first == 0x7f) {
      result += '?';
    } else {
      result += text.substr(0, length);
    }
    text.remove_prefix(std::max<std::size_t>(length, 1));
  }
  return result;
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
  struct Visitor {
    std::string operator()(bool v) const { return v ? "true" : "false"; }
    std::string operator()(std::int64_t v) const { return std::to_string(v); }
    std::string operator()(double v) const { return fmt::format("{}", v); }
    std::string operator()(std::string const& v) const { return v; }
  };
  return std::visit(Visitor{}, value);
}

bool precedes(Specification const& what, Value const& a, Value const& b) {
  if (what.kind == Kind::enumeration)
    return detail::index_of(what, std::get<std::string>(a)) <
           detail::index_of(what, std::get<std::string>(b));
  return a < b;
}

std::string nearest(std::string_view name, std::vector<std::string> const& names) {
  auto const distance = [](std::string_view a, std::string_view b) {
    std::vector<std::size_t> row(b.size() + 1);
    for (std::size_t j = 0; j <= b.size(); ++j) row[j] = j;
    for (std::size_t i = 1; i <= a.size(); ++i) {
      std::size_t diagonal = row[0];
      row[0] = i;
      for (std::size_t j = 1; j <= b.size(); ++j) {
        std::size_t const substituted = diagonal + (a[i - 1] == b[j - 1] ? 0 : 1);
        diagonal = row[j];
        row[j] = std::min({row[j] + 1, row[j - 1] + 1, substituted});
      }
    }
    return row.back();
  };
  std::string best;
  std::size_t best_distance = std::max<std::size_t>(name.size() / 2, 1) + 1;
  for (auto const& candidate : names) {
    auto const d = distance(name, candidate);
    if (d < best_distance) {
      best_distance = d;
      best = candidate;
    }
  }
  return best;
}

namespace detail {

std::string join_names(std::vector<std::string> const& choices, std::function<bool(std::size_t)> const& has) {
  std::string joined;
  for (std::size_t k = 0; k < choices.size(); ++k)
    if (has(k)) joined += (joined.empty() ? "" : "+") + choices[k];
  return joined.empty() ? "none" : joined;
}

void for_each_name(Specification const& what, std::string const& joined,
                   std::function<void(std::size_t)> const& visit) {
  if (joined == "none") return;
  for (auto const name : split(joined, '+')) visit(index_of(what, std::string(name)));
}

std::size_t index_of(Specification const& what, std::string const& name) {
  auto const at = std::find(what.choices.begin(), what.choices.end(), name);
  if (at == what.choices.end()) throw std::logic_error(what.name + " has no choice " + name);
  return static_cast<std::size_t>(at - what.choices.begin());
}

}  // namespace detail

namespace {
Specification number(std::string const& name, Kind kind, Interval const& range) {
  return {.name = name, .kind = kind, .range = range, .choices = {}, .meaning = "", .default_value = {}};
}
}  // namespace

double parse_real(std::string const& name, Interval const& range, std::string_view text) {
  return std::get<double>(parse_value(number(name, Kind::real, range), text));
}

std::int64_t parse_integer(std::string const& name, Interval const& range, std::string_view text) {
  return std::get<std::int64_t>(parse_value(number(name, Kind::integer, range), text));
}

}  // namespace thresher::study
