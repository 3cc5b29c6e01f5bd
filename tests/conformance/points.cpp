#include "points.hpp"

#include "study/data_points.hpp"

#include <algorithm>
#include <cmath>

namespace thresher::conformance {

namespace {

constexpr double kMostSeconds = 0.01;
constexpr double kMostBytes = 64e6;
constexpr std::size_t kNumbersNearTolerances = 4;

/// `number` as a value of the parameter, or `otherwise` where its range does not hold it.
Value as_value(Parameter const& parameter, double number, Value const& otherwise) {
  if (parameter.kind == Kind::integer) number = std::round(number);
  if (!parameter.range.contains(number) || std::abs(number) > 1e15) return otherwise;
  if (parameter.kind == Kind::integer) return static_cast<std::int64_t>(number);
  return number;
}

}  // namespace

Value Points::choice(Parameter const& parameter) {
  auto const& names = parameter.choices;
  if (parameter.kind == Kind::boolean) return chance() < 0.5;
  if (parameter.kind == Kind::enumeration) return names[one_of(names.size())];
  if (parameter.kind == Kind::set)
    return join_names(
        names, std::uniform_int_distribution<NameBits>(0, (NameBits{2} << (names.size() - 1)) - 1)(random_));
  return parameter.default_value;
}

Value Points::other(std::size_t k, Point const& point) {
  auto const& parameter = smoke_.description().parameters[k];
  if (parameter.kind != Kind::integer && parameter.kind != Kind::real) {
    for (int tries = 0; tries < 20; ++tries)
      if (auto value = choice(parameter); value != point[k]) return value;
    return point[k];
  }
  auto const number = [](Value const& value) {
    auto const* integer = std::get_if<std::int64_t>(&value);
    return integer != nullptr ? static_cast<double>(*integer) : std::get<double>(value);
  };
  double const here = number(point[k]);
  double const usual = number(parameter.default_value);
  double const candidates[] = {here / 2,   here * 0.9,  usual, usual / 2, here + 1, here * 2, here * 1.5,
                               here * 1.1, usual * 1.5, 0,     1,         2,        3,        0.5};
  // A tolerance stays one: results are equal to it.
  bool const tolerance = parameter.kind == Kind::real && usual > 0 && usual < 0.01;
  auto const count = tolerance ? kNumbersNearTolerances : std::size(candidates);
  for (int tries = 0; tries < 20; ++tries)
    if (auto value = as_value(parameter, candidates[one_of(count)], point[k]); value != point[k])
      return value;
  return point[k];
}

Point Points::near() {
  Point point = smoke_.grid().point(one_of(smoke_.grid().size()));
  for (std::size_t k = 0; k < point.size(); ++k)
    if (chance() < 0.25) point[k] = other(k, point);
  return point;
}

Point Points::anywhere() {
  Point point;
  for (auto const& parameter : smoke_.description().parameters) {
    bool const number = parameter.kind == Kind::integer || parameter.kind == Kind::real;
    auto const exponent = std::uniform_real_distribution<>(-3, 13)(random_);
    double const sign = chance() < 0.3 ? -1 : 1;
    point.push_back(!number ? choice(parameter)
                    : chance() < 0.3
                        ? parameter.default_value
                        : as_value(parameter, sign * std::pow(10, exponent), parameter.default_value));
  }
  return point;
}

double Points::seconds(Point const& point) const {
  double sum = 0;
  for (std::size_t stage = 0; stage < smoke_.description().stages.size(); ++stage)
    sum += Rates{}.seconds(smoke_.cost(stage, point, kAlone));
  return sum;
}

bool Points::is_cheap(Point const& point) const {
  for (std::size_t stage = 0; stage < smoke_.description().stages.size(); ++stage)
    if (smoke_.cost(stage, point, kAlone).bytes_per_rank > kMostBytes) return false;
  return seconds(point) < kMostSeconds;
}

std::vector<Point> Points::cheap(std::size_t count, std::size_t tries) {
  std::vector<Point> found;
  for (std::size_t draw = 0; draw < tries && found.size() < count; ++draw) {
    auto point = near();
    if (is_valid(point) && is_cheap(point)) found.push_back(std::move(point));
  }
  return found;
}

}  // namespace thresher::conformance
