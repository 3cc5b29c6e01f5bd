#include "parameters/interval.hpp"

#include <cmath>
#include <cstdlib>
#include <stdexcept>

namespace thresher::parameters {

Interval::Interval(std::string_view text) : text_(text) {
  auto const fail = [&] { throw std::logic_error("not an interval: " + text_); };
  auto const comma = text_.find(',');
  if (text_.size() < 5 || comma == std::string::npos) fail();
  char const first = text_.front();
  char const last = text_.back();
  if ((first != '[' && first != '(') || (last != ']' && last != ')')) fail();
  lower_end_ = first == '[' ? End::closed : End::open;
  upper_end_ = last == ']' ? End::closed : End::open;
  char* end = nullptr;
  lower_ = std::strtod(text_.c_str() + 1, &end);
  if (end != text_.c_str() + comma) fail();
  upper_ = std::strtod(text_.c_str() + comma + 1, &end);
  if (end != text_.c_str() + text_.size() - 1 || !(lower_ <= upper_)) fail();
}

bool Interval::contains(double value) const {
  if (std::isnan(value)) return false;
  bool const above = lower_end_ == End::closed ? value >= lower_ : value > lower_;
  bool const below = upper_end_ == End::closed ? value <= upper_ : value < upper_;
  return above && below;
}

bool Interval::admits_infinity() const {
  return contains(std::numeric_limits<double>::infinity()) ||
         contains(-std::numeric_limits<double>::infinity());
}

}  // namespace thresher::parameters
