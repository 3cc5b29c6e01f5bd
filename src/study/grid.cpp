#include "study/grid.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <limits>
#include <numeric>

namespace thresher::study {

namespace {

std::vector<Axis> declared_axes(std::vector<Parameter> const& parameters,
                                std::vector<std::vector<Value>> const& values,
                                std::vector<std::vector<std::string>> const& zips) {
  std::vector<Axis> axes;
  std::vector<bool> zipped(parameters.size(), false);
  for (auto const& names : zips) {
    auto const fail = [&](std::string const& reason) {
      throw UserError(fmt::format("zip = {}: {}", fmt::join(names, ","), reason));
    };
    Axis axis;
    for (auto const& name : names) {
      auto const k = find_named(parameters, name);
      if (!k) fail(fmt::format("no parameter named {}", name));
      if (zipped[*k]) fail(fmt::format("{} is there twice", name));
      zipped[*k] = true;
      axis.parameters.push_back(*k);
    }
    std::sort(axis.parameters.begin(), axis.parameters.end());
    std::size_t const length = values[axis.parameters.front()].size();
    for (std::size_t const k : axis.parameters)
      if (values[k].size() != length)
        fail(fmt::format("needs lists of one length, {} has {} values and {} has {}",
                         parameters[axis.parameters.front()].name, length, parameters[k].name,
                         values[k].size()));
    for (std::size_t row = 0; row < length; ++row) {
      axis.rows.emplace_back();
      for (std::size_t const k : axis.parameters) axis.rows.back().push_back(values[k][row]);
    }
    axes.push_back(std::move(axis));
  }
  for (std::size_t k = 0; k < parameters.size(); ++k) {
    if (zipped[k] || values[k].size() == 1) continue;
    Axis axis{{k}, {}};
    for (auto const& value : values[k]) axis.rows.push_back({value});
    axes.push_back(std::move(axis));
  }
  std::sort(axes.begin(), axes.end(),
            [](Axis const& a, Axis const& b) { return a.parameters < b.parameters; });
  return axes;
}

/// Sorts the rows of an axis, so that a file does not show in which order values were asked for.
void bring_into_order(std::vector<Parameter> const& parameters, Axis& axis) {
  auto const earlier = [&](std::vector<Value> const& a, std::vector<Value> const& b) {
    for (std::size_t j = 0; j < a.size(); ++j) {
      auto const& what = parameters[axis.parameters[j]];
      if (precedes(what, a[j], b[j])) return true;
      if (precedes(what, b[j], a[j])) return false;
    }
    return false;
  };
  std::sort(axis.rows.begin(), axis.rows.end(), earlier);
  auto const twice = std::adjacent_find(axis.rows.begin(), axis.rows.end());
  if (twice != axis.rows.end())
    throw UserError(fmt::format("{} = {}: is there twice; each value of an axis is given once",
                                parameters[axis.parameters.front()].name, to_text(twice->front())));
}

}  // namespace

Grid::Grid(std::vector<Parameter> const& parameters, std::vector<std::vector<Value>> const& values,
           std::vector<std::vector<std::string>> const& zips)
    : axes_(declared_axes(parameters, values, zips)) {
  for (std::size_t k = 0; k < parameters.size(); ++k) base_.push_back(values[k].front());
  for (auto& axis : axes_) bring_into_order(parameters, axis);
  std::erase_if(axes_, [](Axis const& axis) { return axis.rows.size() == 1; });
  for (auto const& axis : axes_) {
    auto& order = by_value_.emplace_back(axis.rows.size());
    std::iota(order.begin(), order.end(), 0);
    std::ranges::sort(
        order, {}, [&](auto row) -> auto const& { return axis.rows[row]; });
  }
  strides_.resize(axes_.size());
  for (std::size_t a = axes_.size(); a-- > 0;) {
    strides_[a] = size_;
    if (size_ > std::numeric_limits<std::uint32_t>::max() / axes_[a].rows.size())
      throw UserError("the grid has more than 4294967295 points");
    size_ *= axes_[a].rows.size();
    for (std::size_t j = 0; j < axes_[a].parameters.size(); ++j)
      base_[axes_[a].parameters[j]] = axes_[a].rows.front()[j];
  }
}

Point Grid::point(std::size_t number) const {
  Point values = base_;
  for (std::size_t a = 0; a < axes_.size(); ++a) {
    auto const& row = axes_[a].rows[position(number, a)];
    for (std::size_t j = 0; j < row.size(); ++j) values[axes_[a].parameters[j]] = row[j];
  }
  return values;
}

std::optional<std::size_t> Grid::find(Point const& point) const {
  std::vector<bool> along_axis(point.size(), false);
  std::size_t number = 0;
  for (std::size_t a = 0; a < axes_.size(); ++a) {
    auto const& axis = axes_[a];
    std::vector<Value> wanted;
    for (std::size_t const k : axis.parameters) wanted.push_back(point[k]);
    auto const at = std::ranges::lower_bound(
        by_value_[a], wanted, {}, [&](auto row) -> auto const& { return axis.rows[row]; });
    if (at == by_value_[a].end() || axis.rows[*at] != wanted) return std::nullopt;
    number += *at * strides_[a];
    for (std::size_t const k : axis.parameters) along_axis[k] = true;
  }
  for (std::size_t k = 0; k < point.size(); ++k)
    if (!along_axis[k] && point[k] != base_[k]) return std::nullopt;
  return number;
}

std::optional<std::size_t> Grid::axis_of(std::size_t parameter) const {
  for (std::size_t a = 0; a < axes_.size(); ++a)
    for (std::size_t const k : axes_[a].parameters)
      if (k == parameter) return a;
  return std::nullopt;
}

std::string Grid::label(std::vector<Parameter> const& parameters, std::size_t point) const {
  std::vector<std::string> parts;
  for (std::size_t a = 0; a < axes_.size(); ++a) {
    auto const& row = axes_[a].rows[position(point, a)];
    for (std::size_t j = 0; j < row.size(); ++j)
      parts.push_back(parameters[axes_[a].parameters[j]].name + " = " + to_text(row[j]));
  }
  return parts.empty() ? "the only point" : fmt::format("{}", fmt::join(parts, ", "));
}

}  // namespace thresher::study
