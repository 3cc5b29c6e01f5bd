#pragma once

#include <limits>
#include <string>
#include <string_view>

namespace thresher::parameters {

/// Range of a number, written as mathematicians do: "[2, 1e12]", "(0, 1]", "[0, inf)". A closed infinite end
/// admits infinity itself.
class Interval {
 public:
  /// The whole real line, without infinities.
  Interval() = default;
  /// Throws std::logic_error when `text` is no interval (a mistake in a declaration).
  Interval(std::string_view text);  // NOLINT(google-explicit-constructor): tables read as text
  Interval(char const* text) : Interval(std::string_view(text)) {}

  /// False for NaN.
  bool contains(double value) const;
  bool admits_infinity() const;
  double lower() const { return lower_; }
  double upper() const { return upper_; }
  std::string const& text() const { return text_; }

 private:
  enum class End { open, closed };
  double lower_ = -std::numeric_limits<double>::infinity();
  double upper_ = std::numeric_limits<double>::infinity();
  End lower_end_ = End::open;
  End upper_end_ = End::open;
  std::string text_ = "(-inf, inf)";
};

}  // namespace thresher::parameters
